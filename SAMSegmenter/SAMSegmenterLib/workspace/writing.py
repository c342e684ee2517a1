"""What is written into segments bit by bit, so that the page is answered meanwhile, and what waits until it is done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from SAMSegmenterLib.core.stepwise import Stepwise
from SAMSegmenterLib.session.preview import AcceptResult

STEP_SECONDS = 0.03
"""How long steps go on before others have their turn."""

Done = Callable[[AcceptResult], None]


class Writing:
    """One acceptance at a time; it is one step of the undo history, and all or nothing.

    Args:
        clock: seconds that never run backwards.

    Thread: main.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._work: tuple[Stepwise[AcceptResult], Done] | None = None
        self._waiting: deque[Callable[[], None]] = deque()

    @property
    def is_running(self) -> bool:
        """Whether something is not written to its end."""
        return self._work is not None

    @property
    def is_busy(self) -> bool:
        """Whether something is not written to its end, or waits for that."""
        return self.is_running or bool(self._waiting)

    def begin(self, work: Stepwise[AcceptResult], done: Done) -> None:
        """Begin to write, after what is being written is finished; what takes little time is done at once.

        Args:
            done: called with what `work` returns.
        """
        self.finish()
        self._work = work, done
        self.advance()

    def advance(self, seconds: float = STEP_SECONDS) -> None:
        """Go on for so long, at least by one step."""
        end = self._clock() + seconds
        while self._step() and self._clock() < end:
            pass

    def finish(self) -> None:
        """Go on until all is written."""
        while self._step():
            pass

    def wait(self, action: Callable[[], None]) -> None:
        """Have something done when all is written."""
        self._waiting.append(action)

    def take_waiting(self) -> Callable[[], None] | None:
        """What is to be done next, None for nothing, or while something is being written."""
        return self._waiting.popleft() if self._waiting and not self.is_running else None

    def _step(self) -> bool:
        """One step; whether there may be another one."""
        if self._work is None:
            return False
        work, done = self._work
        try:
            next(work)
        except StopIteration as end:
            self._work = None
            done(end.value)
        except BaseException:
            self._work = None
            raise
        return self._work is not None
