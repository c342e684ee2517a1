"""What a method asks of the model: slices to encode, prompts to decode, and how long that takes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.predictor import Candidates, Embedding, Predictor
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

EMBEDDINGS_BYTES = 2 << 30


@dataclass(eq=False)
class Usage:
    """What was asked of the model.

    Args:
        images: keys of the images encoded; an image asked for again counts once.
        decodes: sets of prompts decoded.
        inside_seconds: time spent in the model, whether it worked or looked an embedding up.
        seconds: all of the time.
    """

    images: set[str] = field(default_factory=set)
    decodes: int = 0
    inside_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def encodes(self) -> int:
        """Images encoded."""
        return len(self.images)


class MeteredPredictor(CachedEncoder):
    """Encodes every image once for all methods, counts, and times.

    Args:
        predictor: the model.

    Attributes:
        usage: since `metering` began.
    """

    def __init__(self, predictor: Predictor) -> None:
        super().__init__(predictor, EmbeddingCache(None, EMBEDDINGS_BYTES))
        self.usage = Usage()
        self._encoding = self._decoding = 0.0
        self._decoded = 0

    @property
    def encode_seconds(self) -> float:
        """Mean time that an image took that was really encoded; 0 before the first."""
        return self._encoding / self.misses if self.misses else 0.0

    @property
    def decode_seconds(self) -> float:
        """Mean time that a set of prompts took; 0 before the first."""
        return self._decoding / self._decoded if self._decoded else 0.0

    def forget_images(self) -> None:
        """Drop the embeddings of a case that is finished."""
        self.cache.clear()

    @contextmanager
    def metering(self) -> Iterator[Usage]:
        """Count from zero inside the block."""
        self.usage = Usage()
        start = time.perf_counter()
        try:
            yield self.usage
        finally:
            self.usage.seconds = time.perf_counter() - start

    def model_seconds(self, usage: Usage) -> float:
        """Encodes and decodes at their mean times: what the method would take if nothing else took any."""
        return usage.encodes * self.encode_seconds + usage.decodes * self.decode_seconds

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """Embeddings in order, each image encoded once."""
        start, misses = time.perf_counter(), self.misses
        found = super().encode(images)
        self.synchronise()
        taken = time.perf_counter() - start
        if self.misses > misses:
            self._encoding += taken
        self.usage.inside_seconds += taken
        self.usage.images.update(embedding.key for embedding in found)
        return found

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """As the predictor inside."""
        start = time.perf_counter()
        found = super().decode(embedding, prompts, multimask, previous)
        self.synchronise()
        taken = time.perf_counter() - start
        self._decoding += taken
        self._decoded += len(prompts)
        self.usage.inside_seconds += taken
        self.usage.decodes += len(prompts)
        return found
