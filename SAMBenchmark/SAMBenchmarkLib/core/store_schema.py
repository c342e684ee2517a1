"""Tables of the result store, and how a file of ours is told from any other."""

from __future__ import annotations

from pathlib import Path

from SAMBenchmarkLib.core.rows import COLUMN_TYPES, KEY_COLUMNS, ROW_DEFAULTS
from SAMSegmenterLib.core.errors import StoreError

APPLICATION_ID = 0x53414D42
"""Bytes "SAMB" in the file's header: this file is a result store."""

SCHEMA_VERSION = 2
"""In the header as `user_version`; raise it with every change of the tables."""

OLDEST_VERSION = 1
"""Stores from here on are read, and brought up to date when they are written to: later versions only added columns."""

CASE_COLUMNS = (
    "option_hash",
    "case_id",
    "patient",
    "site",
    "modality",
    "status",
    "reason",
    "fingerprint",
    "slices",
    "notes",
)
SLICE_COLUMNS = ("option_hash", "case_id", "frame", "plane", "slice")
MASK_COLUMNS = (*KEY_COLUMNS, "height", "width", "y0", "x0", "y1", "x1", "bits")
PICTURE_KEY = (*SLICE_COLUMNS, "label_value")
TIMING_COLUMNS = (*SLICE_COLUMNS, "stage", "repeats", "seconds")

_SQLITE_MAGIC = b"SQLite format 3\x00"
_HEADER_BYTES = 100


def _columns(names: tuple[str, ...]) -> str:
    """Column definitions; figures may be NULL, which stands for NaN, all other values must be there."""
    return ", ".join(_column(name) for name in names)


def _column(name: str) -> str:
    kind = COLUMN_TYPES[name]
    return f'"{name}" {kind}' + ("" if kind == "REAL" else " NOT NULL")


def _key(names: tuple[str, ...]) -> str:
    return f"PRIMARY KEY ({', '.join(names)})"


CREATE_TABLES = (
    "CREATE TABLE runs (option_hash TEXT NOT NULL PRIMARY KEY, options TEXT NOT NULL, versions TEXT NOT NULL)",
    "CREATE TABLE cases (option_hash TEXT NOT NULL, case_id TEXT NOT NULL, patient TEXT NOT NULL, site TEXT NOT NULL,"
    " modality TEXT NOT NULL, status TEXT NOT NULL, reason TEXT NOT NULL, fingerprint TEXT NOT NULL,"
    " slices INTEGER, notes TEXT NOT NULL, PRIMARY KEY (option_hash, case_id))",
    f"CREATE TABLE slices ({_columns(SLICE_COLUMNS)}, {_key(SLICE_COLUMNS)}) WITHOUT ROWID",
    f"CREATE TABLE results ({_columns(tuple(COLUMN_TYPES))}, {_key(KEY_COLUMNS)})",
    f"CREATE TABLE masks ({_columns(KEY_COLUMNS)}, height INTEGER NOT NULL, width INTEGER NOT NULL,"
    " y0 INTEGER NOT NULL, x0 INTEGER NOT NULL, y1 INTEGER NOT NULL, x1 INTEGER NOT NULL, bits BLOB NOT NULL,"
    f" {_key(KEY_COLUMNS)})",
    f"CREATE TABLE timings ({_columns(SLICE_COLUMNS)}, stage TEXT NOT NULL, repeats INTEGER NOT NULL, seconds REAL,"
    f" {_key((*SLICE_COLUMNS, 'stage', 'repeats'))})",
    f"CREATE TABLE pictures ({_columns(PICTURE_KEY)}, arrays BLOB NOT NULL, {_key(PICTURE_KEY)})",
)


def add_column(name: str) -> str:
    """Statement that gives an older store a column of `results`; its rows have the default."""
    default = _default(name)
    return f"ALTER TABLE results ADD COLUMN {_column(name)}" + ("" if default == "NULL" else f" DEFAULT {default}")


def completed_view(missing: list[str]) -> str:
    """Statement that lets a connection see `results` of an older store with all columns, without changing it."""
    added = ", ".join(f'{_default(name)} AS "{name}"' for name in missing)
    return f"CREATE TEMP VIEW results AS SELECT *, {added} FROM main.results"


def _default(name: str) -> str:
    value = ROW_DEFAULTS[name]
    return "NULL" if isinstance(value, float) else f"'{value}'" if isinstance(value, str) else str(value)


def check_is_ours(path: Path) -> bool:
    """Whether a file holds a result store that this version can use, told from its header alone: the file is only read.

    Returns:
        True for a store, False where there is no file or an empty one, which a store may become.

    Raises:
        StoreError: another program's file, another version, or not readable.
    """
    header = _read_header(path)
    if not header:
        return False
    application_id, version = (int.from_bytes(header[at : at + 4], "big") for at in (68, 60))
    if not header.startswith(_SQLITE_MAGIC) or application_id != APPLICATION_ID:
        raise StoreError(
            f"{path} is not a results file of this program; it was left as it is.", "Choose another output folder."
        )
    if not OLDEST_VERSION <= version <= SCHEMA_VERSION:
        raise StoreError(
            f"{path} has version {version} of the results format; this program writes version {SCHEMA_VERSION}."
            " The file was left as it is.",
            "Choose a new output folder, or read the file with the version of the program that wrote it.",
        )
    return True


def _read_header(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise StoreError(
            f"{path} could not be read: {error.strerror or error}.", "Check the file and your rights to it."
        ) from error
