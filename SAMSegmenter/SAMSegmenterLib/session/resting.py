"""Waits until something that changes often has come to rest, but not for ever."""

from __future__ import annotations

from collections.abc import Callable

_LONGEST = 10


class Resting:
    """Says when a change is due: once nothing changed for a while, and at the latest ten times as long after the first.

    Args:
        seconds: how long nothing must change.
        clock: seconds that never run backwards.
    """

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._seconds, self._clock = seconds, clock
        self._changed_at = 0.0
        self._since: float | None = None

    @property
    def is_waiting(self) -> bool:
        """Whether a change has not been taken yet."""
        return self._since is not None

    def note(self) -> None:
        """Something changed."""
        self._changed_at = self._clock()
        self._since = self._since if self._since is not None else self._changed_at

    def take(self) -> bool:
        """Whether a change is due; it is waited for no longer then."""
        if self._since is None:
            return False
        now = self._clock()
        if now - self._changed_at < self._seconds and now - self._since < _LONGEST * self._seconds:
            return False
        self._since = None
        return True

    def clear(self) -> None:
        """Forget the change."""
        self._since = None
