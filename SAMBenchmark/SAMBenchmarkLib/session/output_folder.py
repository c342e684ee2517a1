"""The folder that a run leaves its results in: checked before anything is written."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.core.store_schema import check_is_ours
from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import InputError, SAMError

RESULTS = "results.sqlite"
_LEFT_BY_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class OutputFolder:
    """Where the files of a run are."""

    path: Path

    @property
    def results(self) -> Path:
        """The result store."""
        return self.path / RESULTS

    @property
    def tables(self) -> Path:
        """Folder of the tables."""
        return self.path / "tables"

    @property
    def spreadsheets(self) -> Path:
        """Folder of the same tables as CSV."""
        return self.path / "csv"

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.path / "report.html"

    @property
    def scene(self) -> Path:
        """The scene for 3D Slicer."""
        return self.path / "scene.mrb"

    def create(self) -> list[Path]:
        """Create the folder.

        Returns:
            The folders that were not there before, innermost first.

        Raises:
            StoreError: it cannot be created.
        """
        missing = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise store_error(self.path, error) from error
        return missing


def check_output_folder(path: Path | str) -> OutputFolder:
    """An output folder that a run may use: new, empty, or with results of ours. Nothing is changed.

    Raises:
        InputError: it is a file, holds something else, or cannot be written.
        StoreError: the results in it are of another version or another program.
    """
    folder = OutputFolder(check_folder(path, RESULTS))
    if folder.results.exists():
        check_is_ours(folder.results)
    return folder


def check_folder(path: Path | str, mark: str) -> Path:
    """A folder that may be written into: new, empty, or with a file that says that it is ours. Nothing is changed.

    Args:
        mark: name of that file.

    Returns:
        The absolute path.

    Raises:
        InputError: it is a file, holds something else, or cannot be written.
    """
    folder = Path(path).expanduser().absolute()
    if folder.is_dir():
        _check_content(folder, mark)
        _check_writable(folder)
    elif folder.exists() or folder.is_symlink():
        raise InputError(f"{folder} is a file, not a folder.", "Choose another output folder.")
    else:
        _check_writable(next(parent for parent in folder.parents if parent.exists()))
    return folder


def discard_if_empty(folder: OutputFolder, created: list[Path]) -> None:
    """Remove a new store that holds no finished slice, and the folders created for it.

    For a run that failed before it had anything to keep.

    Args:
        created: what `OutputFolder.create` returned.
    """
    if folder.results.exists() and _holds_slices(folder.results):
        return
    for name in (RESULTS, f"{RESULTS}-wal", f"{RESULTS}-shm", f"{RESULTS}-journal"):
        with contextlib.suppress(OSError):
            (folder.path / name).unlink(missing_ok=True)
    for path in created:
        with contextlib.suppress(OSError):  # only empty ones go
            path.rmdir()


def _holds_slices(path: Path) -> bool:
    if not path.stat().st_size:
        return False  # the disk was full before the first table
    try:
        with ResultStore(path, read_only=True) as store:
            return any(store.count_finished_slices(run.option_hash) for run in store.runs())
    except SAMError:
        return True  # in doubt nothing is removed


def _check_content(folder: Path, mark: str) -> None:
    try:
        names = {entry.name for entry in folder.iterdir()} - _LEFT_BY_THE_SYSTEM
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror or error}.", "Choose another folder.") from error
    if names and mark not in names:
        raise InputError(
            f"The folder {folder} is not empty and holds no results of this program.",
            "Choose a new or empty folder; nothing in it was touched.",
        )


def _check_writable(folder: Path) -> None:
    """Try it: what the rights say and what a disk or share allows are two things."""
    if not folder.is_dir():
        raise InputError(f"{folder} is a file, not a folder.", "Choose another output folder.")
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(f"{folder} cannot be written: {reason}.", "Choose a folder of your own.") from error
