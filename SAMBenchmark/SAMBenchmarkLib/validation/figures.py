"""Plots of a validation: Dice per source beside the classical methods, and predicted against true IoU."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from SAMBenchmarkLib.baselines.registry import baselines_for
from SAMBenchmarkLib.core.statistics.bootstrap import Estimate
from SAMBenchmarkLib.report.svg import GRID, INK, STYLE, new_figure
from SAMBenchmarkLib.validation.averages import Averages, average, chosen, of_baseline
from SAMBenchmarkLib.validation.calibration import BINS, Calibration, calibrate
from SAMBenchmarkLib.validation.prompting import BASELINE_PROMPT, PROMPTS
from SAMBenchmarkLib.validation.scores import GROUPS, PromptScore, of_prompt

MODEL_COLOUR = "#0b4f6c"
COLOURS = ("#d55e00", "#009e73", "#cc79a7")
MARKERS = ("s", "^", "D")
PROMPT_COLOURS = dict(zip(PROMPTS, ("#d55e00", "#56b4e9", "#009e73", "#cc79a7"), strict=True))
"""After Okabe and Ito, told apart by colour-blind readers."""

DOTS_PER_INCH = 130


def dice_figure(scores: Sequence[PromptScore], seed: int = 1) -> bytes:
    """Dice per source and prompt with intervals, of the model and of the classical methods.

    Args:
        scores: of all groups.
        seed: decides the bootstrap.

    Returns:
        A PNG: one panel per prompt, one line per source, groups apart, each with its mean.
    """
    lines = _lines(scores)
    with matplotlib.rc_context({**STYLE, "axes.grid.axis": "x"}):
        figure = new_figure(13.0, 0.3 * len(lines) + 1.5)
        panels = figure.subplots(1, len(PROMPTS), sharey=True)
        for axes, prompt in zip(panels, PROMPTS, strict=True):
            _draw_panel(axes, prompt, of_prompt(scores, prompt), lines, seed)
        panels[0].set_yticks(range(len(lines)), [line[1] for line in lines])
        panels[0].set_ylim(len(lines) - 0.4, -0.6)
        for label, (_, name) in zip(panels[0].get_yticklabels(), lines, strict=True):
            label.set_fontweight("bold" if name.startswith("mean") else "normal")
        figure.tight_layout()
        return _png(figure)


def reliability_figure(scores: Sequence[PromptScore]) -> bytes:
    """Mean true against mean predicted IoU in bins of predicted IoU, per prompt and over all, above how many there are.

    Returns:
        A PNG.
    """
    overall = calibrate(scores)
    with matplotlib.rc_context({**STYLE, "axes.grid.axis": "both"}):
        figure = new_figure(5.6, 6.4)
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
        above.plot((0, 1), (0, 1), color=INK, linewidth=0.8, linestyle=":")
        for prompt in PROMPTS:
            _draw_reliability(above, calibrate(of_prompt(scores, prompt)), prompt, PROMPT_COLOURS[prompt], 1.1)
        _draw_reliability(above, overall, "all prompts", MODEL_COLOUR, 2.6)
        above.set_ylabel("mean true IoU")
        above.set_xlim(0, 1)
        above.set_ylim(0, 1)
        above.legend(loc="upper left", frameon=False, title="expected calibration error", alignment="left")
        below.bar((np.arange(BINS) + 0.5) / BINS, overall.counts, 0.9 / BINS, color=MODEL_COLOUR)
        below.set_ylabel("answers")
        below.set_xlabel("predicted IoU")
        figure.tight_layout()
        return _png(figure)


def _lines(scores: Sequence[PromptScore]) -> list[tuple[str, str]]:
    """(group, name) of every line from top to bottom; the mean over all comes last, with no group."""
    lines = []
    for group in GROUPS:
        sources = sorted({score.about.source for score in scores if score.about.group == group})
        lines += [(group, source) for source in sources] + ([(group, f"mean, {group}")] if sources else [])
    return [*lines, ("", "mean, all sources")]


def _draw_panel(
    axes: Any, prompt: str, rows: Sequence[PromptScore], lines: Sequence[tuple[str, str]], seed: int
) -> None:
    methods = baselines_for(BASELINE_PROMPT[prompt])
    for number, method in enumerate(methods):
        style = {"color": COLOURS[number], "marker": MARKERS[number], "markersize": 4.2, "elinewidth": 0.8}
        _draw_series(axes, rows, of_baseline(method.name), lines, seed, 0.16 * (number + 1), method.title, style)
    style = {"color": MODEL_COLOUR, "marker": "o", "markersize": 6.0, "elinewidth": 1.8}
    _draw_series(axes, rows, chosen, lines, seed, -0.08, "model", style)
    for place, (_, name) in enumerate(lines):
        if name.startswith("mean"):
            axes.axhspan(place - 0.5, place + 0.5, color=GRID, alpha=0.5, linewidth=0)
    axes.set_xlim(0, 1)
    axes.set_xlabel("Dice")
    axes.set_title(prompt, fontsize=10, fontweight="bold", loc="left")
    if rows:
        place = {"loc": "lower left", "bbox_to_anchor": (-0.04, 1.05)}
        axes.legend(**place, ncols=2, frameon=False, fontsize=8, columnspacing=1.0)


def _draw_series(
    axes: Any,
    rows: Sequence[PromptScore],
    column: Any,
    lines: Sequence[tuple[str, str]],
    seed: int,
    shift: float,
    title: str,
    style: dict[str, Any],
) -> None:
    by_group = {
        group: average([row for row in rows if group in ("", row.about.group)], column, seed) for group in (*GROUPS, "")
    }
    values, places, errors = [], [], []
    for place, line in enumerate(lines):
        estimate = _estimate(by_group, line)
        if estimate is None or np.isnan(estimate.value):
            continue
        low, high = estimate.interval
        values.append(estimate.value)
        places.append(place + shift)
        errors.append((0, 0) if np.isnan(low) else (max(0, estimate.value - low), max(0, high - estimate.value)))
    if values:
        axes.errorbar(values, places, xerr=np.transpose(errors), linestyle="none", label=title, **style)


def _estimate(by_group: dict[str, Averages], line: tuple[str, str]) -> Estimate | None:
    group, name = line
    return by_group[group].mean if name.startswith("mean, ") else by_group[group].sources.get(name)


def _draw_reliability(axes: Any, found: Calibration, title: str, colour: str, width: float) -> None:
    filled = found.counts > 0
    label = f"{title}: {found.expected_error:.3f}"
    axes.plot(
        found.predicted[filled],
        found.true[filled],
        color=colour,
        linewidth=width,
        marker="o",
        markersize=2 + width,
        label=label,
    )


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=DOTS_PER_INCH, facecolor="white", metadata={"Software": None})
    return file.getvalue()
