"""Which file formats are read, and the errors that are common to all of them."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.core.errors import InputError

NRRD = (".nrrd", ".nhdr")
NIFTI = (".nii", ".nii.gz")
META_IMAGE = (".mha", ".mhd")
DICOM = (".dcm", ".dicom", ".ima")  # usual endings; such files are recognised by their content
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff")
LOSSY = (".jpg", ".jpeg")
READ = "NRRD, NIfTI, MetaImage, DICOM, PNG, JPEG, TIFF, BMP"


def ending_of(path: Path) -> str:
    """The ending that tells the format, in small letters; ".nii.gz" is one ending, and a missing one is ""."""
    name = path.name.lower()
    return next((ending for ending in NIFTI if name.endswith(ending)), path.suffix.lower())


def stem_of(path: Path) -> str:
    """The name without the ending that tells the format."""
    stem = path.name[: len(path.name) - len(ending_of(path))]
    return stem[:-4] if stem.lower().endswith(".seg") else stem


def is_dicom_file(path: Path) -> bool:
    """Whether a file starts as DICOM files do: "DICM" after 128 bytes, or an old file's group 8 at once."""
    with path.open("rb") as file:
        start = file.read(132)
    return start[128:] == b"DICM" or (start[:2] == b"\x08\x00" and len(start) == 132)


def require_readable(path: Path) -> None:
    """Check that a file is there and holds something.

    Raises:
        InputError: it does not exist, may not be read, or is empty.
    """
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except FileNotFoundError as error:
        raise InputError(
            f"There is no file {path}.", f"Check the path; relative ones start at {Path.cwd()}."
        ) from error
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise InputError(
            f"{path} cannot be opened: {reason}.", "Check the path and whether you may read it."
        ) from error
    if empty:
        raise InputError(f"{path.name} is empty.", "Copy or export it again.")


def damaged(path: Path, kind: str, reason: str = "it is damaged, cut short or of another kind") -> InputError:
    """The error for a file that has the right ending and cannot be read."""
    return InputError(f"{path.name} cannot be read as {kind}: {reason}.", "Copy or export the file again.")
