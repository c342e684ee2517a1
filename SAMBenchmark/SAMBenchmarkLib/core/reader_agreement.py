"""Two readers' segmentations of the same volume, compared in the figures of a run: slice by slice, and whole."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME, ResultRow
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.resampling import same_lattice

READERS = "readers"
"""The strategy of these rows, so that they stand in the tables of a run beside S0-S6."""


def reader_rows(
    case_id: str,
    first: Segmentation,
    second: Segmentation,
    axis: int = 0,
    plane: str = "axial",
    option_hash: str = READERS,
    tolerance_mm: float = 1.0,
    names: Sequence[str] = (),
    effort: Callable[[Mask, Mask], float] | None = None,
) -> Iterator[ResultRow]:
    """One row per structure and slice that either reader outlined; the first reader stands for the reference.

    Structures are matched by name. Where one reader outlined nothing, DICE is 0 and distances are undefined.

    Args:
        axis: array axis along which slices are taken.
        plane: its name in the rows.
        tolerance_mm: of surface DICE.
        names: structures to compare, in capital letters or not; empty for those that both readers have.
        effort: (second, first) -> human correction effort from the one to the other; None leaves it out.

    Raises:
        InputError: the segmentations lie on different lattices, or have no structure in common.
    """
    numbered = _numbered(first, second, names)
    spacing = _spacing(first)
    in_slice = None if spacing is None else tuple(size for n, size in enumerate(spacing) if n != axis)
    for index in range(first.shape_kji[axis]):
        for value, name in numbered.items():
            one, other = named_mask(first, name, axis, index), named_mask(second, name, axis, index)
            if one.any() or other.any():
                figures = asdict(measure(other, one, in_slice, tolerance_mm=tolerance_mm))
                about: dict[str, Any] = {"structure": name, "size": int(np.count_nonzero(one)), "n_candidates": 1}
                about["hce"] = math.nan if effort is None else effort(other, one)
                key = (option_hash, case_id, 0, plane, index, value, READERS, "oracle")
                yield ResultRow(*key, **figures, **about)


def reader_volumes(
    case_id: str,
    first: Segmentation,
    second: Segmentation,
    option_hash: str = READERS,
    tolerance_mm: float = 1.0,
    names: Sequence[str] = (),
) -> Iterator[ResultRow]:
    """One row per structure of the whole volume, with distances in three dimensions; arguments as of `reader_rows`."""
    spacing = _spacing(first)
    for value, name in _numbered(first, second, names).items():
        one, other = named_mask(first, name), named_mask(second, name)
        if one.any() or other.any():
            figures = asdict(measure(other, one, spacing, tolerance_mm=tolerance_mm))
            about = {"structure": name, "size": int(np.count_nonzero(one)), "n_candidates": 1, "variant": VOLUME}
            yield ResultRow(option_hash, case_id, 0, "", WHOLE_VOLUME, value, READERS, "oracle", **figures, **about)


def named_mask(segmentation: Segmentation, name: str, axis: int | None = None, index: int = 0) -> Mask:
    """All structures of a name together, in the volume or in one slice of it; empty where there is none."""
    found = [s for s in segmentation.structures if s.name.casefold() == name.casefold()]
    masks = [segmentation.mask(structure, axis, index) for structure in found]
    if masks:
        return np.logical_or.reduce(masks)
    shape = [size for number, size in enumerate(segmentation.shape_kji) if axis is None or number != axis]
    return np.zeros(shape, bool)


def _numbered(first: Segmentation, second: Segmentation, names: Sequence[str]) -> dict[int, str]:
    """Number in the rows -> name, of every structure to compare."""
    if not same_lattice(first.shape_kji, first.ijk_to_ras, second.shape_kji, second.ijk_to_ras):
        raise InputError(
            "The two readers' segmentations lie on different grids.",
            "Give the image by --volumes: both are then brought onto its grid. Or resample one onto the other.",
        )
    if not names:
        others = {structure.name.casefold() for structure in second.structures}
        names = [structure.name for structure in first.structures if structure.name.casefold() in others]
    wanted = list({name.casefold(): name for name in names}.values())
    if not wanted:
        raise InputError(
            "The two readers' segmentations have no structure of the same name.",
            "Rename them, or give names by --label-names.",
        )
    taken: dict[int, str] = {}
    values = {s.name.casefold(): s.value for s in (*second.structures, *first.structures)}
    for name in wanted:
        value = values.get(name.casefold(), 1)
        while value in taken:  # a structure of the second reader may bear the number of another one of the first
            value += 1
        taken[value] = name
    return taken


def _spacing(segmentation: Segmentation) -> tuple[float, ...] | None:
    """Size of a voxel in array order, mm; None without spacing."""
    if not segmentation.has_spacing:
        return None
    return tuple(float(length) for length in np.linalg.norm(segmentation.ijk_to_ras[:3, :3], axis=0)[::-1])
