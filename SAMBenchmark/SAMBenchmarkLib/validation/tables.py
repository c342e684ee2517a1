"""Tables of a validation in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from SAMBenchmarkLib.baselines.registry import Baseline, baselines_for
from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.validation.averages import (
    Averages,
    above_baseline,
    average,
    best_baseline,
    chosen,
    of_baseline,
    oracle,
)
from SAMBenchmarkLib.validation.calibration import calibrate
from SAMBenchmarkLib.validation.comparison import Comparison
from SAMBenchmarkLib.validation.criteria import TITLES, Verdict, compact_objects
from SAMBenchmarkLib.validation.prompting import BASELINE_PROMPT, BOX, PROMPTS
from SAMBenchmarkLib.validation.scores import GROUPS, PromptScore, of_prompt

MEAN = "**mean of sources**"
NONE = "-"


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown; every cell is text."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines)


def figure(value: float, sign: bool = False) -> str:
    """A value with three decimals; a dash when there is none."""
    return NONE if math.isnan(value) else f"{value:{'+' if sign else ''}.3f}"


def with_interval(estimate: Estimate | Verdict, sign: bool = False) -> str:
    """A value and its interval, as "0.512 (0.480 to 0.544)"; the value alone where nothing varies."""
    low, high = estimate.interval
    text = figure(estimate.value, sign)
    return text if math.isnan(low) else f"{text} ({figure(low, sign)} to {figure(high, sign)})"


def means_table(scores: Sequence[PromptScore], seed: int = 1) -> str:
    """Mean Dice per source: the model's candidate chosen / best, beside the classical methods with the same prompts.

    Args:
        scores: of one group, or of all.
        seed: decides the bootstrap.

    Returns:
        A row per source, and the mean of sources with intervals.
    """
    columns: list[tuple[str, Averages, Averages | None]] = []
    for prompt in PROMPTS:
        rows = of_prompt(scores, prompt)
        columns.append((prompt, average(rows, chosen, seed), average(rows, oracle, seed)))
        for method in _run_on(rows, prompt):
            columns.append((f"{method.title}, {prompt}", average(rows, of_baseline(method.name), seed), None))
    counted = columns[0][1]
    rows = [
        [source, *_counts(count), *(_means(one, best, source) for _, one, best in columns)]
        for source, count in counted.sources.items()
    ]
    last = [MEAN, *_counts(counted.mean), *(_mean_of_sources(one, best) for _, one, best in columns)]
    return markdown(["source", "subjects", "objects", *(title for title, _, _ in columns)], [*rows, last])


def intervals_table(scores: Sequence[PromptScore], best: dict[str, str | None], seed: int = 1) -> str:
    """Dice per source with intervals, and how far it is above the best classical method.

    Args:
        scores: of one group, or of all.
        best: by prompt the name of the method to compare with, from `best_baselines`; None leaves it out.
        seed: decides the bootstrap.
    """
    header, columns = ["source"], []
    for prompt in PROMPTS:
        rows = of_prompt(scores, prompt)
        header.append(prompt)
        columns.append((average(rows, chosen, seed), False))
        name = best[prompt]
        if name is not None:
            header.append(f"{prompt} less {TITLES[name]}")
            columns.append((average(rows, above_baseline(name), seed), True))
    sources = columns[0][0].sources
    rows = [[source, *(_with_interval_of(column, source, sign) for column, sign in columns)] for source in sources]
    return markdown(header, [*rows, [MEAN, *(with_interval(column.mean, sign) for column, sign in columns)]])


def best_baselines(scores: Sequence[PromptScore]) -> dict[str, str | None]:
    """By prompt the classical method with the highest mean of all sources; None where none was run."""
    return {prompt: best_baseline(scores, prompt) for prompt in PROMPTS}


def summary_table(scores: Sequence[PromptScore], best: dict[str, str | None], seed: int = 1) -> str:
    """The mean of sources per prompt, for each group and for all sources together, with intervals."""
    rows = []
    for prompt in PROMPTS:
        for group in (*GROUPS, ""):
            some = of_prompt(scores, prompt, group)
            if not some:
                continue
            found = [with_interval(average(some, column, seed).mean) for column in (chosen, oracle)]
            rows.append([prompt, group or "**all sources**", *found, *_against(some, best[prompt], seed)])
    return markdown(["prompt", "sources", "chosen", "best candidate", "best baseline", "difference"], rows)


def compact_table(scores: Sequence[PromptScore], seed: int = 1) -> str:
    """Box Dice of compact objects: per source, the mean of sources, and the mean of all objects alike.

    Thin structures that hang together, such as vessels, are compact by the definition; their sources stand out here.
    """
    rows = compact_objects(of_prompt(scores, BOX))
    methods = _run_on(rows, BOX)
    columns = [average(rows, chosen, seed), *(average(rows, of_baseline(method.name), seed) for method in methods)]
    lines = [
        [source, *_counts(count), *(_with_interval_of(column, source, False) for column in columns)]
        for source, count in columns[0].sources.items()
    ]
    lines.append([MEAN, *_counts(columns[0].mean), *(with_interval(column.mean) for column in columns)])
    lines.append(["**mean of objects**", *_counts(columns[0].mean), *map(figure, map(_mean_of_objects, columns))])
    return markdown(["source", "subjects", "objects", "box", *(method.title for method in methods)], lines)


def calibration_table(scores: Sequence[PromptScore]) -> str:
    """Predicted against true IoU per prompt and over all."""
    rows = []
    for prompt in (*PROMPTS, ""):
        found = calibrate([score for score in scores if prompt in ("", score.prompt)])
        figures = (figure(found.expected_error), figure(found.spearman))
        rows.append([prompt or "**all prompts**", str(found.objects), *figures])
    return markdown(["prompt", "answers", "expected calibration error", "Spearman correlation"], rows)


def comparison_table(comparison: Comparison) -> str:
    """Differences in Dice to the second model per source, and on the mean of sources."""
    who = {"first": "this one", "second": "the other"}
    columns = [comparison.differences[prompt] for prompt in PROMPTS]
    rows = [
        [source, who.get(trained := comparison.trained_on(source), trained)]
        + [_with_interval_of(column, source, True) for column in columns]
        for source in columns[0].sources
    ]
    means = [MEAN, "", *(with_interval(column.mean, True) for column in columns)]
    gained = [comparison.generalisation(prompt) for prompt in PROMPTS]
    rows.append(means)
    if any(gained):
        cells = [NONE if one is None else with_interval(one, True) for one in gained]
        rows.append(["**trained with the source less without it**", "", *cells])
    return markdown(["source", "trained on it", *PROMPTS], rows)


def criteria_table(found: Sequence[Verdict]) -> str:
    """The criteria with what was measured."""
    rows = [[verdict.name, verdict.floor, with_interval(verdict), verdict.answer] for verdict in found]
    return markdown(["criterion", "asked for", "measured", ""], rows)


def _run_on(rows: Sequence[PromptScore], prompt: str) -> list[Baseline]:
    """The classical methods that were run on at least one of the scores."""
    names = {name for row in rows for name in row.baselines}
    return [method for method in baselines_for(BASELINE_PROMPT[prompt]) if method.name in names]


def _against(rows: Sequence[PromptScore], name: str | None, seed: int) -> list[str]:
    """A classical method's mean, and how far the model is above it."""
    if name is None:
        return [NONE, NONE]
    other, above = (average(rows, column(name), seed).mean for column in (of_baseline, above_baseline))
    return [f"{TITLES[name]}: {with_interval(other)}", with_interval(above, sign=True)]


def _counts(estimate: Estimate) -> list[str]:
    return [str(estimate.subjects), str(estimate.objects)]


def _mean_of_objects(column: Averages) -> float:
    found = column.sources.values()
    objects = sum(estimate.objects for estimate in found)
    return sum(estimate.value * estimate.objects for estimate in found) / objects if objects else math.nan


def _means(one: Averages, best: Averages | None, source: str) -> str:
    if source not in one.sources:
        return NONE
    text = figure(one.sources[source].value)
    return text if best is None else f"{text} / {figure(best.sources[source].value)}"


def _mean_of_sources(one: Averages, best: Averages | None) -> str:
    text = with_interval(one.mean)
    return text if best is None else f"{text} / {figure(best.mean.value)}"


def _with_interval_of(column: Averages, source: str, sign: bool) -> str:
    return with_interval(column.sources[source], sign) if source in column.sources else NONE
