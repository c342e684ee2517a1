"""What the panel says about progress and errors."""

from __future__ import annotations

from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import Cancelled, SAMError
from SAMSegmenterLib.core.progress import ProgressEvent


def progress_text(event: ProgressEvent) -> str:
    """One line: what is done, how much of it, and how long it still takes."""
    parts = [event.stage[:1].upper() + event.stage[1:]]
    if event.total:
        parts.append(_("{done} of {total}").format(done=event.done, total=event.total))
    if event.seconds_left is not None:
        parts.append(time_left(event.seconds_left))
    if event.message:
        parts.append(event.message)
    return " - ".join(parts)


def time_left(seconds: float) -> str:
    """The rest of the time, as rough as it is known."""
    if seconds < 60:
        return _("about {seconds} s left").format(seconds=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("about {minutes} min left").format(minutes=minutes)
    return _("about {hours} h {minutes} min left").format(hours=minutes // 60, minutes=minutes % 60)


def table_title(title: str) -> str:
    """A table's title for a narrow list: what tells it apart comes first, as in "predicted IoU: DICE [%]"."""
    figure, found, selection = title.partition(", masks selected by ")
    if not found:
        return title
    return f"{selection.partition(' (')[0]}: {figure.removesuffix(', mean (standard deviation)')}"


def error_text(error: BaseException) -> str:
    """What is wrong, and below it what to do about it."""
    if isinstance(error, SAMError):
        return f"{error.message}\n{error.hint}".strip()
    if isinstance(error, Cancelled):
        return _("Stopped before the first slice was finished.")
    if isinstance(error, MemoryError):
        return _("There is not enough memory.") + "\n" + _("Close other programs, or choose a smaller model.")
    return (
        _("Something unexpected happened: {error}").format(error=f"{type(error).__name__}: {error}")
        + "\n"
        + _("The error log (menu View) has the details.")
    )
