"""Reads what is to be shown, from the command line's paths, the shared folder or an upload, after a look at it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.files import formats
from SAMSegmenterLib.files.images import read_image
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.workspace.archives import unpack
from SAMSegmenterLib.workspace.file_checks import check_links, check_named_files, check_size, check_sizes, check_start

Allowed = Callable[[Path], bool]

VOLUME, LABELS = "volume", "labels"
KINDS = (VOLUME, LABELS)


@dataclass(frozen=True, eq=False)
class Opened:
    """What was read.

    Args:
        notes: what the user should know, one sentence each.
    """

    volume: Volume
    labels: Segmentation | None = None
    notes: tuple[str, ...] = ()


def open_volume(path: Path, allowed: Allowed, series: str = "", frame: int = 0) -> Opened:
    """Read an image file, a folder of DICOM files, or such a folder in a zip file.

    Args:
        allowed: whether another file that the file names, or a link in the folder leads to, may be read.
        series: which series of a DICOM folder; empty when none was chosen.
        frame: which volume of a 4D file, from 1; 0 when none was chosen.

    Raises:
        InputError: it cannot be read, is too large, or holds several series or volumes and none was chosen.
    """
    _check(path, allowed)
    if formats.ending_of(path) == ".zip":
        with tempfile.TemporaryDirectory(prefix="sam-workspace-") as folder:
            unpack(path, Path(folder))
            check_sizes(sorted(Path(folder).iterdir()))
            return _read(Path(folder), series, frame)
    return _read(path, series, frame)


def open_labels(path: Path, allowed: Allowed, volume: Volume) -> Segmentation:
    """Read structures onto the lattice of a volume.

    Raises:
        InputError: they cannot be read, or do not belong to the volume.
    """
    _check(path, allowed)
    if formats.ending_of(path) == ".zip":
        raise InputError("Structures are not read from zip files.", "Choose the label file itself.")
    return read_labels(path, image=volume)


def sample() -> Volume:
    """The synthetic abdomen."""
    return sample_volume()[0]


def _check(path: Path, allowed: Allowed) -> None:
    if path.is_dir():
        check_links(path, allowed)
    elif path.is_file():
        check_start(path)
        check_named_files(path, allowed)
        check_size(path)


def _read(path: Path, series: str, frame: int) -> Opened:
    try:
        image = read_image(path, series or None)
    except InputError as error:  # it speaks of the command line's option
        raise InputError(error.message, error.hint.replace("--series ", "series ")) from error
    count = len(image.frames)
    if count > 1 and not frame:
        raise InputError(f"The file holds {count} volumes.", f"Choose one of them, 1 to {count} (--frame).")
    if not 1 <= (frame or 1) <= count:
        raise InputError(f"There is no volume {frame} in the file; it holds {count}.", f"Choose from 1 to {count}.")
    return Opened(image.frames[(frame or 1) - 1], None, image.notes)
