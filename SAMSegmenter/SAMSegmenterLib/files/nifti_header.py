"""The few fields of a NIfTI header that the image reader hides: is the file complete, and does it know its spacing?"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.files.formats import damaged

_CHUNK = 1 << 20  # bytes, a multiple of every voxel's size
_FLOAT_TYPES = {16: "f4", 64: "f8"}  # by NIfTI's code of the voxel type
_VOXEL_BYTES = {
    **dict.fromkeys((2, 256), 1),
    **dict.fromkeys((4, 512), 2),
    **dict.fromkeys((8, 16, 768, 2304), 4),
    **dict.fromkeys((32, 64, 1024, 1280), 8),
    **dict.fromkeys((1536, 1792), 16),
    **{128: 3, 2048: 32},
}
"""By the same code, which readers go by; the field with the number of bits may say anything."""


@dataclass(frozen=True, eq=False)
class NiftiHeader:
    """Fields of a NIfTI-1 or NIfTI-2 header.

    Args:
        dimensions: number of voxels along each axis.
        bytes_needed: size of the whole (unpacked) file.
        voxel_offset: where the voxels begin.
        float_type: NumPy's name of the voxel type when it is floating point, else "".
        pixel_sizes: of the three axes of space, as stored; 0 where the file does not say.
        sform: (4, 4) voxel to RAS, or None when the file holds none.
    """

    dimensions: tuple[int, ...]
    bytes_needed: int
    voxel_offset: int
    float_type: str
    pixel_sizes: tuple[float, float, float]
    sform: Matrix4 | None

    @property
    def has_spacing(self) -> bool:
        """Whether the header says how large a voxel is."""
        sizes = self.pixel_sizes[: max(1, min(3, len(self.dimensions)))]
        return self.sform is not None or all(0 < abs(size) < math.inf for size in sizes)


@dataclass(frozen=True)
class _Layout:
    """Where the two versions of the format keep the fields: struct format and offset."""

    size: int
    voxel_type: tuple[str, int]
    bits: tuple[str, int]
    dimensions: tuple[str, int]
    pixel_sizes: tuple[str, int]
    offset: tuple[str, int]
    sform_code: tuple[str, int]
    rows: tuple[str, int]


_LAYOUTS = {
    348: _Layout(348, ("h", 70), ("h", 72), ("8h", 40), ("8f", 76), ("f", 108), ("h", 254), ("12f", 280)),
    540: _Layout(540, ("h", 12), ("h", 14), ("8q", 16), ("8d", 104), ("q", 168), ("i", 348), ("12d", 400)),
}


def read_nifti_header(path: Path) -> NiftiHeader:
    """Header of a .nii or .nii.gz file.

    Raises:
        InputError: the file is no NIfTI file.
    """
    try:
        with _open(path) as file:
            data = file.read(540)
        return _parse(data)
    except (OSError, EOFError, zlib.error, struct.error, ValueError) as error:
        raise damaged(path, "NIfTI") from error


def check_voxels(path: Path, header: NiftiHeader) -> np.ndarray:
    """Read all voxels once, to find what the image reader hides: it replaces missing voxels and NaN by 0.

    Returns:
        (N,) positions, in file order, of voxels that are NaN or infinite; empty for integers.

    Raises:
        InputError: the file is cut short or its compression is damaged.
    """
    size, found = header.voxel_offset, [np.empty(0, np.int64)]
    try:
        with _open(path) as file:
            size = len(file.read(header.voxel_offset))
            while chunk := file.read(_CHUNK):
                if header.float_type:
                    values = np.frombuffer(chunk, header.float_type, len(chunk) // np.dtype(header.float_type).itemsize)
                    first = (size - header.voxel_offset) // values.itemsize
                    found.append(np.flatnonzero(~np.isfinite(values)) + first)
                size += len(chunk)
    except (OSError, EOFError, zlib.error) as error:
        raise damaged(path, "NIfTI", "its compressed data are damaged or cut short") from error
    if size < header.bytes_needed:
        raise damaged(path, "NIfTI", f"{header.bytes_needed - size} of its {header.bytes_needed} bytes are missing")
    positions = np.concatenate(found)
    return positions[positions < math.prod(header.dimensions)]


def _open(path: Path) -> BinaryIO:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path, "rb")) if compressed else path.open("rb")


def _parse(data: bytes) -> NiftiHeader:
    order = next((o for o in "<>" if struct.unpack_from(f"{o}i", data)[0] in _LAYOUTS), None)
    if order is None:
        raise ValueError("not NIfTI")
    layout = _LAYOUTS[struct.unpack_from(f"{order}i", data)[0]]

    def read(field: tuple[str, int]) -> tuple:
        return struct.unpack_from(order + field[0], data, field[1])

    count, *dimensions = read(layout.dimensions)
    if not 1 <= count <= 7 or min(dimensions[:count]) < 1:
        raise ValueError("no dimensions")
    offset = max(int(read(layout.offset)[0]), layout.size)
    sizes = read(layout.pixel_sizes)[1:4]
    sform = np.vstack([np.reshape(read(layout.rows), (3, 4)), [0, 0, 0, 1]]) if read(layout.sform_code)[0] > 0 else None
    code = read(layout.voxel_type)[0]
    needed = offset + math.prod(dimensions[:count]) * _VOXEL_BYTES.get(code, read(layout.bits)[0] // 8)
    float_type = order + _FLOAT_TYPES[code] if code in _FLOAT_TYPES else ""
    return NiftiHeader(tuple(dimensions[:count]), needed, offset, float_type, tuple(map(float, sizes)), sform)
