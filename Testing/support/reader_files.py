"""Two readers' segmentations in files, for tests."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.writing import write_labels
from support.case_files import write_case


def write_readers(folder: Path, names: tuple[str, ...] = ("anna", "bert", "carl")) -> tuple[Path, Path, Path]:
    """Folders of the first reader, of the second one, who moves boxes by 1, 2, 3 ... columns, and of the images."""
    readers = [folder / "first", folder / "second"]
    images = folder / "images"
    for made in (*readers, images):
        made.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names, start=1):
        for reader, shift in zip(readers, (0, number), strict=True):
            case = write_case(reader, name, shift)
            case.volume.replace(images / case.volume.name)
    return readers[0], readers[1], images


def renamed(path: Path, names: dict[int, str]) -> None:
    """Give the structures of a segmentation file other names."""
    from SAMSegmenterLib.files.labels import read_labels

    old = read_labels(path)
    write_labels(path, Segmentation.from_labels(old.layers[0], old.ijk_to_ras, names))
