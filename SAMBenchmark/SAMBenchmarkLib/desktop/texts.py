"""What the panel says: about pairs, tables, times and evaluations."""

from __future__ import annotations

from typing import Any

from slicer.i18n import tr as _

from SAMBenchmarkLib.session.time_estimate import duration
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.desktop import texts
from SAMSegmenterLib.desktop.texts import progress_text, time_left

__all__ = [
    "error_text",
    "estimate_text",
    "pair_text",
    "progress_text",
    "summary_text",
    "table_title",
    "time_left",
]

_MOST_NOTES = 6


def table_title(title: str) -> str:
    """A table's title for a narrow list: what tells it apart comes first, as in "predicted IoU: DICE [%]"."""
    figure, found, selection = title.partition(", masks selected by ")
    if not found:
        return title
    return f"{selection.partition(' (')[0]}: {figure.removesuffix(', mean (standard deviation)')}"


def error_text(error: BaseException) -> str:
    """What is wrong, and below it what to do about it."""
    if isinstance(error, Cancelled):
        return _("Stopped before the first slice was finished.")
    return texts.error_text(error)


def pair_text(problem: str) -> str:
    """What `pair_problem` found, for the table of pairs and its tooltip."""
    return {
        "": _("ready"),
        "no reference": _("no reference"),
        "no image": _("no image"),
        "no segments": _("no segments"),
        "empty": _("nothing drawn"),
        "elsewhere": _("lies elsewhere"),
    }[problem]


def summary_text(finished: Any) -> str:
    """What was done, and below it what the user should know."""
    rows = sum(one.results.rows for one in finished.published)
    if finished.outcome.stopped:
        said = _("Stopped. {slices} slices were finished and are in the tables.")
    else:
        said = _("Done: {slices} slices, {rows} results.")
    lines = [said.format(slices=finished.outcome.slices, rows=rows)]
    lines += [_("Failed: {name}: {why}").format(name=name, why=why) for name, why in finished.outcome.failed.items()]
    lines += finished.notes
    if len(lines) > _MOST_NOTES:
        lines = [*lines[:_MOST_NOTES], _("... and {n} more.").format(n=len(lines) - _MOST_NOTES)]
    return "\n".join(lines)


def estimate_text(estimate: Any) -> str:
    """How long it will take."""
    said = _("{time} for {slices} slices") if estimate.models == 1 else _("{time} for {slices} slices, {models} models")
    time = duration(estimate.seconds)
    return said.format(time=time[:1].upper() + time[1:], slices=estimate.slices, models=estimate.models)
