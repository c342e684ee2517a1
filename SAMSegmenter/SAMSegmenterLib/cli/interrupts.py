"""Ctrl+C while a command still loads its libraries."""

from __future__ import annotations

import sys
from types import TracebackType


def quieten_interrupts() -> None:
    """Let Ctrl+C outside `run_command` end the program with a word instead of a traceback; other faults stay as told.

    Loading takes seconds, and a user who mistyped something stops the command at once.
    """
    before = sys.excepthook

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            print("stopped", file=sys.stderr)
        else:
            before(kind, error, trace)

    sys.excepthook = tell
