"""Reference labels from files: label maps, Slicer segmentations, DICOM SEG, pictures."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files import formats
from SAMSegmenterLib.files.dicom_segmentation import is_dicom_segmentation, read_dicom_segmentation
from SAMSegmenterLib.files.label_values import as_labels, labels_of_colours
from SAMSegmenterLib.files.opening import open_stored
from SAMSegmenterLib.files.slicer_segments import has_segments, structures_from
from SAMSegmenterLib.files.stored import StoredImage


def read_labels(
    path: str | os.PathLike[str], names: dict[int, str] | None = None, image: Volume | None = None
) -> Segmentation:
    """Read one segmentation.

    Palette pictures whose index 0 is black count by index; other coloured pictures make each colour a structure.

    Args:
        names: names of label values; they go before those in the file.
        image: bring the labels onto the lattice of this volume.

    Raises:
        InputError: not readable, lossy, no labels (fractions, negative values, thousands of values), all background,
            several volumes in the file, or no overlap with the image.
    """
    frames = read_label_frames(path, names)
    if len(frames) > 1:
        raise InputError(
            f"{Path(path).name} holds {len(frames)} label volumes; one is needed here.", "Save the volumes one by one."
        )
    return frames[0] if image is None else frames[0].onto(image)[0]


def read_label_frames(path: str | os.PathLike[str], names: dict[int, str] | None = None) -> tuple[Segmentation, ...]:
    """Read segmentations, one for each volume of a 4D file; see `read_labels`."""
    path = Path(path)
    if path.is_file() and formats.ending_of(path) in formats.LOSSY:
        raise InputError(
            f"{path.name} is a JPEG picture: its compression changes label values.",
            "Export the labels as PNG, NRRD or NIfTI from the program that made them.",
        )
    segmentation_file = _dicom_segmentation_in(path)
    if segmentation_file is not None:
        frames = (read_dicom_segmentation(segmentation_file),)
    else:
        stored = open_stored(path, as_labels=True)
        frames = _slicer_segments(stored, path) if has_segments(stored.metadata) else _label_maps(stored, path)
    if not any(layer.any() for frame in frames for layer in frame.layers):
        raise InputError(f"{path.name} holds no labels: all its voxels are 0.", "Check that it is the right file.")
    return tuple(_renamed(frame, names or {}) for frame in frames)


def _dicom_segmentation_in(path: Path) -> Path | None:
    """The DICOM SEG file that a path names, itself or as the only one in a folder."""
    if path.is_dir():
        files = [item for item in sorted(path.rglob("*")) if item.is_file() and formats.is_dicom_file(item)]
        found = [item for item in files if is_dicom_segmentation(item)]
        if len(found) > 1:
            raise InputError(f"The folder holds {len(found)} DICOM segmentations.", "Choose one of the files.")
        return found[0] if found else None
    known = formats.PICTURES + formats.NRRD + formats.NIFTI + formats.META_IMAGE
    formats.require_readable(path)
    is_dicom = formats.ending_of(path) not in known and formats.is_dicom_file(path)
    return path if is_dicom and is_dicom_segmentation(path) else None


def _slicer_segments(stored: StoredImage, path: Path) -> tuple[Segmentation, ...]:
    layers = tuple(as_labels(layer, path.name) for frame in stored.frames for layer in _layers_of(frame))
    structures = structures_from(stored.metadata, len(layers))
    if not structures:
        raise InputError(f"{path.name} holds no segments.", "Check that it is the right file.")
    return (Segmentation(layers, stored.ijk_to_ras, structures, stored.has_spacing),)


def _layers_of(frame: np.ndarray) -> list[np.ndarray]:
    """A frame's layers; some programs mark layers as the components of a vector, which look like colours."""
    return [frame] if frame.ndim == 3 else [np.ascontiguousarray(frame[..., c]) for c in range(frame.shape[3])]


def _label_maps(stored: StoredImage, path: Path) -> tuple[Segmentation, ...]:
    """One segmentation per frame; a colour means the same structure in all of them."""
    array, names = np.stack(stored.frames), {}
    if array.ndim == 5:
        flat, names = labels_of_colours(array.reshape(-1, *array.shape[2:]), path.name)
        array = flat.reshape(array.shape[:-1])
    labels = as_labels(array, path.name)
    return tuple(Segmentation.from_labels(frame, stored.ijk_to_ras, names, stored.has_spacing) for frame in labels)


def _renamed(segmentation: Segmentation, names: dict[int, str]) -> Segmentation:
    structures = (replace(s, name=names.get(s.value, s.name)) for s in segmentation.structures)
    return replace(segmentation, structures=tuple(structures))
