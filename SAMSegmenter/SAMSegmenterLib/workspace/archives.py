"""Folders of DICOM files packed into one zip file, unpacked within limits."""

from __future__ import annotations

import os
import zipfile
import zlib
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError

MOST_FILES = 20_000
MOST_BYTES = 4 << 30
_CHUNK = 1 << 20


def unpack(path: Path, folder: Path, most_files: int = MOST_FILES, most_bytes: int = MOST_BYTES) -> None:
    """Unpack the files of a zip file into one folder, under names of our own: theirs may lead anywhere.

    What is counted is what comes out, whatever the zip file says of itself.

    Args:
        folder: exists and is empty.

    Raises:
        InputError: it is damaged or encrypted, or holds more than is allowed.
    """
    try:
        with zipfile.ZipFile(path) as packed:
            members = [info for info in packed.infolist() if not info.is_dir()]
            if len(members) > most_files or sum(info.file_size for info in members) > most_bytes:
                raise _too_large(path, most_files, most_bytes)
            left = most_bytes
            for number, info in enumerate(members):
                left -= _unpack_one(packed, info, folder / f"{number:05d}{_ending(info.filename)}", left)
                if left < 0:
                    raise _too_large(path, most_files, most_bytes)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path.name} cannot be unpacked: it is damaged, encrypted or packed in an unusual way.",
            "Pack the folder of DICOM files into a plain zip file again.",
        ) from error


def _unpack_one(packed: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Returns how many bytes were written: at most one chunk more than is allowed."""
    size = 0
    with packed.open(info) as source, target.open("wb") as file:
        while size <= most and (chunk := source.read(_CHUNK)):
            file.write(chunk)
            size += len(chunk)
    return size


def _ending(name: str) -> str:
    ending = os.path.splitext(name)[1]
    return ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) < 8 else ""


def _too_large(path: Path, most_files: int, most_bytes: int) -> InputError:
    return InputError(
        f"{path.name} holds more than {most_files} files or {most_bytes / (1 << 30):.0f} GB.",
        "Pack one series into the zip file, not a whole examination.",
    )
