"""Labels to files that appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import SimpleITK

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.formats import ending_of
from SAMSegmenterLib.files.nrrd_writing import write_nrrd
from SAMSegmenterLib.files.slicer_segments import metadata_of, stacked
from SAMSegmenterLib.files.stored import LPS_TO_RAS

_ENDINGS = (".seg.nrrd", ".nrrd", ".nii.gz", ".nii", ".mha")


def write_labels(
    path: str | os.PathLike[str],
    labels: Segmentation | np.ndarray,
    ijk_to_ras: Matrix4 | None = None,
    names: dict[int, str] | None = None,
) -> None:
    """Write a segmentation; the ending chooses the format.

    .nrrd and .seg.nrrd keep names, colours and structures that overlap, as 3D Slicer reads them; .nii, .nii.gz and .mha
    keep label values only. Images without spacing are marked so in NRRD files.

    Args:
        path: .seg.nrrd, .nrrd, .nii.gz, .nii or .mha.
        labels: a segmentation, or an integer array (K, J, I).
        ijk_to_ras: (4, 4) of an array; None when it has no place and spacing. A segmentation brings its own.
        names: names of an array's label values.

    Raises:
        InputError: another ending, overlapping structures or slanted axes in a format that cannot hold them.
        StoreError: the folder cannot be written or the disk is full; nothing half-written stays.
    """
    path = Path(path)
    check_label_format(path)
    segmentation = labels if isinstance(labels, Segmentation) else _from_array(labels, ijk_to_ras, names)
    if ending_of(path) == ".nrrd":
        matrix = segmentation.ijk_to_ras if segmentation.has_spacing else None
        with atomic_path(path) as temporary:
            write_nrrd(temporary, _smallest(stacked(segmentation.layers)), matrix, metadata_of(segmentation))
        return
    image = _label_image(segmentation, path)
    with atomic_path(path) as temporary:
        _write_and_compare(image, temporary, path)


def check_label_format(path: Path, ijk_to_ras: Matrix4 | None = None, overlapping: bool = False) -> None:
    """Check, before long work, that a segmentation can be written to a file of that ending.

    Args:
        ijk_to_ras: (4, 4) of its lattice, None when not known yet.
        overlapping: whether its structures may overlap.

    Raises:
        InputError: another ending, or a format that cannot hold slanted axes or structures that overlap.
    """
    if not path.name.lower().endswith(_ENDINGS):
        raise InputError(
            f"Labels cannot be written to {path.name}.", f"Choose one of the endings {', '.join(_ENDINGS)}."
        )
    if ending_of(path) == ".nrrd":
        return
    if overlapping:
        raise InputError(f"{path.name}: this format cannot hold structures that overlap.", "Choose .seg.nrrd.")
    if ijk_to_ras is not None:
        _directions(ijk_to_ras, path)


def _from_array(labels: np.ndarray, ijk_to_ras: Matrix4 | None, names: dict[int, str] | None) -> Segmentation:
    labels = np.asarray(labels)
    if labels.ndim != 3 or labels.dtype.kind not in "iub" or labels.min(initial=0) < 0:
        raise InputError(f"Labels are a (K, J, I) array of whole numbers from 0; got {labels.dtype} {labels.shape}.")
    matrix = LPS_TO_RAS if ijk_to_ras is None else ijk_to_ras
    return Segmentation.from_labels(_smallest(labels), matrix, names, ijk_to_ras is not None)


def _smallest(array: np.ndarray) -> np.ndarray:
    high = int(array.max(initial=0))
    return array.astype(np.uint8 if high < 256 else np.uint16 if high < 65536 else np.int32)


def _label_image(segmentation: Segmentation, path: Path) -> SimpleITK.Image:
    matrix = LPS_TO_RAS @ segmentation.ijk_to_ras
    spacing, direction = _directions(segmentation.ijk_to_ras, path)
    image = SimpleITK.GetImageFromArray(_smallest(_one_layer(segmentation, path)))
    image.SetSpacing(spacing.tolist())
    image.SetDirection(direction.reshape(-1).tolist())
    image.SetOrigin(matrix[:3, 3].tolist())
    return image


def _directions(ijk_to_ras: Matrix4, path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Spacing (3,) along i, j, k and directions (3, 3) in LPS."""
    matrix = LPS_TO_RAS @ ijk_to_ras
    spacing = np.linalg.norm(matrix[:3, :3], axis=0)
    direction = matrix[:3, :3] / spacing
    if np.abs(direction.T @ direction - np.eye(3)).max() > 1e-4:
        raise InputError(
            f"{path.name}: this format cannot hold axes that are not at right angles.", "Choose .seg.nrrd."
        )
    return spacing, direction


def _one_layer(segmentation: Segmentation, path: Path) -> np.ndarray:
    """All structures in one array by their value; refused when they overlap."""
    merged = np.zeros(segmentation.shape_kji, np.int32)
    for structure in segmentation.structures:
        mask = segmentation.mask(structure)
        if merged[mask].any():
            raise InputError(f"{path.name}: this format cannot hold structures that overlap.", "Choose .seg.nrrd.")
        merged[mask] = structure.value
    return merged


def _write_and_compare(image: SimpleITK.Image, temporary: Path, target: Path) -> None:
    """ITK does not tell every failed write; reading back does."""
    try:
        SimpleITK.WriteImage(image, str(temporary), useCompression=True)
        written = SimpleITK.ReadImage(str(temporary))  # kept by name: views do not keep their image alive
        complete = np.array_equal(SimpleITK.GetArrayViewFromImage(written), SimpleITK.GetArrayViewFromImage(image))
    except RuntimeError:
        complete = False
    if not complete:
        hint = "The disk may be full, or you may not write there: free some space, or choose another folder."
        raise StoreError(f"{target} could not be written.", hint)
