"""Writes the files of the module's sample data: python Testing/support/sample_files.py"""

from __future__ import annotations

import hashlib
from pathlib import Path

from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.files.nrrd_writing import write_nrrd
from SAMSegmenterLib.files.writing import write_labels

FOLDER = Path(__file__).resolve().parents[2] / "SAMSegmenter" / "Resources" / "SampleData"
VOLUME, REFERENCE = "SyntheticAbdomenCT.nrrd", "SyntheticAbdomenCTReference.seg.nrrd"


def write_samples(folder: Path = FOLDER) -> None:
    """Write both files."""
    volume, reference = sample_volume()
    folder.mkdir(parents=True, exist_ok=True)
    write_nrrd(folder / VOLUME, volume.array, volume.ijk_to_ras, {})
    write_labels(folder / REFERENCE, reference)


if __name__ == "__main__":
    write_samples()
    for name in (VOLUME, REFERENCE):  # to be put into SAMSegmenterLib/desktop/sample_data.py
        print(hashlib.sha256((FOLDER / name).read_bytes()).hexdigest(), name)
