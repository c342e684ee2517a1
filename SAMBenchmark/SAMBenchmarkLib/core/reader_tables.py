"""Tables of the agreement of two readers over many cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.core.metric_columns import METRICS, Metric
from SAMBenchmarkLib.core.moments import Moments
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.statistics.agreement import Agreement, agreement
from SAMBenchmarkLib.core.statistics.intervals import MeanInterval, mean_interval
from SAMBenchmarkLib.core.tables import Table

EFFORT = Metric("hce", "human correction effort", label="hce")
SLICES, VOLUMES = "slice", "volume"
READER_TABLES = ("readers", "reader_intervals", "reader_measures", "reader_volumes", "reader_slices")
_INTERVAL = (
    "objects",
    "cases",
    "dice_percent_mean",
    "percentile_low",
    "percentile_high",
    "bca_low",
    "bca_high",
    "note",
)
_AGREEMENT = ("n", "bias", "limit_low", "limit_high", "icc", "note")


@dataclass(frozen=True, eq=False)
class ReaderRows:
    """All rows of a comparison.

    Args:
        slices: of `reader_rows`, all cases one after the other.
        volumes: of `reader_volumes`.
        voxel_ml: case -> size of a voxel, ml; NaN where pixels have no known size.
    """

    slices: Sequence[ResultRow]
    volumes: Sequence[ResultRow]
    voxel_ml: Mapping[str, float]

    def structures(self) -> list[str]:
        """Names in the order of their numbers."""
        first: dict[str, int] = {}
        for row in self.volumes:
            first[row.structure] = min(row.label_value, first.get(row.structure, row.label_value))
        return sorted(first, key=lambda name: (first[name], name))

    def level(self, level: str) -> Sequence[ResultRow]:
        """Rows of slices, or of whole volumes."""
        return self.slices if level == SLICES else self.volumes

    def metrics(self) -> tuple[Metric, ...]:
        """Figures that tables show; the correction effort only where it was counted."""
        counted = any(not math.isnan(row.hce) for row in self.slices)
        return (*METRICS, EFFORT) if counted else METRICS

    def measures(self, structure: str) -> tuple[str, list[float], list[float]]:
        """Unit, and what either reader measured per case: millilitres, or voxels where a case has no known spacing."""
        rows = [row for row in self.volumes if row.structure == structure]
        known = all(not math.isnan(self.voxel_ml[row.case_id]) for row in self.volumes)
        sizes = [self.voxel_ml[row.case_id] if known else 1.0 for row in rows]
        first = [row.n_gt * size for row, size in zip(rows, sizes, strict=True)]
        second = [row.n_pred * size for row, size in zip(rows, sizes, strict=True)]
        return ("ml" if known else "voxels"), first, second


def reader_tables(rows: ReaderRows) -> list[Table]:
    """`READER_TABLES`: figures by structure, intervals over cases, volumes and areas, and a line per volume and slice.

    "slice" stands for objects, which are a structure in one slice; "volume" for whole structures in three dimensions.
    """
    return [_figures(rows), _intervals(rows), _measures(rows), _volume_lines(rows), _slice_lines(rows)]


def areas(rows: ReaderRows, structure: str) -> tuple[list[float], list[float]]:
    """Pixels of every object by either reader."""
    own = [row for row in rows.slices if row.structure == structure]
    return [float(row.n_gt) for row in own], [float(row.n_pred) for row in own]


def _figures(rows: ReaderRows) -> Table:
    header = ["structure", "of_each", "n", "found_by_one_only"]
    metrics = rows.metrics()
    header += [f"{metric.label}_{figure}" for metric in metrics for figure in ("mean", "std", "undefined")]
    lines: list[list[object]] = []
    for structure in rows.structures():
        for level in (SLICES, VOLUMES):
            own = [row for row in rows.level(level) if row.structure == structure]
            moments = [_moments([getattr(row, m.column) * m.factor for row in own]) for m in metrics]
            alone = sum(1 for row in own if not row.n_gt or not row.n_pred)
            lines.append(
                [structure, level, len(own), alone, *(v for m in moments for v in (m.mean, m.std, m.undefined))]
            )
    return Table.from_rows("readers", "Agreement of two readers, mean and standard deviation", header, lines)


def _intervals(rows: ReaderRows) -> Table:
    lines = []
    for structure in rows.structures():
        for level in (SLICES, VOLUMES):
            own = [row for row in rows.level(level) if row.structure == structure]
            found = mean_interval([100 * row.dice for row in own], [row.case_id for row in own])
            lines.append((structure, level, *_interval_cells(found)))
    title = "Mean DICE of two readers [%] with 95 % bootstrap intervals over cases"
    return Table.from_rows("reader_intervals", title, ("structure", "of_each", *_INTERVAL), lines)


def _interval_cells(found: MeanInterval) -> tuple[object, ...]:
    note = found.note.replace("patients", "cases").replace("patient", "case")
    return found.objects, found.patients, found.mean, *found.percentile, *found.bca, note


def _measures(rows: ReaderRows) -> Table:
    lines = []
    for structure in rows.structures():
        unit, first, second = rows.measures(structure)
        lines.append((structure, "volume", unit, *_agreement_cells(agreement(first, second))))
        lines.append((structure, "area", "px", *_agreement_cells(agreement(*areas(rows, structure)))))
    title = "Volumes and areas by two readers, second less first: bias, 95 % limits of agreement, ICC"
    return Table.from_rows("reader_measures", title, ("structure", "measure", "unit", *_AGREEMENT), lines)


def _agreement_cells(found: Agreement) -> tuple[object, ...]:
    return found.n, found.bias, *found.limits, found.icc, found.note


def _volume_lines(rows: ReaderRows) -> Table:
    lines = []
    for row in rows.volumes:
        size = rows.voxel_ml[row.case_id]
        first, second = row.n_gt * size, row.n_pred * size
        mean = (row.n_gt + row.n_pred) / 2
        percent = 100 * (row.n_pred - row.n_gt) / mean
        lines.append((row.case_id, row.structure, row.n_gt, row.n_pred, first, second, percent, *_shown(row)))
    header = ("case", "structure", "first_voxels", "second_voxels", "first_ml", "second_ml", "difference_percent")
    title = "Structures in three dimensions; the difference of volumes is a share of their mean"
    return Table.from_rows("reader_volumes", title, (*header, *(m.label for m in METRICS), "note"), lines)


def _slice_lines(rows: ReaderRows) -> Table:
    metrics = rows.metrics()
    lines = [
        (row.case_id, row.structure, row.plane, row.slice, row.n_gt, row.n_pred, *_shown(row, metrics))
        for row in rows.slices
    ]
    header = ("case", "structure", "plane", "slice", "first_px", "second_px", *(m.label for m in metrics), "note")
    return Table.from_rows("reader_slices", "Objects: a structure in one slice", header, lines)


def _shown(row: ResultRow, metrics: Sequence[Metric] = METRICS) -> tuple[object, ...]:
    alone = "outlined by the second reader only" if not row.n_gt else "outlined by the first reader only"
    note = alone if not row.n_gt or not row.n_pred else ""
    return (*(getattr(row, metric.column) * metric.factor for metric in metrics), note)


def _moments(values: Sequence[float]) -> Moments:
    moments = Moments()
    for value in np.asarray(values, np.float64).tolist():
        moments.add(value)
    return moments
