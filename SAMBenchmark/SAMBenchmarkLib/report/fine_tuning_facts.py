"""What the report of a fine-tuning is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from SAMBenchmarkLib.report.pictures import Drawing


class Compared(Protocol):
    """Mean Dice of one structure before and after, 0 to 1."""

    structure: str
    objects: int
    patients: int
    before: float
    after: float
    single_before: float
    single_after: float


class Counted(Protocol):
    """How much lies in one part of the data."""

    patients: int
    slices: int
    objects: int


@dataclass(frozen=True, eq=False)
class ComparedPicture:
    """One held-back object with the mask before and after.

    Args:
        title: why it is shown.
        structure: its name.
        dice_before, dice_after: 0 to 1.
        before, after: the drawings.
    """

    title: str
    structure: str
    dice_before: float
    dice_after: float
    before: Drawing
    after: Drawing


@dataclass(frozen=True, eq=False)
class FineTuningFacts:
    """One fine-tuning.

    Args:
        name: of the model that was made.
        summary: two or three sentences.
        promptless: whether it answers without prompts.
        recipe: what the recipe does and where it comes from.
        base: name, architecture, SHA-256 and licence of the base model.
        options: every option as it was used.
        comparisons: by structure; where there are several, then their mean and all objects together.
        totals: part ("training", "validation", "held back") -> counts.
        by_structure: structure -> part -> counts.
        history: a record per epoch: epoch, loss, validation (Dice, or None).
        epoch: whose weights were kept.
        base_validation: Dice of the base model on the validation slices, or None.
        notes: what the reader must know.
        versions: of the software.
        pictures: of held-back objects.
    """

    name: str
    summary: str
    promptless: bool
    recipe: str
    base: Mapping[str, str]
    options: Mapping[str, str]
    comparisons: Sequence[Compared]
    totals: Mapping[str, Counted]
    by_structure: Mapping[str, Mapping[str, Counted]]
    history: Sequence[Mapping[str, Any]]
    epoch: int
    base_validation: float | None = None
    notes: Sequence[str] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    pictures: Sequence[ComparedPicture] = ()

    @property
    def structures(self) -> Sequence[Compared]:
        """The rows of single structures."""
        return self.comparisons[:-2] if len(self.comparisons) > 1 else self.comparisons

    @property
    def main(self) -> Compared:
        """The row that stands for all: the mean of the structures, or the only structure."""
        return self.comparisons[-2] if len(self.comparisons) > 1 else self.comparisons[0]
