"""DICOM segmentation objects (SEG) with binary segments."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.dicom_headers import HEADER_ERRORS, file_header, read_header
from SAMSegmenterLib.files.dicom_privacy import safe_text
from SAMSegmenterLib.files.stored import LPS_TO_RAS

_HINT = "Load it in 3D Slicer and save it as .seg.nrrd."
_OFF_GRID = 0.05  # of a slice distance


def is_dicom_segmentation(path: Path) -> bool:
    """Whether a DICOM file holds segments."""
    try:
        return read_header(path).get("Modality") == "SEG"
    except HEADER_ERRORS:
        return False


def read_dicom_segmentation(path: Path) -> Segmentation:
    """Read a DICOM SEG file; segments that overlap get layers of their own.

    Returns:
        Structures with the segments' numbers and labels, on the lattice that the frames span.

    Raises:
        InputError: fractional segments, frames without position or off one lattice, or a damaged file.
    """
    try:
        dataset = pydicom.dcmread(path)
        frames = pixel_array(dataset)
        numbers = [_segment_number(group) for group in dataset.PerFrameFunctionalGroupsSequence]
        names = {int(s.SegmentNumber): safe_text(s.get("SegmentLabel"), dataset) for s in dataset.SegmentSequence}
        records = file_header(path, dataset).records
    except (*HEADER_ERRORS, RuntimeError) as error:
        raise InputError("The DICOM segmentation cannot be read: it is damaged or of a rare kind.", _HINT) from error
    if dataset.get("SegmentationType") != "BINARY":
        raise InputError("The DICOM segmentation does not hold binary segments.", _HINT)
    if any(r.position is None or r.orientation is None or r.pixel_spacing is None for r in records):
        raise InputError("The DICOM segmentation does not say where its slices lie.", _HINT)
    indices, matrix = _lattice(records)
    frames = frames.reshape(-1, *records[0].size)
    if len(frames) != len(numbers) or len(frames) != len(records):
        raise InputError("The DICOM segmentation does not describe each of its frames.", _HINT)
    masks = _masks(frames, numbers, indices)
    return _segmentation(masks, names, matrix)


def _segment_number(group: pydicom.Dataset) -> int:
    return int(group.SegmentIdentificationSequence[0].ReferencedSegmentNumber)


def _lattice(records: tuple) -> tuple[np.ndarray, np.ndarray]:
    """Slice index of every frame, and the matrix of the lattice that holds them; empty slices are not stored."""
    first = records[0]
    normal = np.cross(first.orientation[:3], first.orientation[3:])
    positions = np.array([record.position for record in records])
    along = positions @ normal
    distinct = np.unique(np.round(along, 3))
    distance = first.slice_distance or 1.0
    if len(distinct) > 1:
        smallest = float(np.diff(distinct).min())
        distance = smallest if abs(smallest / distance - round(smallest / distance)) > _OFF_GRID else distance
    exact = (along - along.min()) / distance
    indices = np.rint(exact).astype(int)
    if np.abs(exact - indices).max() > _OFF_GRID or any(r.orientation != first.orientation for r in records):
        raise InputError("The slices of the DICOM segmentation do not lie on one even lattice.", _HINT)
    row, column = first.pixel_spacing
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = np.array(first.orientation[:3]) * column, np.array(first.orientation[3:]) * row
    matrix[:3, 2], matrix[:3, 3] = normal * distance, positions[np.argmin(along)]
    return indices, LPS_TO_RAS @ matrix


def _masks(frames: np.ndarray, numbers: list[int], indices: np.ndarray) -> dict[int, np.ndarray]:
    shape = (int(indices.max()) + 1, *frames.shape[1:])
    masks: dict[int, np.ndarray] = {}
    for frame, number, index in zip(frames, numbers, indices, strict=True):
        mask = masks.setdefault(number, np.zeros(shape, np.bool_))
        mask[index] |= frame > 0
    return masks


def _segmentation(masks: dict[int, np.ndarray], names: dict[int, str], matrix: np.ndarray) -> Segmentation:
    """Segments into as few layers as hold them without overlap."""
    layers: list[np.ndarray] = []
    structures = []
    for number, mask in sorted(masks.items()):
        layer = next((index for index, values in enumerate(layers) if not (values[mask] > 0).any()), len(layers))
        if layer == len(layers):
            layers.append(np.zeros(mask.shape, np.uint16))
        layers[layer][mask] = number
        structures.append(Structure(number, names.get(number) or f"label {number}", layer, number))
    return Segmentation(tuple(layers), matrix, tuple(structures))
