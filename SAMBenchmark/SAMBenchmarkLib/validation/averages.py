"""Averages of scores: over the objects of each source, then over sources."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from SAMBenchmarkLib.baselines.registry import baselines_for
from SAMBenchmarkLib.core.statistics.bootstrap import Estimate, mean_of_sources, subject_bootstrap
from SAMBenchmarkLib.validation.prompting import BASELINE_PROMPT
from SAMBenchmarkLib.validation.scores import PromptScore, of_prompt

Column = Callable[[PromptScore], float]


@dataclass(frozen=True, eq=False)
class Averages:
    """Figures by source, in alphabetical order, and the mean of sources."""

    sources: dict[str, Estimate]
    mean: Estimate


def chosen(score: PromptScore) -> float:
    """Dice of what the user gets."""
    return score.chosen


def oracle(score: PromptScore) -> float:
    """Dice of the best candidate."""
    return score.oracle


def of_baseline(name: str) -> Column:
    """Dice of a classical method."""
    return lambda score: score.baseline(name)


def above_baseline(name: str) -> Column:
    """How far the model is above a classical method on the same object."""
    return lambda score: score.chosen - score.baseline(name)


def average(scores: Sequence[Any], column: Callable[[Any], float], seed: int = 1) -> Averages:
    """Average a figure over the objects of each source, then over sources.

    Args:
        scores: of one prompt, or any objects that say by `about.source` and `about.subject` where they come from.
        column: the figure; NaN where it is not defined for an object.
        seed: decides the bootstrap.

    Returns:
        Sources without a defined value are left out.
    """
    sources: dict[str, Estimate] = {}
    for source in sorted({score.about.source for score in scores}):
        rows = [score for score in scores if score.about.source == source]
        values, subjects = [column(row) for row in rows], [row.about.subject for row in rows]
        estimate = subject_bootstrap(values, subjects, source, seed)
        if not math.isnan(estimate.value):
            sources[source] = estimate
    return Averages(sources, mean_of_sources(list(sources.values())))


def best_baseline(scores: Sequence[PromptScore], prompt: str) -> str | None:
    """Name of the classical method with the highest mean of all sources for a prompt; None where none was run."""
    rows = of_prompt(scores, prompt)
    means = {
        method.name: average(rows, of_baseline(method.name)).mean.value
        for method in baselines_for(BASELINE_PROMPT[prompt])
    }
    known = {name: mean for name, mean in means.items() if not math.isnan(mean)}
    return max(known, key=lambda name: known[name]) if known else None
