"""A predictor that looks into a cache before it encodes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.predictor import (
    Candidates,
    Embedding,
    EverythingParameters,
    ModelSpec,
    Predictor,
    embedding_key,
)
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache


class CachedEncoder:
    """Same interface as the predictor inside; cached and fresh embeddings agree bit for bit.

    Args:
        predictor: does the work.
        cache: where embeddings are looked up and kept.

    Attributes:
        hits, misses: images found in the cache, and images encoded, so far.
    """

    def __init__(self, predictor: Predictor, cache: EmbeddingCache) -> None:
        self._predictor, self.cache = predictor, cache
        self.hits = self.misses = 0

    @property
    def spec(self) -> ModelSpec:
        """Of the predictor inside, like the other attributes."""
        return self._predictor.spec

    @property
    def engine(self) -> str:
        """What runs the network."""
        return self._predictor.engine

    @property
    def precision(self) -> str:
        """Of its arithmetic."""
        return self._predictor.precision

    @property
    def device(self) -> str:
        """Where it runs."""
        return self._predictor.device

    @property
    def threads(self) -> int:
        """CPU threads."""
        return self._predictor.threads

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """Embeddings in order; images that are not in the cache are encoded in one call, equal ones once."""
        keys = [embedding_key(image, self) for image in images]
        found = {key: self.cache.get(key) for key in dict.fromkeys(keys)}
        missing = [key for key, embedding in found.items() if embedding is None]
        if missing:
            for embedding in self._predictor.encode([images[keys.index(key)] for key in missing]):
                self.cache.put(embedding)
                found[embedding.key] = embedding
        self.misses += len(missing)
        self.hits += len(keys) - len(missing)
        return [found[key] for key in keys]

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """As the predictor inside."""
        return self._predictor.decode(embedding, prompts, multimask, previous)

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """As the predictor inside."""
        return self._predictor.everything(embedding, parameters)

    def synchronise(self) -> None:
        """As the predictor inside."""
        self._predictor.synchronise()
