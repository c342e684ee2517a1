"""Ctrl+C once finishes the slice or step at hand and keeps everything; twice stops at once."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Iterator
from types import FrameType
from typing import Any


class StopSwitch:
    """Tells whether the user, or the computer's scheduler, asked to stop; use it as `should_stop`, in `watching`.

    Args:
        stream: where the answer to Ctrl+C is written, standard error by default.
        unit: what is finished first, in the words of the answer.
    """

    def __init__(self, stream: Any = None, unit: str = "slice") -> None:
        self._asked, self._stream, self._unit = False, stream, unit

    def __call__(self) -> bool:
        """Whether to stop."""
        return self._asked

    @contextlib.contextmanager
    def watching(self) -> Iterator[None]:
        """Listen to Ctrl+C and to SIGTERM inside the block; outside the main thread nothing changes."""
        before = {}
        for name in ("SIGINT", "SIGTERM"):
            number = getattr(signal, name)
            with contextlib.suppress(ValueError):  # only the main thread may
                before[number] = signal.signal(number, self._ask)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self._asked:
            raise KeyboardInterrupt
        self._asked = True
        text = f"\nstopping after the {self._unit} at hand; once more stops at once"
        print(text, file=self._stream or sys.stderr, flush=True)
