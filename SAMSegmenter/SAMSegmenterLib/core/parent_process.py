"""Processes that work for another one end with it."""

from __future__ import annotations

import multiprocessing
import os
import threading
from typing import Any


def end_with_parent() -> None:
    """Have this process end as soon as the one that began it by `multiprocessing` is gone; without it, it would wait
    for work for ever. Does nothing in a process that was begun otherwise."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent,), daemon=True).start()


def _end_after(parent: Any) -> None:
    parent.join()
    os._exit(1)
