"""Work that goes on beside the caller's, in a thread of its own; results keep their order, errors reach the caller."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from SAMSegmenterLib.core.predictor import Encoder

Item = TypeVar("Item")
Result = TypeVar("Result")


def one_ahead(work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[tuple[Item, Result]]:
    """Items with what the work makes of them, in order; the next is worked on while the caller uses one.

    Two results exist at a time. What the work raises is raised in the item's turn; no work goes on when the caller
    ends early.
    """
    waiting: deque[tuple[Item, Future[Result]]] = deque()
    with ThreadPoolExecutor(1, "one-ahead") as pool:
        try:
            for item in items:
                waiting.append((item, pool.submit(work, item)))
                if len(waiting) == 2:
                    first, future = waiting.popleft()
                    yield first, future.result()
            for last, future in waiting:
                yield last, future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


class InOrder(Generic[Result]):
    """Runs calls one after the other in a thread, and hands out their results in order. A context manager.

    Args:
        most: calls that may wait; who adds another one waits for the first, so that memory stays bounded.
    """

    def __init__(self, most: int = 8) -> None:
        self._most = most
        self._pool = ThreadPoolExecutor(1, "in-order")
        self._waiting: deque[Future[Result]] = deque()
        self._done: list[Result] = []

    def __enter__(self) -> InOrder[Result]:
        return self

    def __exit__(self, *error: Any) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def add(self, work: Callable[..., Result], *arguments: Any) -> None:
        """Call the work later; what an earlier call raised may be raised here."""
        self._waiting.append(self._pool.submit(work, *arguments))
        while len(self._waiting) > self._most:
            self._done.append(self._waiting.popleft().result())

    def results(self) -> list[Result]:
        """Of all calls so far, once they are done; what a call raised is raised here."""
        while self._waiting:
            self._done.append(self._waiting.popleft().result())
        return self._done


def encodes_beside(predictor: Encoder) -> bool:
    """Whether a model can encode while the processor decodes and measures.

    Where the model already uses every core, two at a time only take the cores from each other.
    """
    return predictor.device != "cpu" or 2 * predictor.threads <= (os.cpu_count() or 1)
