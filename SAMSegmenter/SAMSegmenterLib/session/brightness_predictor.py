"""A predictor that needs no weights and is exact: what the modules' own tests run on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, ModelSpec, embedding_key
from SAMSegmenterLib.core.prompts import Prompts


class BrightnessPredictor:
    """Answers every prompt with the pixels in the brighter half of the grey scale."""

    spec = ModelSpec("brightness", "small", "0" * 64)
    engine, precision, device, threads = "threshold", "float32", "cpu", 1

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """The grey images themselves."""
        return [self._embed(image) for image in images]

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """One candidate for each set of prompts."""
        return [self._bright(embedding) for _prompts in prompts]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """The same candidate."""
        return self._bright(embedding)

    def synchronise(self) -> None:
        """Nothing to wait for."""

    def _embed(self, image: Rgb8) -> Embedding:
        key = embedding_key(image, self)
        size = (image.shape[0], image.shape[1])
        return Embedding(key, size, size, image.mean(axis=2)[None].astype(np.float16))

    def _bright(self, embedding: Embedding) -> Candidates:
        return Candidates(embedding.features > 127, np.ones(1, np.float32))
