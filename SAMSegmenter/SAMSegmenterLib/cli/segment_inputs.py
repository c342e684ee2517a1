"""Reads the files that `sam-segment` starts from."""

from __future__ import annotations

import argparse
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume, plane_axis
from SAMSegmenterLib.files.images import read_image

AXES = {"k": 0, "j": 1, "i": 2}
_MOST_TEXT_BYTES = 1 << 28


def path_of(text: str | None, option: str) -> Path:
    """An input file that exists.

    Raises:
        InputError: it was not named, or is not there.
    """
    if not text:
        raise InputError(f"{option} is missing.", "'sam-segment --help' shows examples.")
    path = Path(text).expanduser()
    if not path.exists():
        raise InputError(f"There is no file {path}.", f"Check the path given by {option}.")
    return path


def read_volume(given: argparse.Namespace) -> tuple[Volume, tuple[str, ...]]:
    """The volume that the user named, and notes on it.

    Raises:
        InputError: it cannot be read, or holds several volumes and none was chosen.
    """
    image = read_image(path_of(given.volume, "--volume"), given.series, given.nan_as_background)
    return image.frames[frame_index(given, len(image.frames))], image.notes


def frame_index(given: argparse.Namespace, count: int) -> int:
    """Which volume of a 4D file, from 0.

    Raises:
        InputError: there is no such one, or several and none was chosen.
    """
    if given.frame is None and count > 1:
        raise InputError(f"The file holds {count} volumes.", f"Choose one by --frame 1 to --frame {count}.")
    frame = given.frame if given.frame is not None else 1
    if not 1 <= frame <= count:
        raise InputError(f"There is no volume {frame} in the file; it holds {count}.", f"Choose from 1 to {count}.")
    return frame - 1


def read_text(path: Path) -> str:
    """Text of a JSON file.

    Raises:
        InputError: it is a folder, very large, or no text.
    """
    if path.is_dir():
        raise InputError(f"{path} is a folder; a file is needed.", "Name the file in it.")
    if path.stat().st_size > _MOST_TEXT_BYTES:
        raise InputError(f"{path.name} is too large to hold prompts.", "Check that it is the right file.")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{path.name} is no text in UTF-8.", "Check that it is the right file.") from error


def axis_of(volume: Volume, name: str) -> int:
    """Array axis (0 = k, 1 = j, 2 = i) that slices are stacked along.

    Args:
        name: a plane (auto, axial, sagittal, coronal), or an axis of the file (k, j, i).

    Raises:
        InputError: no such plane or axis.
    """
    name = name.strip().lower()
    if name in AXES:
        return AXES[name]
    try:
        return plane_axis(volume, name)
    except InputError as error:
        raise InputError(error.message, "Choose one of: auto, axial, sagittal, coronal, k, j, i.") from error
