"""The account of a validation: how it was done, all tables, and the criteria."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.statistics.bootstrap import LEVEL, RESAMPLES
from SAMBenchmarkLib.validation import tables
from SAMBenchmarkLib.validation.comparison import Comparison
from SAMBenchmarkLib.validation.criteria import verdicts
from SAMBenchmarkLib.validation.measure import Measurement
from SAMBenchmarkLib.validation.scores import COMPACT_PIXELS, COMPACT_SHARE, GROUPS, PromptScore

READING = f"""Mean Dice. A model's figure is that of the candidate with the highest predicted IoU, which is what a user
gets; the second figure, where there is one, is that of the best of the three candidates. The box is tight; the point is
the centre of mass, or an object pixel where that lies outside; further clicks go where the shown mask is most wrong,
and the random walker gets the same clicks. Objects are averaged per source, sources count alike. Intervals hold
{LEVEL} % of {RESAMPLES} bootstrap draws of the subjects within each source; a source of a single subject has none, and
adds no variation to the mean's; the interval of a few subjects is rough."""


@dataclass(frozen=True)
class Facts:
    """What a validation was run on.

    Args:
        weights: name of the weights.
        against: name of the second weights; empty without any.
        hold_back: sources named as kept out of training.
        slices_per_source: most slices of a source.
        seed: of the draws.
    """

    weights: str
    against: str = ""
    hold_back: Sequence[str] = ()
    slices_per_source: int = 0
    seed: int = 1


def document(measurement: Measurement, comparison: Comparison | None, facts: Facts) -> str:
    """Write the account in Markdown.

    Args:
        measurement: of at least one object.
        comparison: with the second model; None without one.
        facts: what it was run on.
    """
    scores, seed = measurement.scores, facts.seed
    best = tables.best_baselines(scores)
    parts = [f"# Validation of {facts.weights}", _run(measurement, facts), READING, "## Criteria"]
    parts.append(tables.criteria_table(verdicts(scores, comparison, seed)))
    parts += ["## All sources", tables.summary_table(scores, best, seed)]
    for group in GROUPS:
        some = [score for score in scores if score.about.group == group]
        if some:
            parts += [f"## {group.capitalize()}", tables.means_table(some, seed)]
            parts += ["With intervals:", tables.intervals_table(some, best, seed)]
    parts += [_compact_title(), tables.compact_table(scores, seed)]
    parts += ["## Predicted against true IoU", tables.calibration_table(scores)]
    if comparison is not None:
        parts += [f"## Compared with {facts.against}", _comparison_text(facts), tables.comparison_table(comparison)]
    return "\n\n".join(parts) + "\n"


def _run(measurement: Measurement, facts: Facts) -> str:
    kept = ", ".join(facts.hold_back) or "none"
    objects = len({score.about for score in measurement.scores})
    text = f"{measurement.slices} slices (at most {facts.slices_per_source} of a source), {objects} objects; seed "
    text += f"{facts.seed}; sources kept out of training by name: {kept}."
    if measurement.slices < measurement.planned:
        text = (
            f"**Stopped after {measurement.slices} of {measurement.planned} slices: the figures are partial.** {text}"
        )
    return text + _capped(measurement.scores)


def _capped(scores: Sequence[PromptScore]) -> str:
    """Say where the classical methods saw fewer objects than the model."""
    without = {score.about for score in scores if not score.baselines}
    if not without or len(without) == len({score.about for score in scores}):
        return ""
    return f" The classical methods were run on {len(without)} objects fewer; differences are on the objects of both."


def _compact_title() -> str:
    return f"## Compact objects ({COMPACT_SHARE:.0%} of {COMPACT_PIXELS} pixels or more in one part), box"


def _comparison_text(facts: Facts) -> str:
    return f"Dice of {facts.weights} less that of {facts.against} on the same objects."
