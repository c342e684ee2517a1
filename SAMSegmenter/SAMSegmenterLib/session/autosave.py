"""Prompts that survive a crash: written while they are not accepted, offered again afterwards."""

from __future__ import annotations

import contextlib
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.prompt_file import PromptFile, VolumeIdentity, read_prompt_file, write_prompt_file
from SAMSegmenterLib.models.folders import make_private

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0
"""Prompts are written when they have not changed for so long, and at the latest after ten times as long."""

KEPT_DAYS = 30


@dataclass(frozen=True, eq=False)
class Recovery:
    """Prompts that a session left behind when it ended unexpectedly.

    Args:
        prompts: what it held.
        slices: how many slices have prompts that were not accepted.
        saved_at: seconds since the epoch.
    """

    path: Path
    prompts: PromptFile
    slices: int
    saved_at: float


class Autosave:
    """Keeps the unaccepted prompts of one session in files of its own, one per volume. Main thread.

    They hold what a prompt file holds, no names of patients or volumes; the folder is private to the user.

    Args:
        folder: where the files of all sessions are.
        clock: seconds that never run backwards.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = Path(folder), clock
        self._own: dict[str, Path] = {}
        self._changed_at = 0.0
        self._dirty_since: float | None = None
        self._broken = False

    def note_change(self) -> None:
        """Prompts changed: they are written when they rest."""
        self._changed_at = self._clock()
        self._dirty_since = self._dirty_since if self._dirty_since is not None else self._changed_at

    def save_if_due(self, volume_id: str, prompts: Callable[[], PromptFile | None]) -> bool:
        """Write the prompts on a volume if they changed and rest now.

        Args:
            volume_id: which volume; each has a file of its own.
            prompts: what to write, asked for only then; None when nothing is unaccepted, and the file goes away.

        Returns:
            Whether something was written or removed.
        """
        if self._dirty_since is None or self._broken:
            return False
        now = self._clock()
        if now - self._changed_at < REST_SECONDS and now - self._dirty_since < 10 * REST_SECONDS:
            return False
        self._dirty_since = None
        contents = prompts()
        if contents is None:
            self._remove(volume_id)
        else:
            self._write(self._own.setdefault(volume_id, self._folder / f"{uuid.uuid4().hex}.json"), contents)
        return True

    def discard(self) -> None:
        """Remove this session's files: it ended as it should."""
        self._dirty_since = None
        for volume_id in tuple(self._own):
            self._remove(volume_id)

    def offers(self, volume: VolumeIdentity) -> list[Recovery]:
        """What other sessions left behind for a volume, the latest first; files that are damaged or old are removed."""
        found = []
        with contextlib.suppress(OSError):
            for path in self._folder.glob("*.json"):
                recovery = None if path in self._own.values() else self._read(path)
                if recovery is not None and recovery.prompts.volume.difference(volume) is None:
                    found.append(recovery)
        return sorted(found, key=lambda recovery: -recovery.saved_at)

    def _remove(self, volume_id: str) -> None:
        path = self._own.pop(volume_id, None)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _write(self, path: Path, contents: PromptFile) -> None:
        try:
            make_private(self._folder)
            with atomic_path(path) as temporary:
                temporary.write_text(write_prompt_file(contents), encoding="utf-8")
        except (SAMError, OSError) as error:
            self._broken = True
            logger.warning("Prompts are no longer kept against a crash: %s", error)

    def _read(self, path: Path) -> Recovery | None:
        try:
            saved_at = path.stat().st_mtime
            if time.time() - saved_at > KEPT_DAYS * 86400:
                raise InputError("too old")
            prompts = read_prompt_file(path.read_text(encoding="utf-8"))
        except OSError:
            return None
        except (InputError, UnicodeDecodeError) as error:
            logger.info("A file of unaccepted prompts is removed: %s", error)
            with contextlib.suppress(OSError):
                path.unlink()
            return None
        slices = sum(not record.accepted for segment in prompts.segments for record in segment.slices)
        return Recovery(path, prompts, slices, saved_at) if slices else None


def forget(recovery: Recovery) -> None:
    """Remove what was offered: it was taken, or is not wanted."""
    with contextlib.suppress(OSError):
        recovery.path.unlink(missing_ok=True)
