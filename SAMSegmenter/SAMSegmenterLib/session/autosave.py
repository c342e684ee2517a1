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
from SAMSegmenterLib.session.owner_lock import OwnerLock, is_held
from SAMSegmenterLib.session.resting import Resting

logger = logging.getLogger(__name__)

REST_SECONDS = 1.0
"""Prompts are written when they have not changed for so long, see `Resting`."""

KEPT_DAYS = 30

PROBE = "probe"
"""Parameter of the file that tells the volume's voxels, see `core.prompt_records.voxel_probe`."""


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

    They hold what a prompt file holds, no names of patients or volumes; the folder is private to the user. As long as
    the session lives, a lock beside its files keeps others from being offered them.

    Args:
        folder: where the files of all sessions are.
        clock: seconds that never run backwards.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder, self._clock = Path(folder), clock
        self._name = uuid.uuid4().hex
        self._lock = OwnerLock(_lock_path(self._folder, self._name))
        self._changes: dict[str, Resting] = {}
        self._own: dict[str, Path] = {}
        self._broken = False

    def note_change(self, volume_id: str) -> None:
        """Prompts on a volume changed: they are written when they rest, whichever volume is at hand then."""
        self._changes.setdefault(volume_id, Resting(REST_SECONDS, self._clock)).note()

    def save_if_due(self, prompts: Callable[[str], PromptFile | None]) -> bool:
        """Write the prompts that changed and rest now, into a file per volume.

        Args:
            prompts: what to write for a volume's id, asked for only then; None when nothing is unaccepted, and the
                file goes away.

        Returns:
            Whether something was written or removed.
        """
        due = [] if self._broken else [volume_id for volume_id, change in self._changes.items() if change.take()]
        for volume_id in due:
            contents = prompts(volume_id)
            if contents is None:
                self._remove(volume_id)
            else:
                self._write(self._own_path(volume_id), contents)
        return bool(due)

    def discard(self) -> None:
        """Remove this session's files: it ended as it should."""
        self._changes.clear()
        for volume_id in tuple(self._own):
            self._remove(volume_id)
        self._lock.release()

    def offers(self, volume: VolumeIdentity, probe: str = "") -> list[Recovery]:
        """What sessions that ended unexpectedly left behind for a volume, the latest first.

        Files that are damaged or old are removed.

        Args:
            volume: shape and place.
            probe: of its voxels, see `core.prompt_records.voxel_probe`; tells volumes apart that share their place.
        """
        found = []
        with contextlib.suppress(OSError):
            for path in self._folder.glob("[!.]*.json"):  # what begins with a dot is being written
                if path in self._own.values() or is_held(_lock_path(self._folder, path.name.split(".")[0])):
                    continue
                recovery = self._read(path)
                if recovery is not None and _is_of(recovery.prompts, volume, probe):
                    found.append(recovery)
            _tidy_up(self._folder)
        return sorted(found, key=lambda recovery: -recovery.saved_at)

    def _own_path(self, volume_id: str) -> Path:
        return self._own.setdefault(volume_id, self._folder / f"{self._name}.{uuid.uuid4().hex[:8]}.json")

    def _remove(self, volume_id: str) -> None:
        path = self._own.pop(volume_id, None)
        if path is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _write(self, path: Path, contents: PromptFile) -> None:
        try:
            make_private(self._folder)
            self._lock.acquire()
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
    folder, name = recovery.path.parent, recovery.path.name.split(".")[0]
    with contextlib.suppress(OSError):
        recovery.path.unlink(missing_ok=True)
        if not any(folder.glob(f"{name}.*json")):
            _lock_path(folder, name).unlink(missing_ok=True)


def _lock_path(folder: Path, name: str) -> Path:
    return folder / f"{name}.lock"


def _is_of(prompts: PromptFile, volume: VolumeIdentity, probe: str) -> bool:
    """Whether prompts were made on this volume, as far as is known."""
    kept = prompts.parameters.get(PROBE, "")
    return prompts.volume.difference(volume) is None and (not probe or not kept or probe == kept)


def _tidy_up(folder: Path) -> None:
    """Remove old half-written files and locks without prompts; young ones may belong to a session that is writing."""
    unused = [path for path in folder.glob("*.lock") if not any(folder.glob(f"{path.stem}.*json"))]
    for path in [*unused, *folder.glob(".*.json")]:
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > KEPT_DAYS * 86400 and not is_held(path):
                path.unlink()
