"""One slice on its way to the model: cut out on the main thread, made into pictures on the worker."""

from __future__ import annotations

from collections.abc import Hashable

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.predictor import Embedding, Predictor, embedding_key, network_key
from SAMSegmenterLib.core.slicing import SliceCut, SliceImage, SlicePlane, cut
from SAMSegmenterLib.core.windowing import parse_window, to_rgb8
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.session.source_provider import Source

_MANY_WINDOWS = 4
_LARGE_BYTES = 64 << 20


class PreparedSlice:
    """A copy of one slice; what is computed from it is kept, as long as it is not very large.

    Args:
        cut_out: what the slice is made of.
        token: of the volume when it was cut.

    Attributes:
        grid: the slice image with zeros for intensities. Any thread.
        plane: of the slice. Any thread.
    """

    def __init__(self, cut_out: SliceCut, token: Hashable) -> None:
        self.grid, self.plane, self.token = cut_out.grid, cut_out.grid.plane, token
        self._cut = cut_out
        self._image: SliceImage | None = None
        self._pictures: dict[str, Rgb8] = {}
        self._embeddings: dict[tuple, Embedding] = {}

    @classmethod
    def of(cls, source: Source, plane: SlicePlane) -> PreparedSlice:
        """Cut a slice out of a volume, with square pixels.

        Raises:
            InputError: the slice lies outside the volume.

        Thread: main.
        """
        return cls(cut(source.volume, plane), source.token)

    @property
    def image(self) -> SliceImage:
        """The slice image. Worker."""
        if self._image is None:
            self._image = self._cut.image()
        return self._image

    def picture(self, window: str) -> Rgb8:
        """(H, W, 3) uint8 as the model reads it, with the window of that text. Worker."""
        if window in self._pictures:
            return self._pictures[window]
        picture = to_rgb8(self.image.pixels, parse_window(window))
        if picture.nbytes <= _LARGE_BYTES:
            while len(self._pictures) >= _MANY_WINDOWS:
                del self._pictures[next(iter(self._pictures))]
            self._pictures[window] = picture
        return picture

    def embedding(self, window: str, predictor: Predictor) -> Embedding:
        """What the model makes of the picture with that window. Worker.

        Of very large pictures it is kept here, too: to make the picture and its checksum again would take seconds.
        """
        key = (window, network_key(predictor))
        if key in self._embeddings:
            return self._embeddings[key]
        picture = self.picture(window)
        embedding = predictor.encode([picture])[0]
        if picture.nbytes > _LARGE_BYTES:
            while len(self._embeddings) >= _MANY_WINDOWS:
                del self._embeddings[next(iter(self._embeddings))]
            self._embeddings[key] = embedding
        return embedding

    def is_encoded(self, window: str, predictor: CachedEncoder) -> bool:
        """Whether nothing need be encoded for `embedding`. Worker."""
        if (window, network_key(predictor)) in self._embeddings:
            return True
        return predictor.cache.get(embedding_key(self.picture(window), predictor)) is not None

    @property
    def nbytes(self) -> int:
        """About how much memory it takes with one picture."""
        height, width = self.grid.shape
        return height * width * (3 + 2 * self.grid.pixels.dtype.itemsize)
