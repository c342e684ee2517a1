"""A folder of results that appears complete or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from SAMBenchmarkLib.session.output_folder import check_folder
from SAMSegmenterLib.core.atomic import store_error


@contextlib.contextmanager
def whole_folder(path: Path | str, mark: str) -> Iterator[Path]:
    """A temporary folder beside the target that takes its place when the block ends well, and is removed otherwise.

    Args:
        path: new, empty, or with results of the same kind, which are replaced; what else lies there is kept. A link
            to a folder stays one.
        mark: name of the file that tells such results; the block must write it.

    Yields:
        The folder to write into.

    Raises:
        InputError: the target holds something else, or cannot be written.
        StoreError: the disk is full.
    """
    target = check_folder(path, mark).resolve()
    stage = target.with_name(f".{uuid.uuid4().hex[:12]}")
    try:
        stage.mkdir(parents=True)
        yield stage
        _put_in_place(stage, target)
    except OSError as error:
        raise store_error(target, error) from error
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put_in_place(stage: Path, target: Path) -> None:
    if not target.exists():
        os.replace(stage, target)
        return
    old = target.with_name(f".{uuid.uuid4().hex[:12]}")
    os.replace(target, old)
    try:
        os.replace(stage, target)
    except OSError:
        os.replace(old, target)
        raise
    for entry in list(old.iterdir()):  # the user's own, put there since
        if not (target / entry.name).exists():
            os.replace(entry, target / entry.name)
    shutil.rmtree(old, ignore_errors=True)
