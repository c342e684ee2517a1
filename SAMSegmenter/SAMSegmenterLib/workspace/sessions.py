"""One workspace per browser: a process of its own for each, so that nobody can reach what belongs to another."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from SAMSegmenterLib.core.errors import SAMError, StoreError
from SAMSegmenterLib.workspace.worker_process import WorkerProcess

logger = logging.getLogger(__name__)

LOST = "The workspace ended unexpectedly and was started again. Segments that you had accepted are offered below."

GRACE_SECONDS = 15.0
"""A workspace whose page was closed stays for so long even when others wait: pages that are open ask more often."""

SHORT_SECONDS, MOST_SHORT_LIVES = 20.0, 3
"""A workspace that is lost again within so many seconds so many times in a row is not started any more by itself."""

StartWorker = Callable[[], Awaitable[WorkerProcess]]


def owner_of(secret: str) -> str:
    """Name of the folder of a browser's work: it does not tell the secret that the browser shows."""
    return hashlib.blake2b(secret.encode(), digest_size=16).hexdigest()


@dataclass(eq=False)
class Session:
    """The workspace of one browser.

    Args:
        owner: name of the folder of its work.
        worker: None until it is ready, and after it was lost.
        error: why it could not be started, or is not started any more; None when it could or was not tried.
        connections: pages that are open now.
        seen: when a page last asked for something.
        begun: how often it was started.
        ready_at: when it was last ready.
        short_lives: how many times in a row it was lost soon after.
    """

    owner: str
    worker: WorkerProcess | None = None
    error: SAMError | None = None
    connections: int = 0
    seen: float = 0.0
    begun: int = 0
    ready_at: float = 0.0
    short_lives: int = 0
    starting: asyncio.Task[None] | None = field(default=None, repr=False)


class Sessions:
    """All workspaces.

    Args:
        start: starts a process.
        most: how many there may be at a time.
        idle_seconds: a workspace that no page uses for so long is ended; what was accepted is kept.
        clock: seconds that never run backwards.

    Thread: the event loop's.
    """

    def __init__(
        self, start: StartWorker, most: int, idle_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._start, self._most, self._idle, self._clock = start, most, idle_seconds, clock
        self._sessions: dict[str, Session] = {}
        self._spare: WorkerProcess | None = None
        self._ending: dict[str, asyncio.Task[None]] = {}

    async def prepare(self) -> None:
        """Start the first workspace before a browser asks for it.

        Raises:
            SAMError: it cannot be opened.
        """
        self._spare = await self._start()

    def session(self, secret: str) -> Session:
        """The workspace of a browser; begun when there is none, or when it was lost.

        One that could not be started stays so until it is forgotten: nothing is tried again and again by itself.

        Args:
            secret: that the browser shows.

        Raises:
            StoreError: there are too many.
        """
        owner = owner_of(secret)
        found = self._sessions.get(owner)
        if found is None:
            self._make_room()
            found = self._sessions[owner] = Session(owner)
        self.touch(found)
        if found.worker is not None and not found.worker.is_alive:
            self._note_loss(found)
        if found.worker is None and found.starting is None and found.error is None:
            found.starting = asyncio.get_running_loop().create_task(self._begin(found))
        return found

    def touch(self, session: Session) -> None:
        """Note that a workspace was used."""
        session.seen = self._clock()

    def known(self, secret: str) -> Session | None:
        """The workspace of a browser, if it has one; nothing is begun."""
        found = self._sessions.get(owner_of(secret))
        if found is not None:
            self.touch(found)
        return found

    def forget(self, session: Session) -> None:
        """Give up a workspace that could not be started, so that the next request tries again."""
        if session.worker is None and session.starting is None:
            self._sessions.pop(session.owner, None)

    async def sweep(self) -> None:
        """End the workspaces that nobody uses."""
        now = self._clock()
        for session in list(self._sessions.values()):
            if self._is_idle(session, now, self._idle):
                logger.info("A workspace was not used for a while and is ended.")
                self._end(session)
        await asyncio.gather(*self._ending.values())

    async def close(self) -> None:
        """End all of them."""
        for session in self._sessions.values():
            if session.starting is not None:
                session.starting.cancel()
        workers = [session.worker for session in self._sessions.values()] + [self._spare]
        self._sessions.clear()
        await asyncio.gather(*(worker.end() for worker in workers if worker is not None), *self._ending.values())

    def _note_loss(self, session: Session) -> None:
        """A workspace ended unexpectedly: it is started again, unless it has just been."""
        logger.warning("A workspace ended unexpectedly.")
        was_short = self._clock() - session.ready_at < SHORT_SECONDS
        session.worker, session.short_lives = None, session.short_lives + 1 if was_short else 0
        if session.short_lives >= MOST_SHORT_LIVES:
            session.error = SAMError(
                f"The workspace ended {session.short_lives} times right after its start.",
                "Segments that you had accepted are kept. The window in which sam-workspace runs may say more.",
            )

    def _make_room(self) -> None:
        """When there are as many as may be, end the one that was not used for the longest time and has no open page."""
        if len(self._sessions) < self._most:
            return
        now = self._clock()
        unused = [one for one in self._sessions.values() if self._is_idle(one, now, GRACE_SECONDS)]
        if not unused:
            raise StoreError(f"All {self._most} workspaces are in use.", "Try again later, or have --sessions raised.")
        self._end(min(unused, key=lambda one: one.seen))

    def _end(self, session: Session) -> None:
        """Let a workspace end in its own time; the next one of the same browser waits for it, see `_begin`."""
        owner = session.owner
        del self._sessions[owner]
        if session.worker is not None:
            self._ending[owner] = asyncio.get_running_loop().create_task(session.worker.end())
            self._ending[owner].add_done_callback(lambda _task: self._ending.pop(owner, None))

    def _is_idle(self, session: Session, now: float, seconds: float) -> bool:
        return not session.connections and session.starting is None and now - session.seen > seconds

    async def _begin(self, session: Session) -> None:
        worker = None
        try:
            worker, self._spare = self._spare, None
            if worker is None or not worker.is_alive:
                worker = await self._start()
            if session.owner in self._ending:  # it still keeps what was accepted, which the new one offers
                await asyncio.wait([self._ending[session.owner]])
            await worker.begin(session.owner, LOST if session.begun else "")
            session.worker, session.begun, worker = worker, session.begun + 1, None
            session.ready_at = self._clock()
        except SAMError as error:
            session.error = error
        except OSError as error:
            session.error = StoreError(f"The workspace could not be started: {error}.")
        finally:
            session.starting = None
            if worker is not None:
                worker.kill()
