"""The end of a process that nobody saw coming, for what it would have kept."""

from __future__ import annotations

from SAMSegmenterLib.session import owner_lock
from SAMSegmenterLib.session.autosave import Autosave


def end_without_a_word(autosave: Autosave) -> None:
    """As if the process of a session had ended: the system lets go of its lock, and its files stay."""
    lock = autosave._lock
    lock._close()
    lock._close = None
    owner_lock._held_here.pop(lock.path)
    autosave._own.clear()
    autosave._changes.clear()
    autosave._broken = True
