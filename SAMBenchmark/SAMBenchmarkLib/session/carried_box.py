"""One box on one slice, carried through a structure, and measured against its reference."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.core.metrics import dice
from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.core.tables import Table
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import PropagationParameters, SliceResult, latest, propagate
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import to_rgb8


@dataclass(frozen=True, eq=False)
class CarriedBox:
    """What became of one box.

    Args:
        structure: what was boxed.
        start: index of the slice with the box.
        mask: (K, J, I) bool, all slices that counted.
        dice: of the whole volume, 0 to 1.
        table: one row per visited slice, with its Dice, slice confidence and how its mask came about.
        ends: why each direction ended, in words.
    """

    structure: Structure
    start: int
    mask: Mask
    dice: float
    table: Table
    ends: tuple[str, ...]

    def sentence(self) -> str:
        """The result in words."""
        where = "; ".join(self.ends)
        return (
            f"One box on slice {self.start} carried through the {self.structure.name} gave a volume Dice of "
            f"{100 * self.dice:.1f} % ({where})."
        )


def carry_one_box(
    volume: Volume,
    segmentation: Segmentation,
    structure: Structure,
    axis: int,
    predictor: Predictor,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> CarriedBox:
    """Box the structure on its largest slice, segment it there, and carry the mask both ways.

    Args:
        segmentation: on the volume's lattice.
        axis: array axis that slices are stacked along.

    Raises:
        InputError: the structure is nowhere, or the model finds nothing in the box.
        Cancelled: `should_stop` answered True.
    """
    sizes = segmentation.pixels_per_slice(structure, axis)
    start = int(np.argmax(sizes))
    if not sizes[start]:
        raise InputError(f"The structure '{structure.name}' has no pixel in this volume.")
    parameters = PropagationParameters(axis=axis, square_pixels=False)
    seed = _segment_box(volume, segmentation, structure, axis, start, predictor)
    meter = ProgressMeter("carrying one box", None, on_progress)
    reports = []
    for result in propagate(volume, {start: {structure.name: seed}}, predictor, parameters, should_stop):
        reports.append(result)
        meter.advance(f"slice {result.index}")
    results = list(latest(reports)[structure.name].values())
    mask = _stacked(results, volume, axis)
    table = _table(results, segmentation, structure, axis)
    return CarriedBox(structure, start, mask, dice(mask, segmentation.mask(structure)), table, _ends(results))


def most_compact(segmentation: Segmentation) -> Structure:
    """The smallest structure by voxels: the one that a box on one slice says most about."""
    return min(segmentation.structures, key=lambda structure: int(np.count_nonzero(segmentation.mask(structure))))


def _segment_box(
    volume: Volume, segmentation: Segmentation, structure: Structure, axis: int, start: int, predictor: Predictor
) -> Mask:
    image = extract(volume, SlicePlane.lattice(axis, start), square_pixels=False)
    embedding = predictor.encode([to_rgb8(image.pixels, PropagationParameters().window)])[0]
    box = tight_box(segmentation.mask(structure, axis, start))
    candidates = predictor.decode(embedding, [Prompts.of(box=box)])[0]
    mask = candidates.masks[candidates.best]
    if not mask.any():
        raise InputError(f"The model finds nothing in the box on slice {start}.", "Try another model.")
    return mask


def _stacked(results: list[SliceResult], volume: Volume, axis: int) -> Mask:
    mask = np.zeros(volume.shape_kji, bool)
    for result in results:
        if result.final:
            np.moveaxis(mask, axis, 0)[result.index] = result.mask
    return mask


def _table(results: list[SliceResult], segmentation: Segmentation, structure: Structure, axis: int) -> Table:
    rows = [
        (
            r.index,
            float(dice(r.mask, segmentation.mask(structure, axis, r.index))),
            r.slice_confidence,
            r.origin,
            "yes" if r.final else "no",
            r.stop_reason or "",
        )
        for r in results
    ]
    header = ("slice", "dice", "slice_confidence", "origin", "counts", "ended_because")
    return Table.from_rows("carried_box", f"One box carried through the {structure.name}", header, rows)


def _ends(results: list[SliceResult]) -> tuple[str, ...]:
    return tuple(f"ended at slice {r.index}: {r.stop_reason}" for r in results if r.stop_reason)
