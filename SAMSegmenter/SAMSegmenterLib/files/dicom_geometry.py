"""DICOM images in order: sorted along their normal, split into time points, and placed in space."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.files.dicom_headers import ImageRecord
from SAMSegmenterLib.files.stored import LPS_TO_RAS

_SAME_POSITION = 0.01  # mm
_GAP = 1.5  # times the usual distance
_UNEVEN = 0.01  # of the usual distance
_TILT = 0.1  # degrees
_LISTED_GAPS = 3


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Images as volumes: frames of equal length, each sorted along the slice normal, on one lattice."""

    frames: tuple[tuple[ImageRecord, ...], ...]
    ijk_to_ras: Matrix4
    has_spacing: bool
    notes: tuple[str, ...]


def arrange(records: Sequence[ImageRecord]) -> Arrangement:
    """Sort the images of a series and find their lattice.

    Args:
        records: of equal size and direction; at least one.

    Returns:
        Several frames when every position holds the same number of images (time points, echoes, b-values).
    """
    if any(record.position is None or record.orientation is None for record in records):
        return _arrange_without_positions(records)
    normal = _normal(records[0])
    groups = _group_by_position(records, normal)
    frames, notes = _frames(groups)
    positions = np.array([record.position for record in frames[0]])
    step, step_notes = _step(positions, normal, records[0])
    matrix = _matrix(records[0], positions[0], step)
    spacing_notes = _spacing_notes(records[0])
    has_spacing = records[0].pixel_spacing is not None
    return Arrangement(frames, LPS_TO_RAS @ matrix, has_spacing, (*notes, *step_notes, *spacing_notes))


def _arrange_without_positions(records: Sequence[ImageRecord]) -> Arrangement:
    """By instance number; spacing is known only for a single image, or when the header says the slices' distance."""
    ordered = tuple(sorted(records, key=lambda record: (record.order, str(record.path))))
    first = ordered[0]
    known = first.pixel_spacing is not None and (len(ordered) == 1 or first.slice_distance is not None)
    row, column = first.pixel_spacing or (1.0, 1.0)
    distance = first.slice_distance or 1.0
    matrix = np.diag([column, row, distance, 1.0]) if known else np.eye(4)
    notes = list(_spacing_notes(first)) if known else []
    if len(ordered) > 1:
        notes.append(f"The {len(ordered)} images hold no positions; they were stacked in the order of their numbers.")
    return Arrangement((ordered,), LPS_TO_RAS @ matrix, known, tuple(notes))


def _normal(record: ImageRecord) -> np.ndarray:
    normal = np.cross(record.orientation[:3], record.orientation[3:])
    return normal / np.linalg.norm(normal)


def _group_by_position(records: Sequence[ImageRecord], normal: np.ndarray) -> list[list[ImageRecord]]:
    """Images at the same place, in their own order; the places from low to high along the normal."""
    along = np.array([np.dot(record.position, normal) for record in records])
    groups: list[list[ImageRecord]] = []
    last = -np.inf
    for index in np.argsort(along, kind="stable"):
        if along[index] - last > _SAME_POSITION:
            groups.append([])
            last = along[index]
        groups[-1].append(records[index])
    return [sorted(group, key=lambda record: (record.order, str(record.path))) for group in groups]


def _frames(groups: list[list[ImageRecord]]) -> tuple[tuple[tuple[ImageRecord, ...], ...], list[str]]:
    counts = {len(group) for group in groups}
    if counts == {1}:
        return (tuple(group[0] for group in groups),), []
    if len(counts) == 1:
        count = counts.pop()
        note = f"{count} images lie at every position (time points, echoes or the like); each is a frame of its own."
        return tuple(zip(*groups, strict=True)), [note]
    doubled = sum(len(group) - 1 for group in groups)
    lie = "image lies" if doubled == 1 else "images lie"
    note = f"{doubled} {lie} at a position that another one already holds; the first of each position was kept."
    return (tuple(group[0] for group in groups),), [note]


def _step(positions: np.ndarray, normal: np.ndarray, first: ImageRecord) -> tuple[np.ndarray, list[str]]:
    """Vector from slice to slice in mm, and notes on gaps, uneven distances and tilt."""
    count = len(positions)
    if count == 1:
        return normal * (first.slice_distance or 1.0), []
    step = (positions[-1] - positions[0]) / (count - 1)
    notes = _distance_notes(np.diff(positions @ normal))
    cosine = np.dot(step, normal) / np.linalg.norm(step)
    tilt = float(np.degrees(np.arccos(np.clip(cosine, -1, 1))))
    if tilt > _TILT:
        notes.append(
            f"Gantry tilt of {tilt:.1f} degrees: each slice is shifted against the one before; the volume's matrix "
            "keeps that shift exactly."
        )
    if notes:
        off = np.linalg.norm(positions - (positions[0] + np.arange(count)[:, None] * step), axis=1).max()
        if off > _SAME_POSITION:
            notes.append(f"On the volume's even grid, slices lie up to {off:.2f} mm from their true position.")
    return step, notes


def _distance_notes(distances: np.ndarray) -> list[str]:
    usual = float(np.median(distances))
    gaps = np.flatnonzero(distances > _GAP * usual)
    if len(gaps):
        listed = ", ".join(f"{distances[g]:.4g} mm between slices {g} and {g + 1}" for g in gaps[:_LISTED_GAPS])
        more = f" and {len(gaps) - _LISTED_GAPS} more" if len(gaps) > _LISTED_GAPS else ""
        return [f"Gaps in the series, slices may be missing: {listed}{more}; the usual distance is {usual:.4g} mm."]
    if np.abs(distances - usual).max() > max(_SAME_POSITION, _UNEVEN * usual):
        low, high = distances.min(), distances.max()
        return [
            f"Slice distances are uneven, {low:.4g} to {high:.4g} mm; the mean of {distances.mean():.4g} mm is used."
        ]
    return []


def _matrix(record: ImageRecord, origin: np.ndarray, step: np.ndarray) -> Matrix4:
    row_spacing, column_spacing = record.pixel_spacing or (1.0, 1.0)
    matrix = np.eye(4)
    matrix[:3, 0] = np.array(record.orientation[:3]) * column_spacing
    matrix[:3, 1] = np.array(record.orientation[3:]) * row_spacing
    matrix[:3, 2] = step
    matrix[:3, 3] = origin
    return matrix


def _spacing_notes(record: ImageRecord) -> tuple[str, ...]:
    if not record.detector_spacing:
        return ()
    return ("The pixel size is that at the detector; in the patient it is smaller by the magnification.",)
