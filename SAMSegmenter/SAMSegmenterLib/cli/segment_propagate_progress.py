"""Progress of a propagation, whose number of slices is known only when it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent
from SAMSegmenterLib.core.propagation import KEYFRAME, SliceResult

_STAGE = "propagating"


class SliceCountdown:
    """Counts slices down from all that may be visited; a direction that ends takes those behind it away.

    Args:
        keyframes: slice numbers of every structure.
        first, last: slices that may be visited, inclusive.
        on_progress: is told after every result.
        slice_name: what a slice is called.
        clock: seconds that never run backwards.
    """

    def __init__(
        self,
        keyframes: Mapping[str, set[int]],
        first: int,
        last: int,
        on_progress: OnProgress,
        slice_name: Callable[[int], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        every = set(range(first, last + 1))
        self._ahead = {segment: every - numbers for segment, numbers in keyframes.items()}
        self._on_progress, self._slice_name, self._clock = on_progress, slice_name, clock
        self._done, self._start = 0, clock()

    def advance(self, result: SliceResult) -> None:
        """Note a result; later ones of the same slice count once."""
        if result.origin == KEYFRAME:
            return
        ahead = self._ahead[result.segment]
        self._done += result.index in ahead
        ahead.discard(result.index)
        if result.stop_reason is not None and result.direction:
            ahead -= {index for index in ahead if (index - result.index) * result.direction > 0}
        left = sum(map(len, self._ahead.values()))
        seconds = (self._clock() - self._start) / self._done * left if self._done else None
        message = f"{self._slice_name(result.index)}, confidence {result.slice_confidence:.2f}"
        self._on_progress(ProgressEvent(_STAGE, self._done, self._done + left, seconds, message))
