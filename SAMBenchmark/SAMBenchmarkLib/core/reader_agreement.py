"""Two readers' segmentations of the same volume, compared slice by slice in the figures of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict

import numpy as np

from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.statistics.agreement import agreement
from SAMBenchmarkLib.core.tables import Table
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
) -> Iterator[ResultRow]:
    """One row per structure and slice that either reader outlined; the first reader stands for the reference.

    Structures are matched by name. Where one reader outlined nothing, DICE is 0 and distances are undefined.

    Args:
        axis: array axis along which slices are taken.
        plane: its name in the rows.
        tolerance_mm: of surface DICE.

    Raises:
        InputError: the segmentations lie on different lattices, or have no structure in common.
    """
    if not same_lattice(first.shape_kji, first.ijk_to_ras, second.shape_kji, second.ijk_to_ras):
        raise InputError("The two readers' segmentations lie on different grids.", "Resample one onto the other.")
    others = {structure.name: structure for structure in second.structures}
    shared = [structure for structure in first.structures if structure.name in others]
    if not shared:
        raise InputError("The two readers' segmentations have no structure of the same name.", "Rename them.")
    spacing = _spacing(first, axis)
    for index in range(first.shape_kji[axis]):
        for structure in shared:
            one, other = first.mask(structure, axis, index), second.mask(others[structure.name], axis, index)
            if one.any() or other.any():
                figures = asdict(measure(other, one, spacing, tolerance_mm=tolerance_mm))
                about = {"structure": structure.name, "size": int(np.count_nonzero(one)), "n_candidates": 1}
                key = (option_hash, case_id, 0, plane, index, structure.value, READERS, "oracle")
                yield ResultRow(*key, **figures, **about)


def area_agreement(rows: Iterable[ResultRow]) -> Table:
    """Bias, limits of agreement and intraclass correlation of the two readers' areas, in pixels, by structure."""
    areas: dict[str, list[tuple[int, int]]] = {}
    for row in rows:
        areas.setdefault(row.structure, []).append((row.n_gt, row.n_pred))
    lines = []
    for structure, pairs in areas.items():
        found = agreement([one for one, _ in pairs], [other for _, other in pairs])
        lines.append((structure, found.n, found.bias, *found.limits, found.icc, found.note))
    header = ("structure", "n", "bias_px", "limit_low_px", "limit_high_px", "icc", "note")
    return Table.from_rows("reader_areas", "Areas by two readers [px], second less first", header, lines)


def _spacing(segmentation: Segmentation, axis: int) -> tuple[float, ...] | None:
    """Size of a pixel along rows and columns of a slice, mm; None without spacing."""
    if not segmentation.has_spacing:
        return None
    lengths = np.linalg.norm(segmentation.ijk_to_ras[:3, :3], axis=0)[::-1]
    return tuple(float(length) for number, length in enumerate(lengths) if number != axis)
