"""Images from files, ready to be looked at: one volume per frame, values that can be trusted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.files.intensity_checks import intensity_notes, without_gaps
from SAMSegmenterLib.files.opening import open_stored

_COLOUR_CHANNELS = 3
_RELATIVE_PRECISION = 1e-5  # of the value range: what may be lost when 64 bits become 32


@dataclass(frozen=True, eq=False)
class LoadedImage:
    """An image as it was read.

    Args:
        frames: one volume each; several for time points, echoes or the entries of a list axis. All share one lattice.
        notes: what the user should know, one sentence each; they hold no patient data.
    """

    frames: tuple[Volume, ...]
    notes: tuple[str, ...] = ()


def read_image(
    path: str | os.PathLike[str], series: str | int | None = None, nan_as_background: bool = False
) -> LoadedImage:
    """Read an image: NRRD, NIfTI, MetaImage, PNG, JPEG, TIFF, BMP, a DICOM file or a folder of DICOM files.

    Integers keep their type; floating point becomes float32 unless the values need 64 bits.

    Args:
        series: which series of a DICOM folder, as its listing numbers them.
        nan_as_background: voxels that are NaN or infinite become the smallest finite value, with a note.

    Returns:
        At least one frame, (K, J, I) or (K, J, I, 3).

    Raises:
        InputError: the file is missing, damaged, cut short or of no supported kind, or holds values
            that are not finite.
    """
    stored = open_stored(Path(path), series)
    frames, notes = [], list(stored.notes)
    for number, array in enumerate(stored.frames):
        if array.ndim == 4 and array.shape[3] > _COLOUR_CHANNELS:
            array = np.ascontiguousarray(array[..., :_COLOUR_CHANNELS])
            notes.append("The image's transparency (alpha channel) was dropped.")
        array, gap_notes = without_gaps(_economical(array), nan_as_background)
        name = stored.name if len(stored.frames) == 1 else f"{stored.name} frame {number + 1}"
        volume = Volume(array, stored.ijk_to_ras, stored.has_spacing, name)
        frames.append(volume)
        notes += [*gap_notes, *intensity_notes(volume)]
    if not stored.has_spacing:
        notes.append("The file does not say how large a pixel is; figures in mm are undefined.")
    return LoadedImage(tuple(frames), tuple(dict.fromkeys(notes)))


def _economical(array: np.ndarray) -> np.ndarray:
    """Floating point as float32 unless that would lose more than a hundred-thousandth of the value range."""
    if array.dtype == np.float16:
        return array.astype(np.float32)
    if array.dtype != np.float64:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        single = array.astype(np.float32)
        finite = np.isfinite(array)
        if not finite.any():
            return single
        values = array[finite]
        loss = np.abs(single[finite] - values).max()
        enough = loss <= _RELATIVE_PRECISION * (values.max() - values.min())
    return single if enough or loss == 0 else array
