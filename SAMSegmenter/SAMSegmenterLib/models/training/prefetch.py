"""Draw what the next step needs while the current one computes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Prefetcher(Generic[T]):
    """One background thread that draws by number; use it in a `with` block, which ends the thread.

    All draws happen on that thread, one after the other, so `draw` need not be safe for several.

    Args:
        draw: gives the item of a number; the same item whenever it is asked.
    """

    def __init__(self, draw: Callable[[int], T]) -> None:
        self._draw = draw
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="prefetch")
        self._waiting: dict[int, Future[T]] = {}

    def take(self, number: int) -> T:
        """Wait for an item; an error of its draw is raised here."""
        future = self._waiting.pop(number, None) or self._thread.submit(self._draw, number)
        return future.result()

    def prepare(self, number: int) -> None:
        """Start to draw an item that will be taken."""
        if number not in self._waiting:
            self._waiting[number] = self._thread.submit(self._draw, number)

    def forget(self) -> None:
        """Drop what was prepared: it would be drawn differently now."""
        for future in self._waiting.values():
            future.cancel()
        self._waiting.clear()

    def __enter__(self) -> Prefetcher[T]:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.forget()
        self._thread.shutdown(wait=True, cancel_futures=True)
