"""Stands for `qvtkReconnect`: observers of VTK objects that end together and do not keep their owner alive."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Observed:
    """Observers by a key; observing something else under the same key ends the earlier observer."""

    def __init__(self) -> None:
        self._tags: dict[Any, tuple[Any, int]] = {}

    def observe(
        self, key: Any, sender: Any, event: Any, function: Callable[[Any, str], None], priority: float = 0.0
    ) -> int | None:
        """Call a function with (sender, name of the event); nothing to observe when the sender is None."""
        self.end(key)
        if sender is None:
            return None
        tag = sender.AddObserver(event, function, priority)
        self._tags[key] = (sender, tag)
        return tag

    def end(self, key: Any) -> None:
        if key in self._tags:
            sender, tag = self._tags.pop(key)
            sender.RemoveObserver(tag)

    def end_all(self) -> None:
        for key in list(self._tags):
            self.end(key)
