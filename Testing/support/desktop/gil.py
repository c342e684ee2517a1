"""Slicer's event loop as other Python threads see it: it never lets go of the interpreter lock, even while it is idle.

PySide6 releases the lock around every call into Qt, so that a worker's speed in tests says nothing about Slicer.
`run_event_loop` calls Qt behind PySide6's back and holds the lock.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

_PROCESS_EVENTS = "_ZN16QCoreApplication13processEventsE6QFlagsIN10QEventLoop17ProcessEventsFlagEE"


def run_event_loop(until: Callable[[], bool], seconds: float = 60.0, pause: float = 0.001) -> None:
    """Process Qt's events, and idle between them, with the lock held, until a condition holds.

    Args:
        until: asked once per round.
        seconds: at most so long.
        pause: idle time per round in seconds.

    Raises:
        AssertionError: the time was over.
    """
    end = time.monotonic() + seconds
    process, idle = _process_events(), _idle()
    while not until():
        process()
        idle(pause)
        assert time.monotonic() < end, "waited in vain"


@functools.cache
def _process_events() -> Callable[[], Any]:
    """Qt's own function, called with the lock held; where it cannot be found PySide6's, which releases it."""
    folder = Path(QtCore.__file__).parent
    for name in ("Qt/lib/libQt6Core.so.6", "Qt/lib/QtCore.framework/Versions/A/QtCore"):
        if (folder / name).exists():
            function = getattr(ctypes.PyDLL(str(folder / name)), _PROCESS_EVENTS, None)
            if function is not None:
                function.argtypes, function.restype = [ctypes.c_int], None
                return lambda: function(0)
    return QtWidgets.QApplication.processEvents


@functools.cache
def _idle() -> Callable[[float], Any]:
    """Sleep with the lock held."""
    if sys.platform == "win32":
        library = ctypes.PyDLL("kernel32")
        return lambda seconds: library.Sleep(max(1, round(seconds * 1000)))
    library = ctypes.PyDLL(None)
    return lambda seconds: library.usleep(round(seconds * 1e6))
