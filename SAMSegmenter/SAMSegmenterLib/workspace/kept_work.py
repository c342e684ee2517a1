"""What the user accepted, kept on disk from moment to moment and offered again at the next start."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.models.folders import make_private
from SAMSegmenterLib.session.autosave import KEPT_DAYS
from SAMSegmenterLib.session.owner_lock import OwnerLock, is_held
from SAMSegmenterLib.session.resting import Resting
from SAMSegmenterLib.workspace.kept_segments import KeptSegments, read_kept, write_kept

logger = logging.getLogger(__name__)

REST_SECONDS = 0.3
"""Segments are written when they have not changed for so long."""

_ENDING = ".segments.npz"

Segments = Callable[[], Callable[[], KeptSegments]]
"""Notes what the segments hold, on the main thread; what it returns makes them ready to be kept, on another one."""


@dataclass(frozen=True, eq=False)
class Offer:
    """Segments that an earlier session left.

    Args:
        saved_at: seconds since the epoch.
    """

    path: Path
    kept: KeptSegments
    saved_at: float


class KeptWork:
    """Keeps the segments of one workspace in a file of its own for each volume.

    Copying and writing happen on a thread; all else is called on the main thread. While the workspace lives, a lock
    keeps its files from being offered to others. They stay when it ends, until the user saved or refused them, or for
    `KEPT_DAYS` days.

    Args:
        folder: of one user; it is private to the account that runs the workspace.
        clock: seconds that never run backwards.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._name = Path(folder), uuid.uuid4().hex
        self._lock = OwnerLock(self._folder / f"{self._name}.lock")
        self._change = Resting(REST_SECONDS, clock)
        self._thread = ThreadPoolExecutor(1, "kept-work")
        self._writing: Future[None] | None = None
        self._begin()

    def note_change(self) -> None:
        """Segments changed: they are written when they rest."""
        self._change.note()

    def save_if_due(self, segments: Segments) -> bool:
        """Write the segments if they changed and rest now; asked for only then. Returns whether that was begun."""
        if self._writing is not None and not self._writing.done():
            return False
        if not self._change.take():
            return False
        self._writing = self._thread.submit(self._write, self._path, segments())
        return True

    def save_now(self, segments: Segments) -> None:
        """Write what is not written yet, and wait for it."""
        waiting = self._change.is_waiting
        self._change.clear()
        if waiting:
            self._writing = self._thread.submit(self._write, self._path, segments())
        if self._writing is not None:
            self._writing.result()

    def leave(self, is_saved: bool) -> None:
        """Begin with another volume; what was kept of the last one is removed when the user has saved it."""
        if self._writing is not None:
            self._writing.result()
        self._change.clear()
        if is_saved:
            _remove(self._path)
        self._lock.release()
        self._begin()

    def close(self, is_saved: bool) -> None:
        """The workspace ends."""
        self.leave(is_saved)
        self._lock.release()
        self._thread.shutdown()

    def offers(self, volume: Volume) -> list[Offer]:
        """What earlier workspaces left for a volume, the latest first; damaged and old files are removed."""
        found = []
        with contextlib.suppress(OSError):
            for path in self._folder.glob(f"[!.]*{_ENDING}"):
                offer = None if path == self._path or is_held(_lock_of(path)) else _read(path)
                if offer is not None and offer.kept.is_of(volume):
                    found.append(offer)
        return sorted(found, key=lambda offer: -offer.saved_at)

    def _begin(self) -> None:
        """A file that nobody has yet."""
        self._name = uuid.uuid4().hex
        self._path = self._folder / f"{self._name}{_ENDING}"
        self._lock = OwnerLock(_lock_of(self._path))
        self._writing = None

    def _write(self, path: Path, make: Callable[[], KeptSegments]) -> None:
        try:
            segments = make()
            if not segments.voxels:
                _remove(path)
                return
            make_private(self._folder)
            self._lock.acquire()
            write_kept(path, segments)
        except (SAMError, OSError) as error:
            logger.warning("Accepted segments are not kept against a crash: %s", error)


def forget(offer: Offer) -> None:
    """Remove what was offered: it was taken over, or is not wanted."""
    _remove(offer.path)
    _remove(_lock_of(offer.path))


def _read(path: Path) -> Offer | None:
    try:
        saved_at = path.stat().st_mtime
        if time.time() - saved_at > KEPT_DAYS * 86400:
            raise InputError("too old")
        return Offer(path, read_kept(path), saved_at)
    except OSError:
        return None
    except InputError as error:
        logger.info("A file of kept segments is removed: %s", error)
        _remove(path)
        return None


def _lock_of(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(_ENDING) + ".lock")


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
