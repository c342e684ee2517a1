"""Stands for Slicer's error log: what its C++ code complains about, and errors of Python code that C++ code called.

Slicer prints these and carries on; in testing mode each of them makes the process fail at its end. Tests therefore
watch them: `take()` hands out what was expected, and what is left at the end of a test fails it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType


@dataclass(frozen=True)
class Complaint:
    """One line of the log.

    Args:
        kind: "critical" and "warning" as in Qt, "vtk" for an error of VTK, "python" for an uncaught exception, "dialog"
            for a question that nobody answers, at which Slicer would stand still.
        text: what it says; a traceback for "python".
    """

    kind: str
    text: str


class Complaints:
    """The log."""

    def __init__(self) -> None:
        self._lines: list[Complaint] = []

    def add(self, kind: str, text: str) -> None:
        """Write a line; it is printed, too, as Slicer does."""
        self._lines.append(Complaint(kind, text))
        print(f"[{kind}] {text}", file=sys.stderr)

    def add_exception(self, error: BaseException) -> None:
        """Write an exception that C++ code swallowed."""
        self.add("python", "".join(traceback.format_exception(error)))

    def take(self) -> list[Complaint]:
        """What was written since the last time; afterwards the log is empty."""
        taken, self._lines = self._lines, []
        return taken


log = Complaints()


@contextmanager
def watched() -> Iterator[Complaints]:
    """The log, empty at first, which also gets VTK's errors and what observers of VTK and slots of Qt raise."""
    log.take()
    previous, vtk_errors = sys.excepthook, _VtkErrors(logging.ERROR)

    def swallowed(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
        log.add_exception(error.with_traceback(where))

    sys.excepthook = swallowed
    logging.getLogger(_VTK_LOGGER).addHandler(vtk_errors)
    try:
        yield log
    finally:
        sys.excepthook = previous
        logging.getLogger(_VTK_LOGGER).removeHandler(vtk_errors)


_VTK_LOGGER = "SAMSegmenterLib.scene.runtime"
"""Where the scene's set-up sends VTK's messages."""


class _VtkErrors(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        log.add("vtk", record.getMessage())
