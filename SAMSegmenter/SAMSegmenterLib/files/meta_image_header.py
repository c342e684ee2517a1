"""The text header of a MetaImage file: does it know its spacing, and are its voxels there?

The image reader writes its complaints about missing voxels straight to the terminal, so they are found before it runs.
"""

from __future__ import annotations

import math
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.files.formats import damaged

_LARGEST_HEADER = 1 << 16  # bytes
_CHUNK = 1 << 20
_PLAIN_LINE = re.compile(rb"[A-Za-z]\w*[ \t]*=[^\r\0]*\r?")
_LAST_NAME = b"ElementDataFile"
_TYPES = {
    **dict.fromkeys(("CHAR", "UCHAR"), 1),
    **dict.fromkeys(("SHORT", "USHORT"), 2),
    **dict.fromkeys(("INT", "UINT", "LONG", "ULONG", "FLOAT"), 4),
    **dict.fromkeys(("LONG_LONG", "ULONG_LONG", "DOUBLE"), 8),
}
"""Bytes of a component, by the name of its type without "MET_"."""


@dataclass(frozen=True)
class MetaImageHeader:
    """Fields as written, their names in small letters.

    Args:
        size: bytes of the header, so that voxels in the same file begin there.
    """

    fields: dict[str, str]
    size: int

    @property
    def has_spacing(self) -> bool:
        """Whether the header says how large a voxel is."""
        return not {"elementspacing", "elementsize"}.isdisjoint(self.fields)

    @property
    def voxel_bytes(self) -> int | None:
        """Size of all voxels, unpacked; None where the header does not tell it."""
        size = _TYPES.get(self.fields.get("elementtype", "").removeprefix("MET_"))
        try:
            counts = [int(number) for number in self.fields["dimsize"].split()]
            return size and size * math.prod(counts) * int(self.fields.get("elementnumberofchannels", "1"))
        except (KeyError, ValueError):
            return None


def read_meta_image_header(path: Path) -> MetaImageHeader:
    """Header of a .mha or .mhd file.

    Raises:
        InputError: the file is no MetaImage file.
    """
    with path.open("rb") as file:
        start = file.read(_LARGEST_HEADER)
    last = re.search(rb"^ElementDataFile[ \t]*=[^\n]*(\n|$)", start, re.MULTILINE)
    if last is None:
        raise damaged(path, "MetaImage")
    lines = start[: last.end()].decode("utf-8", errors="replace").splitlines()
    pairs = (line.partition("=")[::2] for line in lines)
    return MetaImageHeader({name.strip().lower(): value.strip() for name, value in pairs}, last.end())


def check_plain_header(path: Path, header: MetaImageHeader) -> None:
    """Check that every line of a header says "name = value", so that no reader can understand it differently.

    The image reader also takes colons and leading blanks, and stops at the first name of a file that it finds.

    Raises:
        InputError: a line does not, or something is said twice.
    """
    with path.open("rb") as file:
        lines = file.read(header.size).removesuffix(b"\n").split(b"\n")
    names = [line.partition(b"=")[0].rstrip(b" \t") for line in lines]
    plain = all(_PLAIN_LINE.fullmatch(line) for line in lines) and len(set(names)) == len(names)
    if not plain or sum(line.count(_LAST_NAME) for line in lines) != 1:
        raise damaged(path, "MetaImage", "its header is written in an unusual way")


def check_voxels(path: Path, header: MetaImageHeader) -> None:
    """Check that the voxels are there and complete; text, lists and patterns of files are left to the reader.

    Raises:
        InputError: the file with the voxels is missing, cut short, or damaged.
    """
    place = header.fields["elementdatafile"]
    is_text = header.fields.get("binarydata", "true").lower() == "false"
    if is_text or place.upper().startswith("LIST") or "%" in place or header.voxel_bytes is None:
        return
    voxels, start = (path, header.size) if place.upper() == "LOCAL" else (path.parent / place, 0)
    if not voxels.is_file():
        raise damaged(path, "MetaImage", f"the file with its voxels, {place}, is not beside it")
    compressed = header.fields.get("compresseddata", "").lower() == "true"
    there = _unpacked_size(voxels, start) if compressed else voxels.stat().st_size - start
    if there is None:
        raise damaged(path, "MetaImage", "its compressed data are damaged or cut short")
    if there < header.voxel_bytes:
        missing = header.voxel_bytes - there
        raise damaged(path, "MetaImage", f"{missing} of the {header.voxel_bytes} bytes of its voxels are missing")


def _unpacked_size(path: Path, start: int) -> int | None:
    """Bytes that compressed data unpack to; None when they are damaged or have no end."""
    unpack, size = zlib.decompressobj(zlib.MAX_WBITS | 32), 0  # zlib's or gzip's frame
    with path.open("rb") as file:
        file.seek(start)
        try:
            while not unpack.eof and (chunk := file.read(_CHUNK)):
                size += len(unpack.decompress(chunk))
        except zlib.error:
            return None
    return size if unpack.eof else None
