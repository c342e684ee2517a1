"""Which structures are measured: a draw of each dataset, spread evenly over its cases."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMBenchmarkLib.propagation.cases import AUTO, VolumeCase, axes_of, prepared_case, read_case
from SAMBenchmarkLib.propagation.structures import LEAST_PIXELS, StructurePart, find_parts
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ChosenPart:
    """A part of a structure that is measured along an axis of its case."""

    case: VolumeCase
    axis: int
    part: StructurePart


@dataclass(frozen=True)
class Choice:
    """How structures are chosen.

    Args:
        axis: one of `cases.AXES`.
        most: most structures of one dataset.
        every: keep every so many slices.
        least_pixels: the largest slice of a structure has more pixels than that.
        seed: decides the draw.
    """

    axis: str = AUTO
    most: int = 12
    every: int = 1
    least_pixels: int = LEAST_PIXELS
    seed: int = 1


def choose_parts(
    cases: Sequence[VolumeCase],
    choice: Choice,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[ChosenPart]:
    """Draw structures; every case of a dataset gives one before any gives two. No more cases are read than needed.

    Returns:
        Ordered by dataset and case, so that each case is read once more at most. A case that cannot be used is left
        out with a warning.

    Raises:
        Cancelled: `should_stop` said so.
        InputError: no structure is long and large enough.
    """
    by_dataset: dict[str, list[VolumeCase]] = {}
    for case in cases:
        by_dataset.setdefault(case.dataset, []).append(case)
    meter = ProgressMeter("looking for structures", None, on_progress)
    chosen: list[ChosenPart] = []
    for dataset, members in sorted(by_dataset.items()):
        rng = np.random.default_rng([choice.seed, zlib.crc32(dataset.encode("utf-8"))])
        piles: list[list[ChosenPart]] = []
        for number in rng.permutation(len(members)):
            if should_stop():
                raise Cancelled
            if len(piles) == choice.most:
                break
            found = _parts_of(members[number], choice, rng)
            meter.advance(members[number].name)
            piles += [found] if found else []
        ranked = [
            part for rank in range(max(map(len, piles), default=0)) for pile in piles for part in pile[rank : rank + 1]
        ]
        chosen += sorted(
            ranked[: choice.most], key=lambda one: (one.case.name, one.axis, one.part.label_value, one.part.number)
        )
    if not chosen:
        raise InputError(
            "No structure spans enough slices to be measured.",
            "Choose another axis, fewer pixels with --min-pixels, or more of the slices with --resample.",
        )
    return chosen


def _parts_of(case: VolumeCase, choice: Choice, rng: np.random.Generator) -> list[ChosenPart]:
    try:
        volume, segmentation = read_case(case)
    except InputError as error:
        logger.warning("%s is left out: %s", case.name, error)
        return []
    found = []
    for axis in axes_of(case, volume, choice.axis):
        ready = prepared_case(case, volume, segmentation, axis, choice.every)
        parts = find_parts(ready.segmentation, axis, least_pixels=choice.least_pixels)
        found += [ChosenPart(case, axis, part) for part in parts]
    return [found[k] for k in rng.permutation(len(found))]
