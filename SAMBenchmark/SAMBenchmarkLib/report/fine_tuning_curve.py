"""How loss and validation Dice went, epoch by epoch."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from SAMBenchmarkLib.report.markup import Html
from SAMBenchmarkLib.report.svg import STYLE, inline_svg, new_figure

Point = tuple[int, float]
"""Epoch and value."""

LOSS_COLOUR, DICE_COLOUR = "#77699e", "#1b6e8f"


def loss_panel(history: Sequence[Mapping[str, Any]], best_epoch: int) -> Html:
    """Training loss by epoch.

    Args:
        history: a record per epoch with `epoch` and `loss`; one or more.
        best_epoch: whose weights were kept.
    """
    points = _losses(history)
    spoken = f"Training loss: {points[0][1]:.3f} in epoch 1, {points[-1][1]:.3f} in the last."
    with matplotlib.rc_context(STYLE):
        return inline_svg(_figure(points, best_epoch, "loss", LOSS_COLOUR), "loss-curve", spoken)


def validation_panel(
    history: Sequence[Mapping[str, Any]], best_epoch: int, base_validation: float | None
) -> Html | None:
    """Dice on the validation slices by epoch; None when nothing was validated.

    Args:
        history: a record per epoch with `epoch` and `validation` (0 to 1, or None); one or more.
        best_epoch: whose weights were kept.
        base_validation: of the base model, shown as epoch 0; None leaves it out.
    """
    points = _validations(history, base_validation)
    if not points:
        return None
    best = dict(points)[best_epoch]
    spoken = (
        f"Validation DICE in percent: {points[0][1]:.1f} in epoch {points[0][0]}, {best:.1f} in epoch {best_epoch}."
    )
    with matplotlib.rc_context(STYLE):
        return inline_svg(_figure(points, best_epoch, "DICE (%)", DICE_COLOUR), "validation-curve", spoken)


def curves_svg(history: Sequence[Mapping[str, Any]], best_epoch: int, base_validation: float | None) -> str:
    """Both curves as an SVG file of their own; arguments as those of `validation_panel`."""
    shown = [(_losses(history), "training loss", LOSS_COLOUR)]
    shown.append((_validations(history, base_validation), "validation DICE (%)", DICE_COLOUR))
    shown = [one for one in shown if one[0]]
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "curves"}):
        figure = new_figure(4.2 * len(shown))
        for axes, (points, label, colour) in zip(figure.subplots(1, len(shown), squeeze=False)[0], shown, strict=True):
            _draw(axes, points, best_epoch, label, colour)
        figure.tight_layout()
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None}, facecolor="white")
    return text.getvalue()


def _losses(history: Sequence[Mapping[str, Any]]) -> list[Point]:
    return [(record["epoch"], record["loss"]) for record in history]


def _validations(history: Sequence[Mapping[str, Any]], base_validation: float | None) -> list[Point]:
    """In percent; empty when nothing was validated."""
    if any(record["validation"] is None for record in history):
        return []
    start = [] if base_validation is None else [(0, 100 * base_validation)]
    return [*start, *((record["epoch"], 100 * record["validation"]) for record in history)]


def _figure(points: Sequence[Point], best_epoch: int, label: str, colour: str) -> Figure:
    figure = new_figure()
    _draw(figure.add_axes((0.125, 0.17, 0.84, 0.8)), points, best_epoch, label, colour)
    return figure


def _draw(axes: Any, points: Sequence[Point], best_epoch: int, label: str, colour: str) -> None:
    axes.plot(*zip(*points, strict=True), color=colour, marker="o", markersize=3.2, linewidth=1.4)
    axes.axvline(best_epoch, color="#d98a1f", linewidth=1.1, linestyle=":")
    axes.set_xlabel("epoch")
    axes.set_ylabel(label)
    axes.xaxis.get_major_locator().set_params(integer=True)
