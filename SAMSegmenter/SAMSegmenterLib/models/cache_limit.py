"""How much of a disk cached embeddings may take."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError

MOST_BYTES = 20 * 10**9
SHARE_OF_FREE = 0.1


def disk_limit(folder: Path, held_bytes: int = 0) -> int:
    """Bytes that a folder of embeddings may hold: SAM_CACHE_GB, else 20 GB or a tenth of what is free, if that is less.

    Args:
        folder: of the embeddings; it need not exist yet.
        held_bytes: what it holds, which counts as free.

    Raises:
        InputError: SAM_CACHE_GB is not a size.
    """
    given = os.environ.get("SAM_CACHE_GB", "").strip()
    if given:
        return _gigabytes(given)
    try:
        free = shutil.disk_usage(_existing(folder)).free
    except OSError:  # the first write will tell
        return MOST_BYTES
    return min(MOST_BYTES, round(SHARE_OF_FREE * (free + held_bytes)))


def _gigabytes(given: str) -> int:
    try:
        size = float(given)
    except ValueError:
        size = float("nan")
    if not 0 <= size < 1e9:
        raise InputError(f"SAM_CACHE_GB is not a size: '{given}'.", "Give a number of gigabytes, such as 20.")
    return round(size * 1e9)


def _existing(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists."""
    folder = folder.absolute()
    return next((one for one in (folder, *folder.parents) if one.is_dir()), folder)
