"""Small DICOM files, written for tests with pydicom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    EnhancedMRImageStorage,
    ExplicitVRLittleEndian,
    SegmentationStorage,
    generate_uid,
)

PATIENT_WORDS = ("Mustermann", "Erika", "PID4711", "19640812", "20240229")
"""What identifies the patient in these files; none of it may come out again."""

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def base(series_uid: str, number: int, rows: int, columns: int, **fields: Any) -> Dataset:
    """Header that all these files share; `fields` are set as attributes."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = generate_uid()
    dataset.SeriesInstanceUID = series_uid
    dataset.StudyInstanceUID = generate_uid()
    dataset.Modality = "CT"
    dataset.PatientName = "Mustermann^Erika"
    dataset.PatientID = "PID4711"
    dataset.PatientBirthDate = "19640812"
    dataset.StudyDate = "20240229"
    dataset.SeriesNumber = number
    dataset.SeriesDescription = "Thorax Erika Mustermann 29.02.2024 B30f"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
    dataset.Rows, dataset.Columns = rows, columns
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 1
    for name, value in fields.items():
        setattr(dataset, name, value)
    return dataset


def save(dataset: Dataset, path: Path, pixels: np.ndarray) -> Path:
    """Write pixels of the type that the header says."""
    kind = "i" if dataset.PixelRepresentation else "u"
    dataset.PixelData = np.ascontiguousarray(pixels.astype(f"<{kind}{dataset.BitsAllocated // 8}")).tobytes()
    if len(dataset.PixelData) % 2:
        dataset.PixelData += b"\0"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    path.parent.mkdir(parents=True, exist_ok=True)
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path


def write_series(
    folder: Path,
    array: np.ndarray,
    *,
    positions: np.ndarray | None = None,
    orientation: tuple[float, ...] = AXIAL,
    spacing: tuple[float, float] = (0.5, 0.75),
    distance: float = 2.0,
    number: int = 1,
    series_uid: str | None = None,
    reverse_names: bool = True,
    fields: list[dict[str, Any]] | dict[str, Any] | None = None,
) -> str:
    """Write a series, one file per slice of a (K, J, I) array, in file names that run against the slice order.

    Args:
        positions: (K, 3) LPS of the first pixels; by default (10, 20, 30) and on, `distance` mm apart along the normal.
        spacing: between rows, between columns.
        fields: further attributes, for all or one dictionary per slice; None as value leaves the attribute out.

    Returns:
        The SeriesInstanceUID.
    """
    uid = series_uid or generate_uid()
    normal = np.cross(orientation[:3], orientation[3:])
    if positions is None:
        positions = np.array([10.0, 20.0, 30.0]) + np.arange(len(array))[:, None] * distance * normal
    for k, pixels in enumerate(array):
        dataset = base(uid, number, *pixels.shape[:2], InstanceNumber=k + 1)
        dataset.ImageOrientationPatient = list(orientation)
        dataset.ImagePositionPatient = [float(value) for value in positions[k]]
        dataset.PixelSpacing = list(spacing)
        extra = fields[k] if isinstance(fields, list) else fields or {}
        for name, value in extra.items():
            if value is None:
                delattr(dataset, name)
            else:
                setattr(dataset, name, value)
        order = len(array) - k if reverse_names else k
        save(dataset, folder / f"{number}_{order:03d}.dcm", pixels)
    return uid


def item(**fields: Any) -> Dataset:
    """A sequence item."""
    dataset = Dataset()
    for name, value in fields.items():
        setattr(dataset, name, value)
    return dataset


def write_enhanced(path: Path, array: np.ndarray, positions: np.ndarray, rescale: list[tuple[float, float]]) -> Path:
    """Write an enhanced multi-frame MR file: one frame per slice of (K, J, I), positions and rescale per frame."""
    dataset = base(generate_uid(), 5, *array.shape[1:], NumberOfFrames=len(array), Modality="MR")
    dataset.SOPClassUID = EnhancedMRImageStorage
    measures = item(PixelSpacing=[0.5, 0.75], SliceThickness=2.0)
    plane = item(ImageOrientationPatient=list(AXIAL))
    dataset.SharedFunctionalGroupsSequence = [item(PixelMeasuresSequence=[measures], PlaneOrientationSequence=[plane])]
    dataset.PerFrameFunctionalGroupsSequence = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[float(value) for value in position])],
            PixelValueTransformationSequence=[item(RescaleSlope=slope, RescaleIntercept=intercept)],
            FrameContentSequence=[item(DimensionIndexValues=[1, index + 1])],
        )
        for index, (position, (slope, intercept)) in enumerate(zip(positions, rescale, strict=True))
    ]
    return save(dataset, path, array)


def write_segmentation(path: Path, masks: dict[int, np.ndarray], names: dict[int, str], distance: float = 2.0) -> Path:
    """Write a DICOM SEG file of boolean (K, J, I) masks; as usual, slices where a segment is empty are left out."""
    frames = [(number, k) for number, mask in masks.items() for k in range(len(mask)) if mask[k].any()]
    rows, columns = next(iter(masks.values())).shape[1:]
    dataset = base(generate_uid(), 9, rows, columns, Modality="SEG", SegmentationType="BINARY")
    dataset.SOPClassUID = SegmentationStorage
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = dataset.PixelRepresentation = 0
    dataset.NumberOfFrames = len(frames)
    dataset.SegmentSequence = [item(SegmentNumber=number, SegmentLabel=names[number]) for number in masks]
    measures = item(PixelSpacing=[0.5, 0.75], SliceThickness=distance, SpacingBetweenSlices=distance)
    plane = item(ImageOrientationPatient=list(AXIAL))
    dataset.SharedFunctionalGroupsSequence = [item(PixelMeasuresSequence=[measures], PlaneOrientationSequence=[plane])]
    dataset.PerFrameFunctionalGroupsSequence = [
        item(
            PlanePositionSequence=[item(ImagePositionPatient=[10.0, 20.0, 30.0 + k * distance])],
            SegmentIdentificationSequence=[item(ReferencedSegmentNumber=number)],
        )
        for number, k in frames
    ]
    bits = np.concatenate([masks[number][k].reshape(-1) for number, k in frames])
    packed = np.packbits(bits, bitorder="little").tobytes()
    dataset.PixelData = packed + b"\0" * (len(packed) % 2)
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)
    return path
