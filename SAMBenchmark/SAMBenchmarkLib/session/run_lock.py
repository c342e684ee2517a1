"""Keeps two runs from computing the same cases twice: one run at a time writes under one option hash."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.session.owner_lock import OwnerLock, is_held

_NAME = ".running-{}.lock"


@contextlib.contextmanager
def run_lock(folder: Path, option_hash: str) -> Iterator[None]:
    """Hold the right to write results of these options into a folder; it ends with the process, however that ends.

    Runs with other options may write there at the same time.

    Raises:
        StoreError: another run holds it.
    """
    path = folder / _NAME.format(option_hash)
    lock = OwnerLock(path)
    try:
        free = not is_held(path) and lock.acquire()
    except OSError as error:
        raise store_error(path, error) from error
    if not free:
        raise StoreError(
            f"Another run with the same options is writing to {folder}.",
            "Wait until it has ended, and run the same command again: it finds everything done.",
        )
    try:
        yield
    finally:
        lock.release()


def others_run(folder: Path, option_hash: str) -> bool:
    """Whether runs with other options write to a folder just now."""
    locks = set(folder.glob(_NAME.format("*"))) - {folder / _NAME.format(option_hash)}
    return any(map(is_held, locks))
