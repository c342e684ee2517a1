"""Scores and slices for the tests of the validation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from SAMBenchmarkLib.validation.scores import MeasuredObject, PromptScore
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice
from support.masks import disk


def score(
    source: str = "a",
    chosen: float = 0.5,
    oracle: float = 1.0,
    prompt: str = "box",
    subject: str = "s1",
    group: str = "new subjects",
    label: int = 1,
    predicted: float = 0.5,
    true: float = 0.5,
    pixels: int = 200,
    part: float = 1.0,
    **baselines: float,
) -> PromptScore:
    about = MeasuredObject(group, source, subject, f"{source}/{subject}", 0, label, pixels, part)
    return PromptScore(about, prompt, chosen, oracle, predicted, true, baselines)


def labelled_slice(
    mask: np.ndarray, source: str = "a", subject: str = "s1", index: int = 0, inside: float = 200
) -> LabelledSlice:
    case = CatalogueCase(f"{source}/{subject}", source, subject, "MR", Path("i"), Path("l"), "CC0", False, False, None)
    pixels = np.where(mask, inside, 50.0).astype(np.float32)
    return LabelledSlice(case, index, pixels, mask.astype(np.int32), (50.0, inside))


@pytest.fixture
def a_score() -> Any:
    """`a_score(source, chosen, ..., ellipse=0.3)`."""
    return score


@pytest.fixture
def a_slice() -> Any:
    """`a_slice(mask, source, subject, index)`: a bright structure on a dark ground."""
    return labelled_slice


@pytest.fixture
def some_slices() -> dict[str, list[LabelledSlice]]:
    """Two sources with disks, one of them new; two subjects each."""
    known = [labelled_slice(disk((48, 64), (20 + 9 * k, 24), 10 + k), "known", f"k{k}") for k in range(2)]
    new = [labelled_slice(disk((48, 48), (24, 22 + 2 * k), 9), "new", f"n{k}") for k in range(2)]
    return {"new subjects": known, "new sources": new}
