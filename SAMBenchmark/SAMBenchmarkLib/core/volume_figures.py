"""Whole structures: the masks of all slices stacked, and measured in space against the reference.

Slices that were not evaluated, because the object is too small there or the options left them out, are empty in both
stacks. Where slices that show enough of the object were left out, distances would be measured across gaps and are
undefined.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from SAMBenchmarkLib.core.metrics import BorderPair, con, dice, jaccard
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.regions import bounding_region
from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME, ResultRow
from SAMBenchmarkLib.core.undefined import undefined_distance, undefined_reason
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation

NO_PIXEL_SIZE = "no pixel size"
SLICES_LEFT_OUT = "slices were left out"

_OF_SLICES = (
    *("hd_px", "hd95_px", "asd_px", "assd_px"),
    *("aspect_ratio", "intensity_difference", "fourier_order", "fourier_harmonics", "hce"),
)
"""Figures that a stack does not have."""

MaskOf = Callable[[ResultRow], Mask]
"""The predicted mask behind a row, (H, W)."""


@dataclass(frozen=True, eq=False)
class VolumeMeasurer:
    """Measures the structures of one frame.

    Args:
        segmentation: the reference, on the volume's lattice.
        axis: array axis that slices are stacked along.
        mask_of: gives the predicted masks.
        options: resolved.
    """

    volume: Volume
    segmentation: Segmentation
    axis: int
    mask_of: MaskOf
    options: BenchmarkOptions

    def rows(self, rows: Iterable[ResultRow]) -> Iterator[ResultRow]:
        """One row per structure, strategy and mask selection.

        Args:
            rows: of the frame's slices; those of protocols beside the strategies are left out.

        Returns:
            Distances in millimetres alone; mean predicted IoU and mean stability of the slices.
        """
        by_label: dict[int, dict[tuple[str, str], list[ResultRow]]] = {}
        for row in rows:
            if not (row.variant or row.round or row.repeat):
                by_label.setdefault(row.label_value, {}).setdefault((row.strategy, row.selection), []).append(row)
        for label, groups in sorted(by_label.items()):
            yield from self._structure(label, groups)

    def _structure(self, label: int, groups: Mapping[tuple[str, str], list[ResultRow]]) -> Iterator[ResultRow]:
        [structure] = [one for one in self.segmentation.structures if one.value == label]
        layer = np.moveaxis(self.segmentation.layers[structure.layer], self.axis, 0)
        counts = np.array([np.count_nonzero(part == structure.layer_value) for part in layer])
        shown = set(np.flatnonzero(counts > self.options.min_object_pixels).tolist())
        known: dict[tuple[object, ...], dict[str, float | int | str]] = {}
        for (strategy, _selection), rows in sorted(groups.items()):
            slices = sorted(row.slice for row in rows)
            left_out = len(shown - set(slices))
            same = (strategy, *sorted((row.slice, row.matched_index) for row in rows))  # selections often agree
            if same not in known:
                reference = np.zeros((slices[-1] - slices[0] + 1, *layer.shape[1:]), bool)
                predicted = np.zeros_like(reference)
                for row in rows:
                    reference[row.slice - slices[0]] = layer[row.slice] == structure.layer_value
                    predicted[row.slice - slices[0]] = self.mask_of(row)
                known[same] = self._measure(predicted, reference, left_out)
            yield _volume_row(rows, known[same], left_out)

    def _measure(self, predicted: Mask, reference: Mask, left_out: int) -> dict[str, float | int | str]:
        """Figures of two stacks, (slices, H, W)."""
        region = bounding_region(predicted | reference)
        assert region is not None  # the reference holds every slice that was evaluated
        predicted, reference = predicted[region], reference[region]
        overlap, n_gt, n_pred = dice(predicted, reference), np.count_nonzero(reference), np.count_nonzero(predicted)
        figures = {"dice": overlap, "jac": jaccard(predicted, reference), "con": con(overlap)}
        reason = undefined_reason(int(n_gt), int(n_pred))
        if left_out:
            reason = SLICES_LEFT_OUT
        elif not self.volume.has_spacing:
            reason = NO_PIXEL_SIZE
        if reason in (SLICES_LEFT_OUT, NO_PIXEL_SIZE):
            distances = dict.fromkeys(("hd_mm", "hd95_mm", "asd_mm", "assd_mm", "surface_dice"), math.nan)
        else:
            distances = self._distances(predicted, reference)
        return {**figures, **distances, "n_gt": int(n_gt), "n_pred": int(n_pred), "undefined_reason": reason}

    def _distances(self, predicted: Mask, reference: Mask) -> dict[str, float]:
        spacing = _first(self.axis, self.volume.spacing_kji)
        found = BorderPair.of(predicted, reference).distances(spacing)
        surface = found.surface_dice(self.options.surface_tolerance_mm)
        if found.empty_masks:
            shape = _first(self.axis, self.volume.shape_kji)
            value = undefined_distance(self.options.hd_empty or "nan", shape, spacing)  # type: ignore[arg-type]
            return {**dict.fromkeys(("hd_mm", "hd95_mm", "asd_mm", "assd_mm"), value), "surface_dice": surface}
        return {
            "hd_mm": found.hausdorff(),
            "hd95_mm": found.hausdorff95(),
            "asd_mm": found.asd(),
            "assd_mm": found.assd(),
            "surface_dice": surface,
        }


def _volume_row(rows: list[ResultRow], figures: Mapping[str, float | int | str], left_out: int) -> ResultRow:
    """What the slices of a structure have in common, and what they are together."""
    first = rows[0]
    nothing = dict.fromkeys(_OF_SLICES, math.nan)
    return replace(
        first,
        slice=WHOLE_VOLUME,
        variant=VOLUME,
        **{**nothing, **figures},
        size=figures["n_gt"],
        n_candidates=0,
        matched_index=-1,
        predicted_iou=_mean([row.predicted_iou for row in rows]),
        stability=_mean([row.stability for row in rows]),
        fragmented=0,
        prompts_json="",
        n_slices=len(rows),
        n_slices_left_out=left_out,
    )


def _first(axis: int, values: Sequence[float]) -> tuple[float, ...]:
    """Values by axis, that of the slices first, as in the stacks."""
    return values[axis], *(value for other, value in enumerate(values) if other != axis)


def _mean(values: list[float]) -> float:
    known = [value for value in values if not math.isnan(value)]
    return math.fsum(known) / len(known) if known else math.nan
