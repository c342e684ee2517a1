"""What the page's dialog does: lists the shared folder, opens volumes and structures off the event loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
from SAMSegmenterLib.workspace.opening import KINDS, LABELS, open_labels, open_volume
from SAMSegmenterLib.workspace.shared_folder import Entry, SharedFolder

logger = logging.getLogger(__name__)


class OpenFiles:
    """Opens files for one workspace, one at a time; what is at hand stays when one cannot be opened.

    Args:
        keeper: of the case at hand.
        folder: files below it may be opened; None for none.
        upload_bytes: size of a file that is sent, at most.
        changed: called when another case is at hand or `state` changed.
        show: opens the dialog or closes it.

    Thread: the event loop's, which is the main one; files are read on another.
    """

    def __init__(
        self,
        keeper: CaseKeeper,
        folder: SharedFolder | None,
        upload_bytes: int,
        changed: Callable[[], None],
        show: Callable[[bool], None],
    ) -> None:
        self._keeper, self._folder, self._changed, self._show = keeper, folder, changed, show
        self._task: asyncio.Task[None] | None = None
        self._listing: asyncio.Task[None] | None = None
        self.state: dict[str, Any] = {
            "opening": "",
            "open_error": "",
            "upload_bytes": upload_bytes,
            "folder_shared": folder is not None,
            **self._listed(""),
        }

    def browse(self, path: str = "") -> None:
        """Begin to list a folder of the shared one, which may take a while; the one asked for last is shown."""
        if self._listing is not None:
            self._listing.cancel()
        self._listing = asyncio.get_running_loop().create_task(self._browse(str(path)))

    def open_path(self, path: str, kind: str, series: str = "", frame: str = "") -> None:
        """Begin to open a file or folder of the shared one."""
        self._task = asyncio.get_running_loop().create_task(self._open_path(str(path), kind, str(series), str(frame)))

    async def take(self, kind: str, path: Path, series: str, frame: int, allowed: Callable[[Path], bool]) -> None:
        """Open a file and work on it.

        Args:
            kind: "volume" or "labels".
            allowed: whether another file that it names may be read.

        Raises:
            SAMError: it cannot be opened; everything is as it was.
        """
        if self.state["opening"]:
            raise InputError("Another file is being opened.", "Wait until it is shown.")
        if kind not in KINDS:
            raise InputError("The page asked for something unknown.", "Reload the page.")
        self._tell(opening=f"Reading {path.name} ...", open_error="")
        error = ""
        try:
            await self._read(kind, path, series, frame, allowed)
        except SAMError as raised:
            error = str(raised)
            raise
        except MemoryError as raised:
            failure = InputError(f"There is not enough memory to open {path.name}.", "Cut out the part of interest.")
            error = str(failure)
            raise failure from raised
        except Exception as raised:
            logger.exception("A file could not be opened.")
            failure = InputError(f"{path.name} could not be opened.", "It may be damaged: export it again.")
            error = str(failure)
            raise failure from raised
        finally:
            self._tell(opening="", open_error=error)
            self._show(bool(error))

    async def _read(self, kind: str, path: Path, series: str, frame: int, allowed: Callable[[Path], bool]) -> None:
        keeper = self._keeper
        if kind == LABELS:
            volume = keeper.controller.case.volume
            labels = await asyncio.to_thread(open_labels, path, allowed, volume)
            count = keeper.add_labels(labels)
            keeper.controller.tell(f"{count} structure{'' if count == 1 else 's'} added.")
            return
        keeper.exchange(await asyncio.to_thread(open_volume, path, allowed, series, frame))

    async def _open_path(self, text: str, kind: str, series: str, frame: str) -> None:
        try:
            if self._folder is None:
                raise InputError("No folder is shared.", "Start the workspace with --folder.")
            path = self._folder.path(text)
            await self.take(kind, path, series.strip(), frame_number(frame), self._folder.holds)
        except SAMError as error:
            self._keeper.controller.session.tell(Notice.of(error))
            self._tell(open_error=str(error))

    async def _browse(self, path: str) -> None:
        try:
            self._tell(**await asyncio.to_thread(self._listed, path), open_error="")
        except SAMError as error:
            self._tell(open_error=str(error))

    def _listed(self, path: str) -> dict[str, Any]:
        entries, more = self._folder.entries(path) if self._folder is not None else ([], False)
        parent = PurePosixPath(path).parent.as_posix()
        return {
            "folder_path": path,
            "folder_parent": "" if parent == "." else parent,
            "folder_entries": [_entry(one) for one in entries],
            "folder_more": more,
        }

    def _tell(self, **values: Any) -> None:
        self.state.update(values)
        self._changed()


def frame_number(text: str) -> int:
    """Which volume of a 4D file, from 1; 0 when none was chosen.

    Raises:
        InputError: this is no such number.
    """
    try:
        return int(text.strip() or "0")
    except ValueError as error:
        raise InputError(f"'{text}' is not the number of a volume.", "Give a whole number from 1.") from error


def _entry(entry: Entry) -> dict[str, Any]:
    megabytes = entry.bytes / (1 << 20)
    size = "" if entry.is_folder else f"{megabytes:.1f} MB" if megabytes >= 1 else f"{-(-entry.bytes // 1024)} KB"
    return {"name": entry.name, "path": entry.path, "is_folder": entry.is_folder, "size": size}
