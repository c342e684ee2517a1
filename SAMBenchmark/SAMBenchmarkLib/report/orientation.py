"""How a slice is turned for display: the patient's right on the left, anterior or the head up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

_POSITIVE_ENDS = "RAS"
"""Where the three world axes point to."""


@dataclass(frozen=True)
class Orientation:
    """How to turn the pixels of a slice, and what then lies where.

    Args:
        transpose: exchange rows and columns, before flipping.
        flip_rows, flip_columns: reverse them.
        left, top: letters of the patient's sides at the left and upper edge; empty when unknown.
    """

    transpose: bool = False
    flip_rows: bool = False
    flip_columns: bool = False
    left: str = ""
    top: str = ""

    def apply(self, pixels: np.ndarray) -> np.ndarray:
        """Turned view of (H, W) or (H, W, channels)."""
        turned = np.swapaxes(pixels, 0, 1) if self.transpose else pixels
        if self.flip_rows:
            turned = turned[::-1]
        return turned[:, ::-1] if self.flip_columns else turned

    def point(self, x: float, y: float, shape: tuple[int, int]) -> tuple[float, float]:
        """Where a point (x, y) of a slice of shape (H, W) lies after turning."""
        height, width = shape
        if self.transpose:
            x, y, height, width = y, x, width, height
        return (width - 1 - x if self.flip_columns else x), (height - 1 - y if self.flip_rows else y)

    def spacing(self, spacing_yx: tuple[float, float] | None) -> tuple[float, float] | None:
        """Pixel size along rows and columns after turning."""
        return spacing_yx[::-1] if spacing_yx and self.transpose else spacing_yx


def orientation_of(pixel_to_ras: npt.NDArray[np.float64] | None) -> Orientation:
    """How to show a slice whose place in the patient is known.

    Axial slices have anterior up and the patient's right on the left, coronal ones the head up and right on the left,
    sagittal ones the head up and anterior on the left.

    Args:
        pixel_to_ras: (4, 4), (x, y, 0, 1) to RAS; None shows the pixels as they are stored.
    """
    if pixel_to_ras is None:
        return Orientation()
    x_axis, y_axis = pixel_to_ras[:3, 0], pixel_to_ras[:3, 1]
    if not np.isfinite(pixel_to_ras).all() or not x_axis.any() or not y_axis.any():
        return Orientation()
    along_x, along_y = _main_axes(x_axis, y_axis)
    transpose = along_x > along_y  # columns follow R before A before S
    if transpose:
        x_axis, y_axis, along_x, along_y = y_axis, x_axis, along_y, along_x
    flip_columns = bool(x_axis[along_x] > 0)  # right, or anterior, stands on the left
    flip_rows = bool(y_axis[along_y] > 0)  # anterior, or the head, stands at the top
    return Orientation(transpose, flip_rows, flip_columns, _POSITIVE_ENDS[along_x], _POSITIVE_ENDS[along_y])


def _main_axes(x_axis: npt.NDArray[np.float64], y_axis: npt.NDArray[np.float64]) -> tuple[int, int]:
    """The RAS axes that columns and rows follow most closely, two different ones."""
    share = np.abs(np.stack([x_axis / np.linalg.norm(x_axis), y_axis / np.linalg.norm(y_axis)]))
    pairs = [(a, b) for a in range(3) for b in range(3) if a != b]
    return max(pairs, key=lambda pair: share[0, pair[0]] + share[1, pair[1]])
