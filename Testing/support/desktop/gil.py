"""Slicer's event loop as other Python threads see it: it holds the interpreter lock, even while it is idle.

PySide6 releases the lock around every call into Qt, so that a worker's speed under it says nothing about Slicer.
`run_event_loop` starts Qt's loop behind PySide6's back and keeps the lock: another thread gets it only when a slot
written in Python runs, and then for one switch interval, or for as long as the slot waits for something.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

_EXEC = "_ZN16QCoreApplication4execEv"


def run_event_loop(until: Callable[[], bool], seconds: float = 60.0, every: float = 0.1) -> None:
    """Run Qt's event loop with the lock held until a condition holds.

    Args:
        until: asked by a timer; the question itself gives other threads a chance, so let it be rare.
        seconds: at most so long.
        every: seconds between two questions.

    Raises:
        AssertionError: the time was over.
    """
    left, ended = [max(1, round(seconds / every))], []
    timer = QtCore.QTimer()

    def look() -> None:
        left[0] -= 1
        if until() or left[0] <= 0:
            ended.append(True)
            QtWidgets.QApplication.quit()

    timer.setInterval(round(every * 1000))
    timer.connect("timeout()", look)
    timer.start()
    native = _native_loop()
    if native is not None:
        native()
    else:
        _loop_by_turns(ended)
    timer.stop()
    assert until(), "waited in vain"


def can_hold_the_lock() -> bool:
    """Whether Qt's own loop is used; elsewhere the lock is let go of more often than in Slicer."""
    return _native_loop() is not None


@functools.cache
def _native_loop() -> Callable[[], Any] | None:
    """`QCoreApplication::exec` of C++, called with the lock held; None where it cannot be found."""
    folder = Path(QtCore.__file__).parent / "Qt" / "lib"
    for name in ("libQt6Core.so.6", "QtCore.framework/Versions/A/QtCore"):
        if (folder / name).exists():
            return getattr(ctypes.PyDLL(str(folder / name)), _EXEC, None)
    return None


def _loop_by_turns(ended: list[bool]) -> None:
    """Nearly the same: events with PySide6, which releases the lock, then idleness that holds it."""
    idle = _sleep()
    while not ended:
        QtWidgets.QApplication.processEvents()
        idle(20)


def _sleep() -> Callable[[int], Any]:
    """Sleep for milliseconds with the lock held."""
    if sys.platform == "win32":
        return ctypes.PyDLL("kernel32").Sleep
    usleep = ctypes.PyDLL(None).usleep
    return lambda milliseconds: usleep(milliseconds * 1000)
