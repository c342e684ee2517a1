"""NRRD files written exactly: any matrix, several layers, text fields in UTF-8."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.files.stored import LPS_TO_RAS

_CHUNK = 1 << 22  # bytes
_TYPES = {"u1": "uchar", "i1": "signed char", "u2": "ushort", "i2": "short", "u4": "uint", "i4": "int"} | {
    "f4": "float", "f8": "double",
}  # fmt: skip


def write_nrrd(path: Path, array: np.ndarray, ijk_to_ras: Matrix4 | None, metadata: dict[str, str]) -> None:
    """Write a gzip-compressed NRRD file.

    Args:
        array: (K, J, I), or (K, J, I, layers).
        ijk_to_ras: (4, 4); None for images without spacing, whose file then says nothing about place and size.
        metadata: text fields; values may hold any character.

    Raises:
        OSError: the disk refuses; what was written so far stays.
    """
    with path.open("wb") as file:
        file.write(_header(array, ijk_to_ras, metadata).encode("utf-8"))
        for chunk in _compressed(array):
            file.write(chunk)


def _header(array: np.ndarray, ijk_to_ras: Matrix4 | None, metadata: dict[str, str]) -> str:
    layered = array.ndim == 4
    sizes = [*([array.shape[3]] if layered else []), *array.shape[2::-1]]
    lines = [
        "NRRD0004",
        f"type: {_TYPES[array.dtype.str[1:]]}",
        f"dimension: {len(sizes)}",
        *(["space: left-posterior-superior"] if ijk_to_ras is not None else []),
        f"sizes: {' '.join(map(str, sizes))}",
        *(_place(ijk_to_ras, layered) if ijk_to_ras is not None else []),
        f"kinds: {'list ' if layered else ''}domain domain domain",
        f"endian: {sys.byteorder}",
        "encoding: gzip",
        *(f"{key}:={_escape(value)}" for key, value in metadata.items()),
    ]
    return "\n".join(lines) + "\n\n"


def _place(ijk_to_ras: Matrix4, layered: bool) -> list[str]:
    to_lps = LPS_TO_RAS @ ijk_to_ras + 0.0  # without -0
    columns = [",".join(repr(float(value)) for value in to_lps[:3, column]) for column in range(4)]
    directions = " ".join(f"({column})" for column in columns[:3])
    return [f"space directions: {'none ' if layered else ''}{directions}", f"space origin: ({columns[3]})"]


def _compressed(array: np.ndarray) -> Iterator[bytes]:
    """A gzip stream in pieces; it holds no time of writing, so that equal data give equal files."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, 31)
    data = memoryview(np.ascontiguousarray(array, array.dtype.newbyteorder("="))).cast("B")
    for start in range(0, len(data), _CHUNK):
        yield compressor.compress(data[start : start + _CHUNK])
    yield compressor.flush()


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\n", "\\n")
