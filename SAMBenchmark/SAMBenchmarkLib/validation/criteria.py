"""What the bundled model must reach, and whether it does.

The criteria are those of the model's specification; the card of the model and `sam-train validate` print this list.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.baselines.registry import BASELINES
from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.validation.averages import above_baseline, average, best_baseline, chosen, oracle
from SAMBenchmarkLib.validation.calibration import calibrate
from SAMBenchmarkLib.validation.comparison import Comparison
from SAMBenchmarkLib.validation.prompting import BOX, FIVE, POINT, PROMPTS, TEN
from SAMBenchmarkLib.validation.scores import PromptScore, of_prompt

BOX_ABOVE_BASELINE = 0.08
BOX_COMPACT = 0.85
BOX_WORST_SOURCE = -0.01
POINT_ABOVE_BASELINE = 0.10
POINT_LOST_BY_SELECTION = 0.05
TEN_CLICKS_AGAINST_BOX = -0.03
CALIBRATION_ERROR = 0.08
CALIBRATION_SPEARMAN = 0.6
GENERALISATION = 0.08

TITLES = {baseline.name: baseline.title for baseline in BASELINES}
_CLICKS = "random_walker"


@dataclass(frozen=True)
class Verdict:
    """One criterion and what was measured.

    Args:
        name: what is asked for.
        floor: how much, in words.
        value: measured; NaN when it was not.
        interval: of the value; NaN where there is none.
        met: None when it was not measured.
    """

    name: str
    floor: str
    value: float
    interval: tuple[float, float]
    met: bool | None

    @property
    def answer(self) -> str:
        """ "met", "missed" or "not measured"."""
        return "not measured" if self.met is None else "met" if self.met else "missed"


def verdicts(scores: Sequence[PromptScore], comparison: Comparison | None = None, seed: int = 1) -> list[Verdict]:
    """Hold a model against all criteria, on all sources together.

    Args:
        scores: of all prompts and groups.
        comparison: with a model trained on other sources; None leaves generalisation unmeasured.
        seed: decides the bootstrap.
    """
    return [*_box(scores, seed), *_point(scores, seed), *_clicks(scores, seed), *_trust(scores), *_general(comparison)]


def compact_objects(scores: Sequence[PromptScore]) -> list[PromptScore]:
    """The scores of objects that lie in one part and are not small; see `MeasuredObject.compact`."""
    return [score for score in scores if score.about.compact]


def _box(scores: Sequence[PromptScore], seed: int) -> list[Verdict]:
    rows = of_prompt(scores, BOX)
    above = average(rows, above_baseline("ellipse"), seed).sources
    lowest = min(above, key=lambda source: above[source].value, default="")
    where = f" (lowest: {lowest})" if lowest else ""
    return [
        _above_best(scores, BOX, BOX_ABOVE_BASELINE, seed),
        at_least("box: compact objects", average(compact_objects(rows), chosen, seed).mean, BOX_COMPACT),
        at_least(f"box: every source against the ellipse{where}", above.get(lowest), BOX_WORST_SOURCE),
    ]


def _point(scores: Sequence[PromptScore], seed: int) -> list[Verdict]:
    lost = average(of_prompt(scores, POINT), lambda score: oracle(score) - chosen(score), seed).mean
    return [
        _above_best(scores, POINT, POINT_ABOVE_BASELINE, seed),
        at_most("point: lost against the best candidate", lost, POINT_LOST_BY_SELECTION),
    ]


def _clicks(scores: Sequence[PromptScore], seed: int) -> list[Verdict]:
    means = {prompt: average(of_prompt(scores, prompt), chosen, seed).mean for prompt in PROMPTS}
    walker = {prompt: average(of_prompt(scores, prompt), above_baseline(_CLICKS), seed).mean for prompt in (FIVE, TEN)}
    return [
        more_than_0("5 clicks: above one point", means[FIVE] - means[POINT]),
        more_than_0("10 clicks: above 5 clicks", means[TEN] - means[FIVE]),
        more_than_0(f"5 clicks: above the {TITLES[_CLICKS]}", walker[FIVE]),
        more_than_0(f"10 clicks: above the {TITLES[_CLICKS]}", walker[TEN]),
        at_least("10 clicks: against the box", means[TEN] - means[BOX], TEN_CLICKS_AGAINST_BOX),
    ]


def _trust(scores: Sequence[PromptScore]) -> list[Verdict]:
    found = calibrate(scores)
    return [
        _below("predicted IoU: expected calibration error", plain(found.expected_error), CALIBRATION_ERROR),
        at_least("predicted IoU: Spearman correlation", plain(found.spearman), CALIBRATION_SPEARMAN),
    ]


def _general(comparison: Comparison | None) -> list[Verdict]:
    measured = {prompt: comparison.generalisation(prompt) if comparison else None for prompt in PROMPTS}
    if not any(measured.values()):
        return [_below("generalisation: trained with a source less without it", None, GENERALISATION)]
    names = {prompt: f"generalisation, {prompt}: trained with a source less without it" for prompt in PROMPTS}
    return [_below(names[prompt], estimate, GENERALISATION) for prompt, estimate in measured.items()]


def _above_best(scores: Sequence[PromptScore], prompt: str, floor: float, seed: int) -> Verdict:
    best = best_baseline(scores, prompt)
    name = f"{prompt}: above the best baseline"
    if best is None:
        return at_least(name, None, floor)
    above = average(of_prompt(scores, prompt), above_baseline(best), seed).mean
    return at_least(f"{name} ({TITLES[best]})", above, floor)


def plain(value: float) -> Estimate:
    """A figure without bootstrap draws."""
    return Estimate(value, average((), chosen).mean.draws)


def at_least(name: str, measured: Estimate | None, floor: float) -> Verdict:
    """A criterion that a figure meets from a floor on; not measured where there is no figure."""
    return _verdict(name, f"{floor:g} or more", measured, lambda value: value >= floor)


def at_most(name: str, measured: Estimate | None, ceiling: float) -> Verdict:
    """A criterion that a figure meets up to a ceiling; not measured where there is no figure."""
    return _verdict(name, f"{ceiling:g} or less", measured, lambda value: value <= ceiling)


def _below(name: str, measured: Estimate | None, ceiling: float) -> Verdict:
    return _verdict(name, f"below {ceiling:g}", measured, lambda value: value < ceiling)


def more_than_0(name: str, measured: Estimate | None) -> Verdict:
    """A criterion that a figure above 0 meets; not measured where there is no figure."""
    return _verdict(name, "above 0", measured, lambda value: value > 0)


def _verdict(name: str, floor: str, measured: Estimate | None, test: Callable[[float], bool]) -> Verdict:
    if measured is None or math.isnan(measured.value):
        return Verdict(name, floor, math.nan, (math.nan, math.nan), None)
    return Verdict(name, floor, measured.value, measured.interval, bool(test(measured.value)))
