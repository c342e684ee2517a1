"""Opens the result store's SQLite file and turns what SQLite reports into errors that the user can act on."""

from __future__ import annotations

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from SAMBenchmarkLib.core.rows import COLUMN_TYPES
from SAMBenchmarkLib.core.store_schema import (
    APPLICATION_ID,
    CREATE_TABLES,
    SCHEMA_VERSION,
    add_column,
    check_is_ours,
    completed_view,
)
from SAMSegmenterLib.core.errors import StoreError

logger = logging.getLogger(__name__)

BUSY_TIMEOUT_S = 60.0
"""How long a writer waits for another one; a transaction takes milliseconds."""

_HINTS = {
    sqlite3.SQLITE_FULL: "The disk is full: free some space and run the same command again. Nothing stored is lost.",
    sqlite3.SQLITE_IOERR: "The disk may be full, or a network drive gone. Check it and run the same command again.",
    sqlite3.SQLITE_BUSY: "Another program holds the file: close it and run the same command again.",
    sqlite3.SQLITE_LOCKED: "Another program holds the file: close it and run the same command again.",
    sqlite3.SQLITE_READONLY: "You may not write there: choose a folder of your own.",
    sqlite3.SQLITE_CANTOPEN: "Check that the folder exists and that you may read and write there.",
    sqlite3.SQLITE_PERM: "Check that you may read and write there.",
    sqlite3.SQLITE_CORRUPT: "The file is damaged: run the evaluation again into a new folder.",
    sqlite3.SQLITE_NOTADB: "The file is damaged or of another program: choose a new folder.",
}


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Connection to a store that may be new; several processes may write to it at a time.

    Raises:
        StoreError: the file is not ours, of another version, or cannot be written. It is then untouched.
    """
    check_is_ours(path)
    with translated(path):
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
        try:
            _create_tables(connection)
            _set_pragma(connection, "journal_mode", "WAL")  # after the tables, so that the header is in the main file
            _set_pragma(connection, "synchronous", "NORMAL")  # a killed process loses nothing that was committed
        except BaseException:
            connection.close()
            raise
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Connection that cannot change the file; also for stores on read-only disks.

    Raises:
        StoreError: no such file, not ours, or another version.
    """
    if not check_is_ours(path):
        raise StoreError(f"There are no results at {path}.", "Name a folder that an evaluation was written to.")
    with translated(path):
        try:
            connection = _read_only(path, "mode=ro")
        except sqlite3.OperationalError:
            # Beside a file in WAL mode SQLite wants to put others; where it may not, the file cannot change either.
            connection = _read_only(path, "mode=ro&immutable=1")
        if missing := _missing_columns(connection):
            connection.execute(completed_view(missing))
        return connection


def close(connection: sqlite3.Connection) -> None:
    """Close a connection; the last one leaves a single file without companions, which can be copied anywhere."""
    with contextlib.suppress(sqlite3.Error):  # others still write, the store is read-only, or the disk is full
        if not connection.in_transaction:
            connection.execute("PRAGMA busy_timeout = 0")
            _set_pragma(connection, "journal_mode", "DELETE")
    connection.close()


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """All changes of the block or none of them.

    Raises:
        StoreError: the disk is full, or the file cannot be written.
    """
    with translated(path):
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back already
                connection.execute("ROLLBACK")
            raise


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """SQLite's errors as StoreError with a hint."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None) or 0
        hint = _HINTS.get(code & 0xFF, "Check the disk and the folder, or choose another folder.")
        raise StoreError(f"{path} could not be used: {error}.", hint) from error


def _create_tables(connection: sqlite3.Connection) -> None:
    if _version(connection) == SCHEMA_VERSION:
        return
    connection.execute("BEGIN EXCLUSIVE")
    try:
        version = _version(connection)
        if version != SCHEMA_VERSION:  # another process may have been quicker
            for statement in CREATE_TABLES if not version else map(add_column, _missing_columns(connection)):
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]


def _missing_columns(connection: sqlite3.Connection) -> list[str]:
    """Columns of `results` that a store of an older version lacks."""
    present = {row[1] for row in connection.execute("PRAGMA table_info(results)")}
    return [name for name in COLUMN_TYPES if name not in present] if present else []


def _set_pragma(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute(f"PRAGMA {name} = {value}").fetchall()


def _read_only(path: Path, parameters: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?{parameters}", uri=True, timeout=BUSY_TIMEOUT_S)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
