"""What fine-tuning changed, per structure, and what it was done with, in numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from SAMSegmenterLib.models.training.fine_tuning.samples import Sample, patients_of, structures_of
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split

ALL_OBJECTS, MEAN_OF_STRUCTURES = "all objects", "mean of structures"


@dataclass(frozen=True)
class Comparison:
    """Mean Dice of one structure on what was held back; 0 to 1.

    Args:
        structure: its name, or ALL_OBJECTS or MEAN_OF_STRUCTURES.
        objects, patients: how many the means are of.
        before, after: of the mask that a user gets.
        single_before, single_after: of the model's single mask.
    """

    structure: str
    objects: int
    patients: int
    before: float
    after: float
    single_before: float
    single_after: float


@dataclass(frozen=True)
class PartCounts:
    """How much of one structure lies in one part of the data."""

    patients: int
    slices: int
    objects: int


@dataclass(frozen=True)
class DataCounts:
    """How much of what was trained on, used to choose the epoch, and held back.

    Args:
        totals: by part ("training", "validation", "held back").
        by_structure: structure -> part -> counts.
    """

    totals: dict[str, PartCounts]
    by_structure: dict[str, dict[str, PartCounts]]


def compare(before: Sequence[ObjectScore], after: Sequence[ObjectScore]) -> list[Comparison]:
    """Comparisons by structure; then, where there are several structures, their mean; last all objects together.

    Args:
        before, after: scores of the same objects in the same order.
    """
    names = sorted({score.structure for score in before})
    pairs = list(zip(before, after, strict=True))
    rows = [_compared(name, [pair for pair in pairs if pair[0].structure == name]) for name in names]
    if len(rows) < 2:
        return rows
    everything = _compared(ALL_OBJECTS, pairs)
    columns = ("before", "after", "single_before", "single_after")
    means = {column: fmean(getattr(row, column) for row in rows) for column in columns}
    return [*rows, Comparison(MEAN_OF_STRUCTURES, everything.objects, everything.patients, **means), everything]


def count_data(samples: Sequence[Sample], split: Split) -> DataCounts:
    """Counts of patients, slices and objects by part and structure."""
    parts = {"training": split.training, "validation": split.validation, "held back": split.held_back}
    chosen = {part: [samples[number] for number in numbers] for part, numbers in parts.items()}
    totals = {part: _counts(found, None) for part, found in chosen.items()}
    names = structures_of(samples)
    return DataCounts(totals, {name: {part: _counts(found, name) for part, found in chosen.items()} for name in names})


def unmatched(counts: DataCounts) -> list[str]:
    """Sentences on structures that were trained and not measured, or measured and not trained."""
    by_structure = counts.by_structure.items()
    unseen = [name for name, of in by_structure if of["held back"].objects and not of["training"].objects]
    unmeasured = [name for name, of in by_structure if of["training"].objects and not of["held back"].objects]
    notes = []
    if unmeasured:
        notes.append(f"Trained on, but absent from what was held back and so not measured: {', '.join(unmeasured)}.")
    if unseen:
        notes.append(f"Measured, but absent from what was trained on: {', '.join(unseen)}.")
    return notes


def _compared(name: str, pairs: Sequence[tuple[ObjectScore, ObjectScore]]) -> Comparison:
    mean = lambda which, field: fmean(getattr(pair[which], field) for pair in pairs)  # noqa: E731 - four times below
    patients = len({pair[0].patient for pair in pairs})
    single = [mean(which, "dice_single") for which in (0, 1)]
    return Comparison(name, len(pairs), patients, mean(0, "dice"), mean(1, "dice"), *single)


def _counts(samples: Sequence[Sample], structure: str | None) -> PartCounts:
    shown = [s for s in samples if structure is None or any(item.structure == structure for item in s.objects)]
    objects = sum(structure in (None, item.structure) for sample in shown for item in sample.objects)
    return PartCounts(len(patients_of(shown)), len(shown), objects)


def signed(difference: float) -> str:
    """A difference of Dice with its sign, three digits."""
    return "-" if math.isnan(difference) else f"{difference:+.3f}"
