"""Labels handed from slice to slice by comparing small patches: a dense motion estimate that needs no model.

Every pixel looks for patches like its own in the neighbourhood of the same place in the slices before, and takes the
mean of their labels, weighted by likeness. Source: the non-local label fusion of Coupé et al. 2011,
doi:10.1016/j.neuroimage.2010.09.018, with slices of the same volume in place of atlases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.propagation.interpolation import linear
from SAMSegmenterLib.core.propagation.shape import Region

_NOISE = 4.0
"""Grey values by which patches differ without meaning anything."""

_MOST_PIXELS = 16_384
"""Larger regions are compared on every second, fourth, ... pixel."""


@dataclass(frozen=True, eq=False)
class LabelledSlice:
    """A slice whose mask is known.

    Args:
        grey: (H, W) uint8.
        mask: (H, W) bool.
        weight: against the other slices, above 0.
    """

    grey: np.ndarray
    mask: Mask
    weight: float = 1.0


def transferred_labels(
    grey: np.ndarray, known: Sequence[LabelledSlice], region: Region, search_px: int
) -> tuple[np.ndarray, np.ndarray]:
    """Labels of a region by the patches of other slices.

    Args:
        grey: (H, W) uint8 of the slice that has none.
        known: slices of the same size.
        search_px: how far away patches may lie.

    Returns:
        (h, w) float32 from -1 (outside) to 1 (inside), and the difference to the most alike patch in grey values.
    """
    step = 1
    while (region[0].stop - region[0].start) * (region[1].stop - region[1].start) / step**2 > _MOST_PIXELS:
        step *= 2
    here = grey[region][::step, ::step].astype(np.float32)
    differences, labels, weights = _compared(here, known, region, search_px, step)
    least = differences.min(axis=0)
    likeness = np.divide(differences, -(2 * least + _NOISE**2), out=differences)
    np.exp(likeness, out=likeness)
    likeness *= weights[:, None, None]
    inside = 2 * np.einsum("nij,nij->ij", likeness, labels) / likeness.sum(axis=0) - 1
    shape = tuple(part.stop - part.start for part in region)
    return _enlarged(inside, step, shape), _enlarged(np.sqrt(least), step, shape)


def _compared(
    here: np.ndarray, known: Sequence[LabelledSlice], region: Region, search_px: int, step: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every known slice and displacement: patch differences (N, h, w), labels (N, h, w) and weights (N,)."""
    offsets = _offsets(search_px)
    shape = (len(known) * len(offsets), *here.shape)
    differences, labels = np.empty(shape, np.float32), np.empty(shape, np.float32)
    n = 0
    for one in known:
        grey = _with_border(one.grey, region, search_px * step).astype(np.float32)
        mask = _with_border(one.mask, region, search_px * step)
        for dy, dx in offsets:
            rows = slice(dy * step, dy * step + region[0].stop - region[0].start, step)
            columns = slice(dx * step, dx * step + region[1].stop - region[1].start, step)
            _mean_of_patches(np.square(grey[rows, columns] - here), differences[n])
            labels[n] = mask[rows, columns]
            n += 1
    return differences, labels, np.repeat(np.array([one.weight for one in known], np.float32), len(offsets))


def _mean_of_patches(squares: np.ndarray, means: np.ndarray) -> None:
    """Means of 3 x 3 pixels, (h, w) float32, where the border's values go on; far quicker than a filter of scipy's."""
    tall = np.concatenate([squares[:1], squares, squares[-1:]])
    down = tall[:-2] + tall[1:-1]
    down += tall[2:]
    wide = np.concatenate([down[:, :1], down, down[:, -1:]], axis=1)
    np.add(wide[:, :-2], wide[:, 1:-1], out=means)
    means += wide[:, 2:]
    means /= 9


def _offsets(search_px: int) -> list[tuple[int, int]]:
    """Displacements within a disc, counted from its bounding box's corner."""
    span = range(-search_px, search_px + 1)
    return [(dy + search_px, dx + search_px) for dy in span for dx in span if dy * dy + dx * dx <= search_px**2 + 1]


def _with_border(values: np.ndarray, region: Region, border: int) -> np.ndarray:
    """The region with a border; beyond the slice its edge goes on."""
    rows, columns = (
        np.clip(np.arange(part.start - border, part.stop + border), 0, count - 1)
        for part, count in zip(region, values.shape, strict=True)
    )
    return values[np.ix_(rows, columns)]


def _enlarged(values: np.ndarray, step: int, shape: tuple[int, ...]) -> np.ndarray:
    if step == 1:
        return values
    return linear(values, *(np.arange(n) / step for n in shape))
