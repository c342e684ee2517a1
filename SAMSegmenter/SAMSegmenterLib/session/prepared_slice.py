"""One slice on its way to the model: cut out on the main thread, made into pictures on the worker."""

from __future__ import annotations

from collections.abc import Hashable

from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.slicing import SliceCut, SliceImage, SlicePlane, cut
from SAMSegmenterLib.core.windowing import parse_window, to_rgb8
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

    @property
    def nbytes(self) -> int:
        """About how much memory it takes with one picture."""
        height, width = self.grid.shape
        return height * width * (3 + 2 * self.grid.pixels.dtype.itemsize)
