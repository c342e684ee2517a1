"""DICOM headers, single-frame and enhanced multi-frame, brought into one form: a record per image."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydicom
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian

from SAMSegmenterLib.files.dicom_privacy import safe_text

HEADER_ERRORS = (
    InvalidDicomError,
    OSError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    NotImplementedError,
)
"""What pydicom raises on files that are damaged."""

_NO_IMAGE = {"SR", "PR", "KO", "RTSTRUCT", "RTPLAN", "RTDOSE", "REG", "SEG", "DOC", "FID", "M3D", "ECG"}


@dataclass(frozen=True, eq=False)
class ImageRecord:
    """One 2D image of a series: a file, or a frame of a multi-frame file.

    Args:
        path: its file.
        frame: its index in a multi-frame file, 0 otherwise.
        size: rows and columns.
        samples: 1 for grey, 3 for colour.
        orientation: direction cosines (x, y, z LPS) along a row, then along a column; None when missing.
        position: centre of the first pixel, LPS mm; None when missing.
        pixel_spacing: between rows and between columns, mm; None when missing.
        slice_distance: mm, as the header says it; None when missing.
        rescale: slope and intercept.
        order: sorts images at the same position, and all images where positions are missing.
        localiser: marked as a localiser.
        detector_spacing: the pixel spacing is that at the detector, not in the patient.
    """

    path: Path
    frame: int
    size: tuple[int, int]
    samples: int
    orientation: tuple[float, ...] | None
    position: tuple[float, ...] | None
    pixel_spacing: tuple[float, ...] | None
    slice_distance: float | None
    rescale: tuple[float, float]
    order: tuple[float, ...]
    localiser: bool
    detector_spacing: bool = False


@dataclass(frozen=True, eq=False)
class FileHeader:
    """What is shared by the images of a file; `title` and `file_name` hold no patient data."""

    uid: str
    series_uid: str
    series_number: int | None
    title: str
    file_name: str
    records: tuple[ImageRecord, ...]


def read_header(path: Path) -> pydicom.Dataset:
    """A file's header without its pixels.

    Raises:
        One of HEADER_ERRORS: the file is no DICOM file or is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings quote values, which may be patient data
        return pydicom.dcmread(path, stop_before_pixels=True, force=True)


