"""What the panel says about tables and about an evaluation that was stopped."""

from __future__ import annotations

from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.desktop import texts
from SAMSegmenterLib.desktop.texts import progress_text, time_left

__all__ = ["error_text", "progress_text", "table_title", "time_left"]


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
