"""Clean-up of a mask before it is shown: smooth, keep the clicked part, drop specks, fill holes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, as_mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.runs import painted, parts_of, runs_of

KEEP = ("all", "clicked", "largest")


_LARGEST = 10**9
_SMOOTHEST = 1000


@dataclass(frozen=True)
class CleanUp:
    """What is done to every mask; nothing by default.

    Args:
        keep: "all" parts, those "clicked" on, or the "largest".
        fill_holes: fill what a part encloses; a bay that is open at the slice's border is no hole.
        minimum_px: parts of fewer pixels are dropped.
        minimum_mm2: parts of a smaller area are dropped; needs pixels of known size.
        smooth_px: radius over which the outline is evened, 0 leaves it.
    """

    keep: str = "all"
    fill_holes: bool = False
    minimum_px: int = 0
    minimum_mm2: float = 0.0
    smooth_px: float = 0.0

    def __post_init__(self) -> None:
        if self.keep not in KEEP:
            raise InputError(f"There is no part '{self.keep}' to keep.", f"Choose one of: {', '.join(KEEP)}.")
        numbers = (self.minimum_px, self.minimum_mm2, self.smooth_px)
        if not all(0 <= number <= _LARGEST for number in numbers):  # not true of NaN, either
            said = ", ".join(f"{number:g}" if number < _LARGEST else "more" for number in numbers)
            raise InputError(
                f"Sizes of the clean-up are numbers from 0 to {_LARGEST}; got {said}.", "Give 0 to leave one out."
            )
        if self.smooth_px > _SMOOTHEST:
            raise InputError(f"An outline is evened over {_SMOOTHEST} pixels at most; got {self.smooth_px:g}.")

    def to_json(self) -> dict[str, Any]:
        """The options as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CleanUp:
        """Inverse of `to_json`; options that are missing have their defaults.

        Raises:
            InputError: an unknown option, or a value of another kind.
        """
        defaults = asdict(cls())
        for name, value in data.items():
            if name not in defaults:
                raise InputError(f"The clean-up has no option '{name}'.", f"It has: {', '.join(defaults)}.")
            wanted = (int, float) if isinstance(defaults[name], float) else type(defaults[name])
            if not isinstance(value, wanted) or isinstance(value, bool) != isinstance(defaults[name], bool):
                raise InputError(f"The clean-up option '{name}' cannot be {value!r}.")
        return cls(**data)


def clean(mask: Mask, points: np.ndarray, cleanup: CleanUp, spacing_yx: tuple[float, float] | None = None) -> Mask:
    """A cleaned copy of a mask: smoothed, then parts chosen, then holes filled.

    Args:
        mask: (H, W) bool.
        points: (N, 2) positive clicks (x, y); may be empty. With `keep="clicked"` the parts under them stay; the part
            nearest to them when they meet none, and the largest part when there is no click.
        cleanup: what to do.
        spacing_yx: pixel size in mm, None when unknown.

    Returns:
        (H, W) bool; empty when the mask is, or when every part is too small.

    Raises:
        InputError: a minimum in mm2 without the size of a pixel.
    """
    mask = as_mask(mask)
    smallest = _smallest_part(cleanup, spacing_yx)
    result = np.zeros_like(mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(rows):
        return result
    room = math.ceil(1.5 * cleanup.smooth_px)  # as far as smoothing reaches
    y, x = max(0, rows[0] - room), max(0, columns[0] - room)
    part = np.s_[y : rows[-1] + room + 1, x : columns[-1] + room + 1]  # the rest of the slice stays empty
    cut = _smoothed(mask[part], cleanup.smooth_px)
    if cleanup.keep != "all" or smallest > 1:
        cut = _chosen(cut, np.asarray(points, np.float64).reshape(-1, 2) - (x, y), cleanup.keep, smallest)
    result[part] = _filled(cut) if cleanup.fill_holes else cut
    return result


def _smallest_part(cleanup: CleanUp, spacing_yx: tuple[float, float] | None) -> int:
    """Pixels that a part needs to stay."""
    if not cleanup.minimum_mm2:
        return math.ceil(cleanup.minimum_px)
    if spacing_yx is None:
        raise InputError("The image does not say how large a pixel is.", "Give the smallest part in pixels instead.")
    pixels = cleanup.minimum_mm2 / (spacing_yx[0] * spacing_yx[1])
    return max(math.ceil(cleanup.minimum_px), math.ceil(pixels * (1 - 1e-9)))


def _smoothed(mask: Mask, radius: float) -> Mask:
    """Each pixel becomes what most of its surroundings are; a mask that would vanish stays as it is."""
    if not radius:
        return mask
    from scipy import ndimage  # slow to import: windows open at once without it

    share = mask.astype(np.float32)
    for _ in range(2):  # along rows, turned in between: along columns it is several times slower
        share = ndimage.gaussian_filter1d(share, radius / 2, axis=1, mode="nearest", truncate=3.0)
        share = np.ascontiguousarray(share.T)
    smooth = share > 0.5
    return smooth if smooth.any() else mask


def _chosen(mask: Mask, points: np.ndarray, keep: str, smallest: int) -> Mask:
    """The parts to keep, less those that are too small; pixels that meet at a corner belong to one part."""
    runs = runs_of(mask)
    count, parts = parts_of(runs, diagonal=True)
    sizes = np.bincount(parts, runs.lengths, count)
    wanted = sizes >= smallest
    if keep == "clicked" and len(points):
        clicked = np.zeros(count, np.bool_)
        met = runs.at(points)
        clicked[parts[met[met >= 0] if (met >= 0).any() else runs.nearest(points)]] = True
        wanted &= clicked
    elif keep != "all":
        wanted &= np.arange(count) == np.argmax(sizes)
    return painted(runs, wanted[parts])


def _filled(mask: Mask) -> Mask:
    """With holes filled: background that does not reach the border, going along sides alone."""
    runs = runs_of(~mask)
    count, parts = parts_of(runs, diagonal=False)
    height, width = mask.shape
    at_border = (runs.rows == 0) | (runs.rows == height - 1) | (runs.starts == 0) | (runs.stops == width)
    hole = np.ones(count, np.bool_)
    hole[parts[at_border]] = False
    return mask | painted(runs, hole[parts])
