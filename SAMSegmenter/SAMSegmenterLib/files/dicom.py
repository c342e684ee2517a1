"""DICOM images: a folder of any depth, or one file."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.files.dicom_geometry import arrange
from SAMSegmenterLib.files.dicom_pixels import read_pixels
from SAMSegmenterLib.files.dicom_series import choose_series, find_series
from SAMSegmenterLib.files.stored import StoredImage

_STACKED = ("CT", "MR", "PT")  # modalities whose single images are slices of a volume


def read_dicom(path: Path, series: str | int | None = None) -> StoredImage:
    """Read one series.

    Localisers, strays of another direction, duplicate positions, gaps, uneven distances and gantry tilt are told in the
    notes. MONOCHROME1 is inverted, colours become RGB, and every slice is rescaled by its own slope and intercept.

    Args:
        path: a folder, searched to any depth, or a file.
        series: the number that the listing shows, or a SeriesInstanceUID; needed only when there are several.

    Raises:
        InputError: no image, several series to choose from (the message lists them), a damaged file, a missing codec.
    """
    found, notes = find_series(path)
    chosen, choice_notes = choose_series(found, None if path.is_file() else series)
    arrangement = arrange(chosen.records)
    arrays, pixel_notes = read_pixels(arrangement.frames, chosen.file_names)
    if path.is_file() and len(chosen.records) == 1 and chosen.title[:2] in _STACKED:
        notes.append("One image of a series was read; choose its folder to read the whole series.")
    name = " ".join(part for part in (chosen.title, f"series {chosen.key}") if part)
    all_notes = (*notes, *choice_notes, *arrangement.notes, *pixel_notes)
    return StoredImage(arrays, arrangement.ijk_to_ras, arrangement.has_spacing, name, all_notes)
