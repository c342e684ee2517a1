"""What panels say about progress, errors and sizes."""

from __future__ import annotations

import re

from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import Cancelled, SAMError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session import propagation_words


def progress_text(event: ProgressEvent) -> str:
    """One line: what is done, how much of it, and how long it still takes."""
    parts = [event.stage[:1].upper() + event.stage[1:]]
    if event.total:
        parts.append(_("{done} of {total}").format(done=event.done, total=event.total))
    return _joined(parts, event)


def bytes_progress_text(event: ProgressEvent) -> str:
    """As `progress_text`, for work that is counted in bytes."""
    parts = [event.stage[:1].upper() + event.stage[1:]]
    if event.total:
        parts.append(_("{done} of {total}").format(done=size_text(event.done), total=size_text(event.total)))
    return _joined(parts, event)


def time_left(seconds: float) -> str:
    """The rest of the time, as rough as it is known."""
    return propagation_words.time_left(seconds, _)


def size_text(size: int) -> str:
    """Bytes as people say them."""
    if size >= 1_000_000_000:
        return _("{size} GB").format(size=f"{size / 1e9:.2f}")
    return _("{size} MB").format(size=f"{size / 1e6:.0f}" if size >= 10_000_000 else f"{size / 1e6:.1f}")


def error_text(error: BaseException) -> str:
    """What is wrong, and below it what to do about it."""
    if isinstance(error, SAMError):
        return f"{error.message}\n{error.hint}".strip()
    if isinstance(error, Cancelled):
        return _("Stopped.")
    if isinstance(error, MemoryError):
        return _("There is not enough memory.") + "\n" + _("Close other programs, or choose a smaller model.")
    return (
        _("Something unexpected happened: {error}").format(error=f"{type(error).__name__}: {error}")
        + "\n"
        + _("The error log (menu View) has the details.")
    )


def on_the_page(text: str) -> str:
    """Hints for the command line, said for the page with its buttons."""
    text = re.sub(r"[Rr]un 'sam-models (\w+)[^']*'", lambda match: _PRESS.get(match[1], match[0]), text)
    text = re.sub(r"'sam-models (\w+)[^']*'", lambda match: _PRESS.get(match[1], match[0]), text)
    text = text.replace("Run the same command again", "Press Download again").replace(
        "Run the command again", "Try again"
    )
    return text.replace(" with --name", "").replace("Choose another name.", "Rename the file first.")


_PRESS = {"import": "press Import file", "download": "press Download", "remove": "press Remove"}


def _joined(parts: list[str], event: ProgressEvent) -> str:
    if event.seconds_left is not None:
        parts.append(time_left(event.seconds_left))
    if event.message:
        parts.append(event.message)
    return " - ".join(parts)
