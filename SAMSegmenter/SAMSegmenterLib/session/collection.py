"""Keeps Python's garbage collector on the main thread while a worker is busy.

Python collects cyclic garbage on whichever thread happens to allocate when a counter is full. In an application with
VTK and Qt that thread must be the main one: a widget, a node or an observer that ends in a cycle would else be
destroyed on the worker, while the main thread draws or walks the same scene, and the application crashes.

While somebody holds the collection, two things are in force:

1. Automatic collection is off, and the holder's tick does in its place what the collector would have done: the young
   generations, which takes microseconds. The old generation waits for the end of the hold; it takes a third of a second
   for a million objects, which no tick can afford, and nothing is lost by collecting it later.
2. A collection that another thread asks for by itself (`gc.collect()` in a library) finds nothing: everything is frozen
   before it begins and thawed when it has ended, which takes microseconds.

Outside a hold Python's collector works as ever, so a program without windows that never ticks loses nothing.
"""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable
from typing import Any


class MainThreadCollection:
    """Where garbage is collected. There is one collector per process, hence one object of this class: `COLLECTION`.

    All methods are called on the main thread: by `ModelService` while jobs are under way, and by a window's tick.
    """

    def __init__(self) -> None:
        self._holds = 0
        self._was_on = True
        self._thread = 0
        self._still_busy: list[Callable[[], bool]] = []
        self._is_installed = self._is_frozen = False

    @property
    def is_held(self) -> bool:
        """True between `hold` and the `release` that belongs to it."""
        return self._holds > 0

    def hold(self) -> None:
        """From now on only this thread collects garbage; before a job is handed to the worker. Holds are counted."""
        self._holds += 1
        if self._holds > 1:
            return
        self._thread = threading.get_ident()
        self._was_on = gc.isenabled()
        gc.disable()
        if not self._is_installed:
            gc.callbacks.append(self._on_collection)
            self._is_installed = True

    def collect(self) -> None:
        """Collect what Python's own rule would: the youngest generation, with the next one at every tenth time."""
        counts, limits = gc.get_count(), gc.get_threshold()
        if self.is_held and limits[0] and counts[0] > limits[0]:
            gc.collect(1 if counts[1] > limits[1] else 0)

    def release(self, still_busy: Callable[[], bool] | None = None) -> None:
        """Leave the collection to Python again.

        Args:
            still_busy: None when the worker is idle. When nobody will tick any more while it is not, says whether it
                is: Python's collector is then on, but finds nothing on other threads until this answers False.
        """
        if not self._holds:
            return
        if still_busy is not None:
            self._still_busy.append(still_busy)
        self._holds -= 1
        if self._holds:
            return
        self._leave_if_idle()
        if self._was_on:
            gc.enable()

    def _on_collection(self, phase: str, info: dict[str, Any]) -> None:
        """Called by Python before and after each collection, on the thread that collects."""
        if phase == "stop":
            if self._is_frozen:
                gc.unfreeze()
                self._is_frozen = False
            return
        self._leave_if_idle()
        if self._is_installed and threading.get_ident() != self._thread:
            gc.freeze()
            self._is_frozen = True

    def _leave_if_idle(self) -> None:
        self._still_busy = [is_busy for is_busy in self._still_busy if is_busy()]
        if not self._holds and not self._still_busy and self._is_installed:
            gc.callbacks.remove(self._on_collection)
            self._is_installed = False


COLLECTION = MainThreadCollection()
"""The one of this process."""
