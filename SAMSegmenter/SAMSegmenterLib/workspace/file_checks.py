"""What a file says about itself, looked at before it is read: its kind, how large it will be, which files it names."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files import formats
from SAMSegmenterLib.files.meta_image_header import check_plain_header, read_meta_image_header
from SAMSegmenterLib.files.nifti_header import read_nifti_header
from SAMSegmenterLib.files.nrrd_header import read_nrrd_header
from SAMSegmenterLib.files.pictures import picture_bytes
from SAMSegmenterLib.files.volume_files import voxel_bytes

MOST_BYTES = 4 << 30
"""Of an image in memory: about 2000 slices of 1024 x 1024."""

_MOST_DEFLATED = 1032
"""Bytes that one byte can unpack to. Source: zlib's technical details, the format's highest ratio."""

_STARTS: dict[tuple[str, ...], tuple[bytes, ...]] = {
    (".nrrd", ".nhdr"): (b"NRRD",),
    (".nii.gz",): (b"\x1f\x8b",),
    (".png",): (b"\x89PNG",),
    (".jpg", ".jpeg"): (b"\xff\xd8\xff",),
    (".bmp",): (b"BM",),
    (".tif", ".tiff"): (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
    (".zip",): (b"PK\x03\x04",),
}
_NRRD_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t"), 4),
    "float": 4,
}
"""Bytes per value by NRRD's name of the type; all others have 8."""


def check_start(path: Path) -> None:
    """Check that a file begins as its ending says.

    Raises:
        InputError: it is empty, or of another kind.
    """
    formats.require_readable(path)
    ending = formats.ending_of(path)
    known = next((starts for endings, starts in _STARTS.items() if ending in endings), None)
    with path.open("rb") as file:
        start = file.read(8)
    if known is not None and not start.startswith(known):
        raise formats.damaged(path, ending.lstrip(".").upper(), "it does not begin as such files do")


def check_size(path: Path, most: int = MOST_BYTES) -> None:
    """Check how large the image in a file will be, by its header alone: packed files can be small and unpack to any
    size.

    Raises:
        InputError: it is larger than is allowed, or its header is damaged.
    """
    _refuse_above(most, _declared_bytes(path), path)
    ending = formats.ending_of(path)
    if ending in formats.NRRD + formats.META_IMAGE:
        _refuse_above(most, voxel_bytes(path), path)  # what is read counts, however the header was understood here
    elif ending in formats.PICTURES:
        _refuse_above(most, picture_bytes(path, most), path)


def _refuse_above(most: int, size: int | None, path: Path) -> None:
    if size is not None and not 0 <= size <= most:
        raise InputError(
            f"{path.name} holds an image of {size / (1 << 30):.1f} GB; at most {most / (1 << 30):.0f} GB are read.",
            "Cut out the part that is of interest, or reduce its resolution.",
        )


def check_links(folder: Path, allowed: Callable[[Path], bool]) -> None:
    """Check where the links below a folder lead.

    Args:
        allowed: whether the file that a path leads to may be read.

    Raises:
        InputError: one may not.
    """
    if any(item.is_symlink() and not allowed(item) for item in folder.rglob("*")):
        raise InputError(
            f"A link in {folder.name} leads to files that may not be read from here.",
            "Copy the files themselves into the folder.",
        )


def check_named_files(path: Path, allowed: Callable[[Path], bool]) -> None:
    """Check the files that a header names for its voxels.

    Args:
        allowed: whether such a file may be read.

    Raises:
        InputError: one may not, or the header names them by a pattern or a list, or is written in an unusual way.
    """
    if formats.ending_of(path) in formats.META_IMAGE:
        check_plain_header(path, read_meta_image_header(path))
    named = _named_file(path)
    if named is None:
        return
    if named.upper().startswith("LIST") or "%" in named or not allowed(path.parent / named):
        raise InputError(
            f"{path.name} keeps its voxels in other files, which may not be read from here.",
            "Save the image as one file, such as .nrrd or .nii.gz.",
        )


def _declared_bytes(path: Path) -> int | None:
    """Bytes of the image as its header says; None where it does not, or for other formats."""
    ending = formats.ending_of(path)
    if ending in formats.NIFTI:
        return read_nifti_header(path).bytes_needed
    if ending in formats.META_IMAGE:
        return read_meta_image_header(path).voxel_bytes
    if ending in formats.NRRD:
        fields = read_nrrd_header(path).fields
        try:
            counts = [int(text) for text in fields["sizes"].split()]
        except (KeyError, ValueError) as error:
            raise formats.damaged(path, "NRRD") from error
        if not counts or min(counts) < 1:
            raise formats.damaged(path, "NRRD")
        return math.prod(counts) * _NRRD_BYTES.get(fields.get("type", "").strip().lower(), 8)
    if ending not in formats.PICTURES and formats.is_dicom_file(path):
        return _dicom_bytes(path)
    return None


def check_sizes(paths: Sequence[Path], most: int = MOST_BYTES) -> None:
    """Check the images of several files one by one, and the DICOM files among them together: they become one image.

    Raises:
        InputError: they are larger than is allowed.
    """
    left = most
    for path in paths:
        check_size(path, most)
        left -= (_declared_bytes(path) or 0) if formats.is_dicom_file(path) else 0
        if left < 0:
            raise InputError(
                f"The DICOM files hold images of more than {most / (1 << 30):.0f} GB together.",
                "Choose one series, or reduce its resolution.",
            )


def _dicom_bytes(path: Path) -> int | None:
    from SAMSegmenterLib.files.dicom_headers import HEADER_ERRORS, is_deflated, read_header

    packed = path.stat().st_size
    try:
        if packed * _MOST_DEFLATED > MOST_BYTES and is_deflated(path):
            return packed * _MOST_DEFLATED  # its header cannot be looked at without unpacking all of it
        header = read_header(path)
        counts = [int(header.get(name) or 1) for name in ("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel")]
        return int(np.prod(counts, dtype=float)) * -(-int(header.get("BitsAllocated") or 8) // 8)
    except HEADER_ERRORS:
        return None  # whoever reads the file says what is wrong


def _named_file(path: Path) -> str | None:
    """What a header names for its voxels, None when they are in the same file or the format has no other way."""
    ending = formats.ending_of(path)
    if ending in formats.META_IMAGE:
        named = read_meta_image_header(path).fields["elementdatafile"]
        return None if named.upper() == "LOCAL" else named
    if ending in formats.NRRD:
        fields = read_nrrd_header(path).fields
        return fields.get("data file", fields.get("datafile"))
    return None
