"""The folder that a run leaves its results in: checked before anything is written."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from SAMBenchmarkLib.session.stores import PARQUET, SQLITE, STORES, check_store, is_parquet, open_store
from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import InputError, SAMError

RESULTS = STORES[SQLITE]
_LEFT_BY_THE_SYSTEM = {".DS_Store", "Thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class OutputFolder:
    """Where the files of a run are.

    Args:
        store: kind of a new store, "sqlite" or "parquet"; empty for the one that is there, or SQLite.
    """

    path: Path
    store: str = ""

    @property
    def results(self) -> Path:
        """The result store."""
        kind = self.store or (PARQUET if (self.path / STORES[PARQUET]).exists() else SQLITE)
        return self.path / STORES[kind]

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


def check_output_folder(path: Path | str, store: str = "") -> OutputFolder:
    """An output folder that a run may use: new, empty, or with results of ours. Nothing is changed.

    Args:
        store: kind of store that is wanted; empty for the one that is there, or SQLite.

    Raises:
        InputError: it is a file, holds something else or the other kind of store, or cannot be written.
        StoreError: the results in it are of another version or another program.
    """
    folder = OutputFolder(check_folder(path, *STORES.values()), store)
    others = [name for name in STORES.values() if name != folder.results.name and (folder.path / name).exists()]
    if store and others:
        raise InputError(
            f"{folder.path} already holds results in {others[0]}.",
            "Leave out --store, or choose another output folder.",
        )
    if folder.results.exists():
        check_store(folder.results)
    return folder


def check_folder(path: Path | str, *marks: str) -> Path:
    """A folder that may be written into: new, empty, or with a file that says that it is ours. Nothing is changed.

    Args:
        marks: names of such files.

    Returns:
        The absolute path.

    Raises:
        InputError: it is a file, holds something else, or cannot be written.
    """
    folder = Path(path).expanduser().absolute()
    if folder.is_dir():
        _check_content(folder, marks)
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
    if is_parquet(folder.results) and folder.results.exists():
        from SAMBenchmarkLib.session.parquet.store import remove_store

        with contextlib.suppress(SAMError):
            remove_store(folder.results)
    for name in (RESULTS, f"{RESULTS}-wal", f"{RESULTS}-shm", f"{RESULTS}-journal"):
        with contextlib.suppress(OSError):
            (folder.path / name).unlink(missing_ok=True)
    remove_empty(created)


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders that are empty; the others stay."""
    for path in folders:
        with contextlib.suppress(OSError):
            path.rmdir()


def _holds_slices(path: Path) -> bool:
    if path.is_file() and not path.stat().st_size:
        return False  # the disk was full before the first table
    try:
        with open_store(path, read_only=True) as store:
            return any(store.count_finished_slices(run.option_hash) for run in store.runs())
    except SAMError:
        return True  # in doubt nothing is removed


def _check_content(folder: Path, marks: Sequence[str]) -> None:
    try:
        names = {entry.name for entry in folder.iterdir()} - _LEFT_BY_THE_SYSTEM
    except OSError as error:
        raise InputError(f"{folder} cannot be read: {error.strerror or error}.", "Choose another folder.") from error
    if names and not names & set(marks):
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
