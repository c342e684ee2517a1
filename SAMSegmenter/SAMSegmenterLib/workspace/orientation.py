"""How a slice is turned for the screen, so that patients lie as radiologists expect, and back to the slice's pixels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.slicing import SliceImage

_RIGHT_AND_DOWN = {2: ((-1, 0, 0), (0, -1, 0)), 1: ((-1, 0, 0), (0, 0, -1)), 0: ((0, -1, 0), (0, 0, -1))}
"""World directions (RAS) of the screen's right and down, by the world axis that a slice stands across."""

_LETTERS = (("L", "R"), ("P", "A"), ("I", "S"))


@dataclass(frozen=True)
class Orientation:
    """What is done to the pixels of a slice before they are shown: transposed first, then mirrored.

    Args:
        size: width and height as shown, pixels.
        transposed: rows become columns.
        mirrored_u, mirrored_v: left and right, top and bottom change places.
        edges: letters of the patient's sides at the left, right, top and bottom edge.
    """

    size: tuple[int, int]
    transposed: bool
    mirrored_u: bool
    mirrored_v: bool
    edges: tuple[str, str, str, str]

    @classmethod
    def of(cls, image: SliceImage, ijk_to_ras: Matrix4) -> Orientation:
        """The orientation of a slice, by the anatomical plane that it lies closest to.

        Args:
            ijk_to_ras: (4, 4) of the volume that the slice was cut from.
        """
        steps = (np.asarray(ijk_to_ras) @ image.pixel_to_ijk)[:3, :2]
        x_ras, y_ras = (step / np.linalg.norm(step) for step in steps.T)
        normal = int(np.argmax(np.abs(np.cross(x_ras, y_ras))))
        right, down = (np.array(direction) for direction in _RIGHT_AND_DOWN[normal])
        transposed = bool(abs(x_ras @ down) + abs(y_ras @ right) > abs(x_ras @ right) + abs(y_ras @ down))
        u_ras, v_ras = (y_ras, x_ras) if transposed else (x_ras, y_ras)
        height, width = image.shape[::-1] if transposed else image.shape
        edges = (_side(-right), _side(right), _side(-down), _side(down))
        return cls((width, height), transposed, bool(u_ras @ right < 0), bool(v_ras @ down < 0), edges)

    def shown(self, pixels: np.ndarray) -> np.ndarray:
        """(H, W, ...) pixels of the slice as they are shown; a view of the same memory."""
        turned = pixels.swapaxes(0, 1) if self.transposed else pixels
        return turned[:: -1 if self.mirrored_v else 1, :: -1 if self.mirrored_u else 1]

    def to_shown(self, xy: np.ndarray) -> np.ndarray:
        """(N, 2) places on the slice as places (u, v) on the picture that is shown."""
        return self._mirrored(np.atleast_2d(xy)[:, ::-1] if self.transposed else np.atleast_2d(xy))

    def to_slice(self, uv: np.ndarray) -> np.ndarray:
        """(N, 2) places on the picture that is shown as places (x, y) on the slice."""
        places = self._mirrored(np.atleast_2d(uv))
        return places[:, ::-1] if self.transposed else places

    def _mirrored(self, uv: np.ndarray) -> np.ndarray:
        places = np.array(uv, np.float64)
        for column, mirrored in enumerate((self.mirrored_u, self.mirrored_v)):
            if mirrored:
                places[:, column] = self.size[column] - 1 - places[:, column]
        return places


def _side(direction: np.ndarray) -> str:
    """Letter of the patient's side that a world direction points to."""
    axis = int(np.argmax(np.abs(direction)))
    return _LETTERS[axis][int(direction[axis] > 0)]
