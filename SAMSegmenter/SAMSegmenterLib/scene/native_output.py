"""What native libraries print past Python: ITK and MRML write whole paragraphs to the terminal when a disk is full."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import IO


@contextlib.contextmanager
def native_output() -> Iterator[list[str]]:
    """Keep what the process prints inside the block, natively or from Python, off the terminal.

    Where there is no terminal (a windowed program on Windows) nothing changes.

    Yields:
        A list that holds the text as its only entry once the block has ended.

    Thread: main; what other threads print meanwhile is kept, too.
    """
    said: list[str] = []
    with _scratch_file() as file:
        kept = {number: copy for number in (1, 2) if (copy := _copy_of(number)) is not None}
        _flush()
        for number in kept:
            os.dup2(file.fileno(), number)
        try:
            yield said
        finally:
            _flush()
            for number, copy in kept.items():
                os.dup2(copy, number)
                os.close(copy)
            file.seek(0)
            said.append(file.read().decode("utf-8", errors="replace"))


def _scratch_file() -> IO[bytes]:
    """In memory where the system can do that, for the folder of temporary files may be the one that is full."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("native-output"), "w+b")
    return tempfile.TemporaryFile()


def _copy_of(number: int) -> int | None:
    try:
        return os.dup(number)
    except OSError:  # closed, or never there
        return None


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):
            stream.flush()
