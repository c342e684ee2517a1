"""What the module's own test runs on: a ball, and a predictor that needs no weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, ModelSpec, embedding_key
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume


def ball_nodes() -> tuple[Any, Any]:
    """A volume node with a bright ball, and a segmentation node of the ball; in the open scene.

    Thread: main.
    """
    distance = np.sqrt(sum(axis**2 for axis in np.meshgrid(*[np.arange(-12.0, 13.0)] * 3, indexing="ij")))
    ball = (distance <= 8).astype(np.uint8)
    to_ras = np.diag([1.0, 1.0, 2.0, 1.0])
    volume_node = node_from_volume(Volume(ball.astype(np.int16) * 100, to_ras), "Ball")
    segmentation = Segmentation.from_labels(ball, to_ras, {1: "ball"})
    return volume_node, node_from_segmentation(segmentation, "Ball reference", volume_node)


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
