"""Independent pieces of PyTorch work on several threads at once, each on its share of the processor."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST = 8
"""More threads would only wait for Python's lock, which each needs between PyTorch's functions."""


def several_at_once(
    work: Callable[[Item], Result], items: Iterable[Item], device: str, before_each: Callable[[], None]
) -> Iterator[Result]:
    """Results in the order of the items.

    A small network spends much of its time where PyTorch has nothing to share among threads; then one item per thread
    is finished sooner than one item on all of them. On other devices than the CPU items are worked on one by one.

    Args:
        work: called without gradients; what it computes must not depend on other items.
        items: asked for one after the other, a few ahead of the results.
        device: kind of the device that works, "cpu" or another.
        before_each: called on the caller's thread before each item is begun; what it raises ends the work.
    """
    threads = torch.get_num_threads()
    workers = min(threads, _MOST) if device == "cpu" else 1
    if workers == 1:
        for item in items:
            before_each()
            yield work(item)
        return
    waiting: deque[Future[Result]] = deque()
    quietly = torch.inference_mode()(work)
    try:
        with ThreadPoolExecutor(workers, "sam-decode", torch.set_num_threads, (threads // workers,)) as pool:
            try:
                for item in items:
                    before_each()
                    waiting.append(pool.submit(quietly, item))
                    if len(waiting) > workers:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()
    finally:
        torch.set_num_threads(threads)  # a part of the setting is the process's, not the thread's
