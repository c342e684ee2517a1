"""The case at hand as files, which an evaluation reads in a process of its own."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.nrrd_writing import write_nrrd
from SAMSegmenterLib.files.writing import write_labels


def write_case(folder: Path, volume: Volume, segmentation: Segmentation) -> tuple[Path, Path]:
    """Write a volume and its reference.

    Returns:
        Paths of the two.

    Raises:
        InputError: the volume is in colour.
        StoreError, OSError: there is no room for them.
    """
    if volume.is_rgb:
        raise InputError("Images in colour are not evaluated on this page.", "Evaluate the file with sam-benchmark.")
    array = np.ascontiguousarray(volume.array)
    if array.dtype.str[1:] in ("i8", "u8", "f2", "b1"):
        array = array.astype(np.float64 if array.dtype.itemsize == 8 else np.float32)
    image, labels = case_paths(folder)
    write_nrrd(image, array, volume.ijk_to_ras if volume.has_spacing else None, {})
    write_labels(labels, segmentation if volume.has_spacing else _without_spacing(segmentation))
    return image, labels


def case_paths(folder: Path) -> tuple[Path, Path]:
    """Where `write_case` puts volume and reference."""
    return folder / "volume.nrrd", folder / "reference.seg.nrrd"


def evaluated_names(segmentation: Segmentation) -> list[str]:
    """Names of the structures that have a voxel."""
    known = [set(np.unique(layer).tolist()) for layer in segmentation.layers]
    return [one.name for one in segmentation.structures if one.layer_value in known[one.layer]]


def _without_spacing(segmentation: Segmentation) -> Segmentation:
    return Segmentation(segmentation.layers, segmentation.ijk_to_ras, segmentation.structures, False)