def is_deflated(path: Path) -> bool:
    """Whether a file is packed as a whole, so that its header alone takes as much memory as all of it.

    Raises:
        One of HEADER_ERRORS: the file is no DICOM file or is damaged.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read_file_meta_info(path).get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian


def is_image(dataset: pydicom.Dataset) -> bool:
    """Whether a header belongs to an image, not to a report, a plan or a segmentation."""
    return bool(dataset.get("Rows")) and bool(dataset.get("Columns")) and dataset.get("Modality") not in _NO_IMAGE


def file_header(path: Path, dataset: pydicom.Dataset) -> FileHeader:
    """The header of an image file, with one record per image in it."""
    modality = safe_text(dataset.get("Modality"), dataset)
    description = safe_text(dataset.get("SeriesDescription") or dataset.get("ProtocolName"), dataset)
    number = _number(dataset.get("SeriesNumber"))
    return FileHeader(
        uid=str(dataset.get("SOPInstanceUID", "")) or str(path),
        series_uid=str(dataset.get("SeriesInstanceUID", "")),
        series_number=None if number is None else int(number),
        title=" ".join(part for part in (modality, description) if part),
        file_name=safe_text(path.name, dataset) or "a file",
        records=_records(path, dataset),
    )


def _records(path: Path, dataset: pydicom.Dataset) -> tuple[ImageRecord, ...]:
    count = int(_number(dataset.get("NumberOfFrames")) or 1)
    groups = list(dataset.get("PerFrameFunctionalGroupsSequence") or [])
    shared = list(dataset.get("SharedFunctionalGroupsSequence") or [])[:1]
    if not groups and count > 1 and not shared:
        return tuple(_record(path, frame, [_without_position(dataset)]) for frame in range(count))
    frames = [[group] for group in groups[:count]] or [[] for _ in range(count)]
    return tuple(_record(path, index, [*own, *shared, dataset]) for index, own in enumerate(frames))


def _without_position(dataset: pydicom.Dataset) -> pydicom.Dataset:
    """Old multi-frame files say one position for all frames: it is that of the first, or means nothing."""
    kept = pydicom.Dataset()
    kept.update({element.tag: element for element in dataset if element.keyword != "ImagePositionPatient"})
    return kept


def _record(path: Path, frame: int, places: Sequence[pydicom.Dataset]) -> ImageRecord:
    """A record from the places where a value may stand: the frame's own group, the shared one, the file's top level."""
    root = places[-1]
    spacing = _floats(_find(places, "PixelSpacing", "PixelMeasuresSequence"), 2)
    at_detector = None if spacing else _floats(root.get("ImagerPixelSpacing"), 2)
    used = spacing or at_detector
    slope = _number(_find(places, "RescaleSlope", "PixelValueTransformationSequence"))
    intercept = _number(_find(places, "RescaleIntercept", "PixelValueTransformationSequence"))
    distance = _number(_find(places, "SpacingBetweenSlices", "PixelMeasuresSequence")) or _number(
        _find(places, "SliceThickness", "PixelMeasuresSequence")
    )
    kinds = [str(kind).upper() for kind in _as_list(root.get("ImageType"))]
    return ImageRecord(
        path=path,
        frame=frame,
        size=(int(root.Rows), int(root.Columns)),
        samples=int(root.get("SamplesPerPixel", 1) or 1),
        orientation=_direction(_floats(_find(places, "ImageOrientationPatient", "PlaneOrientationSequence"), 6)),
        position=_floats(_find(places, "ImagePositionPatient", "PlanePositionSequence"), 3),
        pixel_spacing=used if used and min(used) > 0 else None,
        slice_distance=abs(distance) if distance else None,
        rescale=(slope or 1.0, intercept or 0.0),
        order=_order(places, path, frame),
        localiser="LOCALIZER" in kinds,
        detector_spacing=at_detector is not None,
    )


def _find(places: Sequence[pydicom.Dataset], keyword: str, sequence: str) -> Any:
    """First value of a keyword, inside the functional group's sequence or at the level itself."""
    for place in places:
        items = list(place.get(sequence) or [])
        value = (items[0] if items else place).get(keyword)
        if value is not None and value != "":
            return value
    return None


def _order(places: Sequence[pydicom.Dataset], path: Path, frame: int) -> tuple[float, ...]:
    root = places[-1]
    content = list(places[0].get("FrameContentSequence") or [])
    if content:
        indices = [float(value) for value in _as_list(content[0].get("DimensionIndexValues"))]
        return (_number(content[0].get("TemporalPositionIndex")) or 0.0, *indices, float(frame))
    keys = ("TemporalPositionIdentifier", "AcquisitionNumber", "TriggerTime", "EchoTime", "DiffusionBValue")
    digits = re.findall(r"\d+", path.name)
    file_number = float(digits[-1][-12:]) if digits else 0.0
    instance = _number(root.get("InstanceNumber"))
    return (*((_number(root.get(key)) or 0.0) for key in keys), instance or 0.0, file_number, float(frame))


def _direction(values: tuple[float, ...] | None) -> tuple[float, ...] | None:
    """Two unit vectors, or None when they are not usable."""
    if values is None or min(math.hypot(*values[:3]), math.hypot(*values[3:])) < 0.5:
        return None
    aligned = abs(sum(a * b for a, b in zip(values[:3], values[3:], strict=True)))
    return values if aligned < 0.1 else None


def _floats(value: Any, count: int) -> tuple[float, ...] | None:
    numbers = [_number(item) for item in _as_list(value)]
    return tuple(numbers) if len(numbers) == count and None not in numbers else None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple, pydicom.multival.MultiValue)) else [value]
