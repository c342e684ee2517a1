"""Tells whether whoever wrote a file still lives: a file that is locked for as long as its owner does.

The operating system lets go of the lock when a process ends, however it ends, so a crash leaves a file that nobody
holds. Process ids would not tell: they are given out again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import weakref
from pathlib import Path
from typing import IO

logger = logging.getLogger(__name__)

_held_here: weakref.WeakValueDictionary[Path, OwnerLock] = weakref.WeakValueDictionary()
"""Locks of this process. They are not asked of the system: on some network disks it sees locks of other processes
alone, and closing a file that was opened to ask would let go of the lock."""


_TRIES = 10
"""After so many a file that is never found at its path is taken for a peculiarity of the disk."""


class OwnerLock:
    """Holds a lock from `acquire` to `release`, or to the end of the process.

    Args:
        path: the lock's file, in a folder that exists; nobody else uses this name.
    """

    def __init__(self, path: Path) -> None:
        self.path = Path(path).absolute()
        self._close: weakref.finalize | None = None

    def acquire(self) -> bool:
        """Hold the lock; on a disk that cannot lock, other processes take its owner for dead.

        Returns:
            False when another process holds it; it must not be released then.

        Raises:
            OSError: the file cannot be made.
        """
        if self._close is not None:
            return True
        file = _locked(self.path)
        if file is None:
            logger.info("%s is locked by another program.", self.path)
            return False
        self._close = weakref.finalize(self, file.close)  # as this object may be let go of without a word
        _held_here[self.path] = self
        return True

    def release(self) -> None:
        """Let go, and remove the file."""
        if self._close is None:
            return
        self._close()
        self._close = None
        _held_here.pop(self.path, None)
        with contextlib.suppress(OSError):
            self.path.unlink(missing_ok=True)


def is_held(path: Path) -> bool:
    """Whether the owner of a lock lives, in this process or another; False where there is no such file."""
    path = Path(path).absolute()
    if path in _held_here:
        return True
    try:
        with path.open("r+b") as file:
            is_free = _try_lock(file)
            if is_free:
                _unlock(file)
            return not is_free
    except FileNotFoundError:
        return False
    except OSError:  # Windows does not even open some files that others hold
        return True


def _locked(path: Path) -> IO[bytes] | None:
    """The file at a path, open and locked; None when somebody else holds it."""
    for tries_left in reversed(range(_TRIES)):
        file = path.open("ab")
        if not _try_lock(file):
            file.close()
            return None
        if _is_at(file, path) or not tries_left:
            return file
        file.close()  # whoever held it let go and removed it in this moment: another one may lock a new file
    return None


def _is_at(file: IO[bytes], path: Path) -> bool:
    """Whether an open file is still the one that others find at its path; Windows keeps it there."""
    if sys.platform == "win32":
        return True
    try:
        return os.path.samestat(os.fstat(file.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _try_lock(file: IO[bytes]) -> bool:
    """Lock a file's first byte without waiting; False when somebody else holds it. Closing the file unlocks it."""
    try:
        _system_lock(file, wanted=True)
    except PermissionError:  # Windows says so; others say that it would block
        return False
    except BlockingIOError:
        return False
    except OSError as error:  # the disk cannot lock: nobody holds anything there
        logger.debug("%s: %s", os.fsdecode(file.name), error)
    return True


def _unlock(file: IO[bytes]) -> None:
    with contextlib.suppress(OSError):
        _system_lock(file, wanted=False)


def _system_lock(file: IO[bytes], wanted: bool) -> None:
    if sys.platform == "win32":
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK if wanted else msvcrt.LK_UNLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB if wanted else fcntl.LOCK_UN)
