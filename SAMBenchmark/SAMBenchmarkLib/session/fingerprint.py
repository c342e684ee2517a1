"""Tells whether the files of a case changed since it was evaluated."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case

_HEADERS = (".mhd", ".nhdr", ".hdr", ".img")
"""Formats whose pixels lie in another file of the same name."""


def fingerprint(case: Case) -> str:
    """Sizes and dates of a case's files, and what is said about how to read them, as one text.

    Cheap, for no file is read. Missing files have a fingerprint, too: reading them gives the error.

    Returns:
        Hexadecimal, 40 digits; it tells nothing about names and places of the files.
    """
    digest = hashlib.blake2b(digest_size=20)
    for path in (case.volume, case.labels):
        for file in _files(path):
            digest.update(_state(file).encode())
        digest.update(b"|")
    digest.update(repr((case.series, case.label_names)).encode())
    return digest.hexdigest()


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(file for file in path.rglob("*") if file.is_file())
    elif path.suffix.lower() in _HEADERS:
        yield from sorted(file for file in path.parent.glob("*") if file.name.split(".")[0] == path.name.split(".")[0])
    else:
        yield path


def _state(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return "missing;"
    return f"{status.st_size},{status.st_mtime_ns};"
