"""Opens the store of results that a folder holds: one SQLite file, or a folder of Parquet parts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.core import store_schema
from SAMBenchmarkLib.core.store import ResultStore
from SAMSegmenterLib.core.errors import DependencyError

if TYPE_CHECKING:
    from SAMBenchmarkLib.session.parquet.store import ParquetStore

SQLITE, PARQUET = "sqlite", "parquet"
STORES = {SQLITE: "results.sqlite", PARQUET: "results.parquet"}
"""Kind of store -> its name in the output folder."""

_MISSING = 'Install them with: pip install "slicer-sam-segmenter[scale]"'


def open_store(path: Path, read_only: bool = False) -> ResultStore | ParquetStore:
    """The store at a path; its name says which kind it is, and it is made when it is not there, except for reading.

    Raises:
        StoreError: another program's, another version, or not usable. It is then untouched.
        DependencyError: Parquet parts need packages that are missing.
    """
    if not is_parquet(path):
        return ResultStore(path, read_only)
    check_parquet()
    from SAMBenchmarkLib.session.parquet.store import ParquetStore

    return ParquetStore(path, read_only)  # type: ignore[return-value]


def check_parquet() -> None:
    """Make sure that Parquet parts can be written.

    Raises:
        DependencyError: a package is missing.
    """
    try:
        import duckdb  # noqa: F401
        import pyarrow.parquet  # noqa: F401
    except ImportError as error:
        raise DependencyError(f"Results in Parquet need the package {error.name}.", _MISSING) from error


def is_parquet(path: Path) -> bool:
    """Whether a path names Parquet parts."""
    return path.suffix == Path(STORES[PARQUET]).suffix


def check_store(path: Path) -> bool:
    """Whether there is a store of ours at a path; nothing is changed.

    Raises:
        StoreError: another program's, or another version.
    """
    if not is_parquet(path):
        return store_schema.check_is_ours(path)
    from SAMBenchmarkLib.session.parquet import layout

    return layout.check_is_ours(path)
