"""How a training from scratch goes: losses, learning rate and time per step, drawn from its log."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from SAMBenchmarkLib.report.svg import STYLE
from SAMSegmenterLib.core.atomic import atomic_path

ROUNDS = {
    "box_mask": ("box", "#d55e00"),
    "point_mask": ("one point", "#0072b2"),
    "clicks_mask": ("several clicks", "#009e73"),
    "grouping": ("grouping", "#77699e"),
}
"""Entry of the log, its name in the picture and its colour: after Okabe and Ito, told apart by colour-blind readers."""

_RATE_COLOUR, _TIME_COLOUR, _BORDER_COLOUR, _NOTE_COLOUR = "#17232b", "#5b6770", "#8b9aa3", "#c03030"
_SHARE = 15  # a moving mean covers this part of a stage's steps
_DPI = 110

Values = npt.NDArray[np.float64]


def write_training_plot(records: Sequence[Mapping[str, Any]], target: Path) -> None:
    """Draw the log of a training as a PNG file.

    Args:
        records: one per step, with `step`, `size`, `rate`, `seconds` since the beginning and the losses of the rounds;
            notes with `images`, to which a step's images were halved, are marked. Without steps nothing is drawn.

    Raises:
        StoreError: the file cannot be written.
    """
    steps = [record for record in records if "size" in record]
    if not steps:
        return
    with matplotlib.rc_context({**STYLE, "path.simplify": True}):
        figure = _figure(steps, [record for record in records if "images" in record])
        with atomic_path(target) as temporary:
            figure.savefig(temporary, format="png", dpi=_DPI, metadata={"Software": None}, facecolor="white")


def _figure(steps: Sequence[Mapping[str, Any]], halvings: Sequence[Mapping[str, Any]]) -> Figure:
    figure = Figure(figsize=(9.0, 7.2), layout="constrained")
    FigureCanvasAgg(figure)
    losses, rate, time = figure.subplots(3, 1, sharex=True, height_ratios=(4, 1, 1))
    numbers = _column(steps, "step")
    parts = stage_parts(steps)
    for name, (label, colour) in ROUNDS.items():
        _draw_smoothed(losses, numbers, _column(steps, name), parts, label, colour)
    losses.set_ylabel("loss, moving mean")
    losses.set_ylim(0, 1.12 * losses.get_ylim()[1])  # room for the legend
    losses.legend(frameon=False, ncols=len(ROUNDS), loc="upper right")
    rate.plot(numbers, _column(steps, "rate"), color=_RATE_COLOUR, linewidth=1.2)
    rate.set_ylabel("learning rate")
    rate.set_ylim(0, None)
    _draw_smoothed(time, numbers, step_seconds(_column(steps, "seconds")), parts, "", _TIME_COLOUR)
    time.set_ylabel("s per step")
    time.set_ylim(0, None)
    time.set_xlabel("step")
    time.set_xlim(numbers[0] - 1, max(numbers[-1], numbers[0] + 1))
    _mark_stages(losses, (rate, time), steps, parts)
    for record in halvings:
        _mark(f"{record['images']} images per step", record["step"], losses, (rate, time))
    return figure


def stage_parts(steps: Sequence[Mapping[str, Any]]) -> list[slice]:
    """Find the runs of steps of one stage: same image size, all with prompts or all without.

    Returns:
        Slices that cover all steps, in order.
    """
    kinds = [(record["size"], "box_mask" in record) for record in steps]
    borders = [0, *(n for n in range(1, len(kinds)) if kinds[n] != kinds[n - 1]), len(kinds)]
    return [slice(first, last) for first, last in itertools.pairwise(borders)]


def step_seconds(seconds: Values) -> Values:
    """Turn times since the beginning into times per step.

    Args:
        seconds: (N,); where a run was resumed they may start at zero again.

    Returns:
        (N,) at least 0.
    """
    taken = np.diff(seconds, prepend=0.0)
    return np.where(taken < 0, seconds, taken)


def moving_mean(values: Values, width: int) -> Values:
    """Mean over a window around each value, narrower at the ends; NaN counts for nothing.

    Returns:
        As many values; NaN where the window has none.
    """
    known = np.isfinite(values)
    window = np.ones(max(1, min(width, len(values))))
    total = np.convolve(np.where(known, values, 0.0), window, "same")
    count = np.convolve(known.astype(np.float64), window, "same")
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _column(records: Sequence[Mapping[str, Any]], name: str) -> Values:
    return np.array([record.get(name, np.nan) for record in records], dtype=np.float64)


def _draw_smoothed(
    axes: Axes, numbers: Values, values: Values, parts: Sequence[slice], label: str, colour: str
) -> None:
    """One line per stage: a mean across the border of two stages would be of neither."""
    if not np.isfinite(values).any():
        return
    for part in parts:
        mean = moving_mean(values[part], 1 + (part.stop - part.start) // _SHARE)
        if np.isfinite(mean).any():
            lone = "o" if part.stop - part.start == 1 else None
            axes.plot(numbers[part], mean, color=colour, linewidth=1.4, label=label, marker=lone, markersize=3)
            label = ""


def _mark_stages(
    first: Axes, others: Sequence[Axes], steps: Sequence[Mapping[str, Any]], parts: Sequence[slice]
) -> None:
    for number, part in enumerate(parts):
        record = steps[part.start]
        border = record["step"] - 0.5
        if number:
            for axes in (first, *others):
                axes.axvline(border, color=_BORDER_COLOUR, linewidth=1.0, linestyle="--")
        name = f"{record['size']} px" + ("" if "box_mask" in record else ", grouping")
        height = 1.0 + 0.04 * (number % 2)  # neighbours on two lines: a stage may be short
        first.text(border, height, name, color=_TIME_COLOUR, va="bottom", transform=first.get_xaxis_transform())


def _mark(text: str, step: int, first: Axes, others: Sequence[Axes]) -> None:
    for axes in (first, *others):
        axes.axvline(step, color=_NOTE_COLOUR, linewidth=1.0, linestyle=":")
    place = {"rotation": 90, "ha": "right", "va": "bottom", "transform": first.get_xaxis_transform()}
    background = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    first.text(step, 0.02, text, color=_NOTE_COLOUR, bbox=background, **place)
