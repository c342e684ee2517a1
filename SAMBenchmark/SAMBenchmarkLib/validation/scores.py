"""One score per object and prompt, and the file that holds them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from SAMBenchmarkLib.baselines.registry import BASELINES
from SAMBenchmarkLib.core.mask_codec import EncodedMask
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.prompts import Prompts

NEW_SUBJECTS, NEW_SOURCES = "new subjects", "new sources"
GROUPS = (NEW_SUBJECTS, NEW_SOURCES)
"""Cases of sources that training knew, and of sources that it did not."""

COMPACT_SHARE, COMPACT_PIXELS = 0.9, 100


@dataclass(frozen=True)
class MeasuredObject:
    """One label value in one slice, and where it comes from.

    Args:
        group: one of `GROUPS`.
        source, subject, case_id: of the catalogue.
        slice_index: within the case.
        label_value: in the label image.
        pixels: number of pixels on the slice's grid.
        largest_part: share of them in the largest 8-connected part, above 0 to 1.
    """

    group: str
    source: str
    subject: str
    case_id: str
    slice_index: int
    label_value: int
    pixels: int
    largest_part: float

    @property
    def compact(self) -> bool:
        """True when at least 90 % of 100 or more pixels lie in one part."""
        return self.largest_part >= COMPACT_SHARE and self.pixels >= COMPACT_PIXELS


@dataclass(frozen=True, eq=False)
class PromptScore:
    """How well one object was found from one prompt; values are 0 to 1, but a model may predict an IoU beyond them.

    Args:
        about: the object.
        prompt: one of `PROMPTS`.
        chosen: Dice of the candidate of highest predicted IoU.
        oracle: Dice of the best candidate.
        predicted_iou, true_iou: of the chosen candidate.
        baselines: Dice of classical methods that got the same prompt, by name; empty where none was run.
        prompts, mask: what was asked and the chosen candidate, for pictures.
    """

    about: MeasuredObject
    prompt: str
    chosen: float
    oracle: float
    predicted_iou: float
    true_iou: float
    baselines: Mapping[str, float] = field(default_factory=dict)
    prompts: Prompts | None = field(default=None, repr=False)
    mask: EncodedMask | None = field(default=None, repr=False)

    def baseline(self, name: str) -> float:
        """Dice of a classical method; NaN where it was not run."""
        return self.baselines.get(name, math.nan)


def of_prompt(scores: Iterable[PromptScore], prompt: str, group: str = "") -> list[PromptScore]:
    """The scores of one prompt, of one group or (by default) of all."""
    return [score for score in scores if score.prompt == prompt and group in ("", score.about.group)]


OBJECT_COLUMNS = ("group", "source", "subject", "case_id", "slice_index", "label_value", "pixels", "largest_part")
VALUE_COLUMNS = ("chosen", "oracle", "predicted_iou", "true_iou")


def write_scores(scores_by_model: Mapping[str, Sequence[PromptScore]], target: Path) -> None:
    """Write all scores as CSV, one line per model, object and prompt; an empty cell is a method that was not run.

    Args:
        scores_by_model: by what the column `model` calls the weights.
        target: file to write; it appears only when it is complete.

    Raises:
        StoreError: the file cannot be written.
    """
    names = [baseline.name for baseline in BASELINES]
    with atomic_path(target) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(["model", *OBJECT_COLUMNS, "prompt", *VALUE_COLUMNS, *names])
        for model, scores in scores_by_model.items():
            for score in scores:
                about = [getattr(score.about, column) for column in OBJECT_COLUMNS]
                values = [getattr(score, column) for column in VALUE_COLUMNS]
                others = [score.baselines.get(name, "") for name in names]
                writer.writerow([model, *about, score.prompt, *values, *others])
