"""One door for all formats: a path becomes stored pixels, whatever they will be used for."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files import formats
from SAMSegmenterLib.files.dicom import read_dicom
from SAMSegmenterLib.files.pictures import read_picture
from SAMSegmenterLib.files.stored import StoredImage
from SAMSegmenterLib.files.volume_files import read_volume_file


def open_stored(path: Path, series: str | int | None = None, as_labels: bool = False) -> StoredImage:
    """Read any supported file, or a folder of DICOM files.

    Args:
        series: which series of a DICOM folder, as its listing numbers them.
        as_labels: passed on to picture files, where palettes then count as labels.

    Raises:
        InputError: nothing there, not a supported format, or not readable.
    """
    if path.is_dir():
        return read_dicom(path, series)
    formats.require_readable(path)
    ending = formats.ending_of(path)
    if ending in formats.PICTURES:
        return read_picture(path, as_labels)
    if ending in formats.NRRD + formats.NIFTI + formats.META_IMAGE:
        return read_volume_file(path)
    if formats.is_dicom_file(path):
        return read_dicom(path, series)
    if ending in formats.DICOM:
        raise formats.damaged(path, "DICOM")
    what = f"files that end in {ending}" if ending else "files without an ending that are not DICOM"
    raise InputError(f"{path.name} cannot be read: {what} are not supported.", f"Supported are {formats.READ}.")
