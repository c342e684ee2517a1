"""The folder whose files may be opened from the page: what lies in it, and no way out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from SAMSegmenterLib.core.errors import InputError

MOST_ENTRIES = 2000
"""Of a list; a folder of DICOM files may hold tens of thousands."""


@dataclass(frozen=True)
class Entry:
    """A file or folder as the list shows it.

    Args:
        path: below the shared folder, parts separated by "/".
        bytes: size of a file, 0 of a folder.
    """

    name: str
    path: str
    is_folder: bool
    bytes: int = 0


class SharedFolder:
    """A folder given at the start.

    Args:
        root: the folder.

    Raises:
        InputError: there is no such folder.
    """

    def __init__(self, root: Path) -> None:
        if not Path(root).is_dir():
            raise InputError(f"There is no folder {root}.", "Check the path given by --folder.")
        self._root = Path(root).resolve()

    def path(self, text: str) -> Path:
        """The file or folder that the page names.

        Args:
            text: path below the shared folder, parts separated by "/"; empty for the folder itself.

        Raises:
            InputError: it is not there, or lies outside, also by way of "..", a link or another drive.
        """
        parts = PurePosixPath(text.replace("\\", "/")).parts
        if "\0" in text or any(part == ".." or part.startswith("/") or ":" in part for part in parts):
            raise _outside()
        try:
            found = self._root.joinpath(*parts).resolve(strict=True)
        except (OSError, RuntimeError) as error:
            raise InputError("There is no such file in the shared folder.", "Choose one of the list.") from error
        if not self.holds(found):
            raise _outside()
        return found

    def holds(self, path: Path) -> bool:
        """Whether a path lies in the folder once all links are followed."""
        try:
            return path.resolve(strict=True).is_relative_to(self._root)
        except (OSError, RuntimeError):
            return False

    def entries(self, text: str = "") -> tuple[list[Entry], bool]:
        """What lies in a folder, folders first; hidden files and links that lead outside are left out.

        Returns:
            The entries, and whether there were more than are listed.

        Raises:
            InputError: as `path`, or it is no folder or cannot be read.
        """
        folder = self.path(text)
        found: list[Entry] = []
        try:
            with os.scandir(folder) as listed:
                for item in listed:
                    if not item.name.startswith(".") and self.holds(Path(item.path)):
                        found.append(self._entry(item))
                    if len(found) > MOST_ENTRIES:
                        break
        except OSError as error:
            raise InputError(f"The folder cannot be read: {error.strerror}.", "Choose another one.") from error
        found.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
        return found[:MOST_ENTRIES], len(found) > MOST_ENTRIES

    def _entry(self, item: os.DirEntry[str]) -> Entry:
        path = Path(item.path).relative_to(self._root).as_posix()
        is_folder = item.is_dir()
        return Entry(item.name, path, is_folder, 0 if is_folder else item.stat().st_size)


def _outside() -> InputError:
    return InputError("That path leads out of the shared folder.", "Choose a file of the list.")
