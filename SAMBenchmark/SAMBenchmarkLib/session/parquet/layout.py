"""Which files a store of Parquet parts consists of.

    results.parquet/store.json                      says that the folder is ours
    results.parquet/<option hash>/run.json          options and versions
                                 /cases/<part>.json  the cases of a part; a part without it does not count
                                 /rows/<part>.parquet, masks/<part>.parquet, timings/<part>.parquet
                                 /timings/table-<digest>.parquet
                                 /pictures/<digest>.npz

A part is one case, under a name that follows from the case, or many finished ones merged. The file in `cases` is
written last and each file takes its place in one step, so a part is there as a whole or not at all; a case that is
written twice, because a worker was taken for dead, replaces itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import StoreError

STORE, RUN = "store.json", "run.json"
FORMAT, VERSION = "sam-benchmark-results", 1
ROWS, MASKS, TIMINGS, CASES, PICTURES = "rows", "masks", "timings", "cases", "pictures"
MERGED = "merged-"
TABLE = "table-"


@dataclass(frozen=True)
class RunFolder:
    """Files of one option hash."""

    path: Path

    def part(self, kind: str, name: str) -> Path:
        """A part's file of one kind."""
        return self.path / kind / f"{name}.{'json' if kind == CASES else 'npz' if kind == PICTURES else 'parquet'}"

    def create(self) -> None:
        """Make the folders."""
        try:
            for kind in (ROWS, MASKS, TIMINGS, CASES, PICTURES):
                (self.path / kind).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise store_error(self.path, error) from error


def part_of_case(case_id: str) -> str:
    """Name of the part of a single case; it tells nothing of the case's name."""
    return digest_of(case_id)


def digest_of(*values: object) -> str:
    """A file name for some values."""
    return hashlib.blake2b(json.dumps(values).encode(), digest_size=16).hexdigest()


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a file that is there as a whole or not at all.

    Raises:
        StoreError: it cannot be written; an older one is intact.
    """
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Content of a file.

    Raises:
        FileNotFoundError: there is none.
        StoreError: it cannot be read, or is damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise store_error(path, error) from error
    except ValueError as error:
        raise StoreError(f"{path} is damaged.", "Run the evaluation again into a new folder.") from error


def check_is_ours(path: Path) -> bool:
    """Whether a folder holds Parquet parts of this version.

    Returns:
        False where there is nothing, which may become a store.

    Raises:
        StoreError: another program's folder, or another version.
    """
    try:
        about = read_json(path / STORE)
    except (FileNotFoundError, NotADirectoryError):
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise StoreError(
                f"{path} is not a results folder of this program; it was left as it is.",
                "Choose another output folder.",
            ) from None
        return False
    if about.get("format") != FORMAT or about.get("version") != VERSION:
        raise StoreError(
            f"{path} has version {about.get('version')} of the results format; this program writes version {VERSION}.",
            "Choose a new output folder, or read it with the version of the program that wrote it.",
        )
    return True
