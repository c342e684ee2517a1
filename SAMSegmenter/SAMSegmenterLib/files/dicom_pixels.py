"""Pixels of DICOM files: decoded, inverted where white means little, rescaled, colours as RGB."""

from __future__ import annotations

import logging
import struct
import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK
from pydicom.pixels import apply_color_lut, apply_modality_lut, get_decoder, pixel_array

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.dicom_headers import ImageRecord
from SAMSegmenterLib.files.volume_files import read_itk

logger = logging.getLogger(__name__)
_DECODING = (
    ValueError, TypeError, KeyError, AttributeError, IndexError, EOFError, OSError, RuntimeError, NotImplementedError,
    struct.error,
)  # fmt: skip
_IMPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2"


def read_pixels(
    frames: Sequence[Sequence[ImageRecord]], file_names: dict[Path, str]
) -> tuple[tuple[np.ndarray, ...], list[str]]:
    """Pixels of all images of a series.

    Args:
        frames: images of each frame, in slice order.
        file_names: names for error messages, without patient data.

    Returns:
        One (K, J, I) or (K, J, I, 3) array per frame, and notes. Integers stay integers when slope and intercept are
        whole; otherwise float32.

    Raises:
        InputError: a file is damaged or its codec is missing; the message names file and codec.
    """
    places: dict[Path, list[tuple[int, int, ImageRecord]]] = {}
    for frame, records in enumerate(frames):
        for k, record in enumerate(records):
            places.setdefault(record.path, []).append((frame, k, record))
    whole = all(float(value).is_integer() for records in frames for record in records for value in record.rescale)
    slices: list[list[np.ndarray]] = [[np.empty(0)] * len(records) for records in frames]
    notes: list[str] = []
    for path, wanted in places.items():
        stored, file_notes = _stored_pixels(path, file_names.get(path, "a file"), wanted[0][2].rescale)
        notes += file_notes
        for frame, k, record in wanted:
            slices[frame][k] = _rescale(stored[record.frame], record.rescale, whole)
    if len({record.rescale for records in frames for record in records}) > 1:
        notes.append("The rescale slope or intercept differs between slices; each slice was rescaled by its own.")
    return tuple(np.stack(images) for images in slices), list(dict.fromkeys(notes))


def _rescale(stored: np.ndarray, rescale: tuple[float, float], whole: bool) -> np.ndarray:
    slope, intercept = rescale
    if (slope, intercept) == (1.0, 0.0):
        return stored if whole else stored.astype(np.float32)
    values = stored.astype(np.float64) * slope + intercept
    return _smallest_type(np.rint(values)) if whole and stored.dtype.kind in "iu" else values.astype(np.float32)


def _smallest_type(values: np.ndarray) -> np.ndarray:
    """Whole numbers in the smallest usual type that holds them; slices of different types meet in the larger one."""
    low, high = values.min(), values.max()
    fitting = (t for t in (np.int16, np.int32) if np.iinfo(t).min <= low and high <= np.iinfo(t).max)
    return values.astype(next(fitting, np.int64))


def _stored_pixels(path: Path, file_name: str, rescale: tuple[float, float]) -> tuple[np.ndarray, list[str]]:
    """(frames, rows, columns) or (frames, rows, columns, 3) of a file before rescaling, and notes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's warnings quote values, which may be patient data
        try:
            dataset = pydicom.dcmread(path, force=True)
            array = _decode(path, dataset, file_name, rescale)
            frames = array.reshape(
                -1, int(dataset.Rows), int(dataset.Columns), *array.shape[array.ndim - _colour(dataset) :]
            )
            return _interpret(frames, dataset)
        except InputError:
            raise
        except _DECODING as error:
            logger.debug("decoding failed: %s", type(error).__name__)
            message = f"The pixels of {file_name} cannot be read: the file is damaged or cut short."
            raise InputError(message, "Copy or export the series again.") from error


def _colour(dataset: pydicom.Dataset) -> bool:
    return int(dataset.get("SamplesPerPixel", 1) or 1) > 1


def _interpret(frames: np.ndarray, dataset: pydicom.Dataset) -> tuple[np.ndarray, list[str]]:
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric == "PALETTE COLOR":
        colours = np.stack([apply_color_lut(frame, dataset) for frame in frames])[..., :3]
        return (colours >> 8).astype(np.uint8) if colours.dtype == np.uint16 else colours, []
    if "ModalityLUTSequence" in dataset:
        frames = np.stack([apply_modality_lut(frame, dataset) for frame in frames])
    if photometric == "MONOCHROME1" and frames.dtype.kind in "iu":
        top = -1 if dataset.get("PixelRepresentation") else 2 ** int(dataset.get("BitsStored", 8 * frames.itemsize)) - 1
        note = "Stored with white as the lowest value (MONOCHROME1); inverted, as viewers show it."
        return (top - frames.astype(np.int64)).astype(frames.dtype), [note]
    return frames, []


def _decode(path: Path, dataset: pydicom.Dataset, file_name: str, rescale: tuple[float, float]) -> np.ndarray:
    """Stored values by pydicom, or by SimpleITK where pydicom has no codec."""
    meta = dataset.file_meta
    if "TransferSyntaxUID" not in meta:
        meta.TransferSyntaxUID = pydicom.uid.UID(_IMPLICIT_LITTLE_ENDIAN)
    syntax = meta.TransferSyntaxUID
    if not any(name in dataset for name in ("PixelData", "FloatPixelData", "DoubleFloatPixelData")):
        raise ValueError("no pixels: pydicom drops compressed ones whose end is missing")
    try:
        return pixel_array(dataset)
    except _DECODING as error:
        if not syntax.is_compressed or syntax == pydicom.uid.DeflatedExplicitVRLittleEndian:
            raise
        reason = error
    try:
        image = read_itk(path, "DICOM")
    except InputError as error:
        if _pydicom_has_codec(syntax):
            raise reason from error
        raise InputError(
            f"{file_name} is compressed as {syntax.name}, for which no codec is installed.",
            "Install pylibjpeg with its plugins (pip install pylibjpeg[all]), or export the series uncompressed.",
        ) from error
    return _undo_rescale(SimpleITK.GetArrayFromImage(image), dataset, rescale)


def _pydicom_has_codec(syntax: pydicom.uid.UID) -> bool:
    try:
        return get_decoder(syntax).is_available
    except (NotImplementedError, ValueError):
        return False


def _undo_rescale(array: np.ndarray, dataset: pydicom.Dataset, rescale: tuple[float, float]) -> np.ndarray:
    """Stored values again: SimpleITK has applied the file's slope and intercept, which `read_pixels` does per frame."""
    slope, intercept = rescale
    if rescale == (1.0, 0.0):
        return array
    bits, signed = int(dataset.get("BitsAllocated", 16)), bool(dataset.get("PixelRepresentation"))
    return np.rint((array - intercept) / slope).astype(f"{'i' if signed else 'u'}{max(1, bits // 8)}")
