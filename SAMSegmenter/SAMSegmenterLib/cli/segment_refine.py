"""`sam-segment --refine`: masks of another model, sent through SAM slice by slice as mask and box."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.cli.segment_inputs import axis_of, frame_index, path_of
from SAMSegmenterLib.cli.segment_job import ModelChoice, SegmentJob, Stretch, Target, lattice_of, prompts_for
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import mask_on_slice
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import BoxMark, Mark, MarkSet, PriorMark
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slab_boxes import box_on_image
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.files.pairing import load_pair
from SAMSegmenterLib.session.volume_source import VolumeSource

_EIGHT = np.ones((3, 3), bool)


def refine_job(given: argparse.Namespace) -> SegmentJob:
    """The masks that follow from labels of a whole volume.

    Raises:
        InputError: volume or labels cannot be read, do not belong together, or hold no structure.
    """
    labels_path = path_of(given.refine, "--refine")
    pair = load_pair(
        path_of(given.volume, "--volume"), labels_path, given.series, nan_as_background=given.nan_as_background
    )
    frame = frame_index(given, len(pair.frames))
    volume, labels = pair.frames[frame], pair.segmentations[frame]
    axis = axis_of(volume, given.axis or "auto")
    counts = {one.value: labels.pixels_per_slice(one, axis) for one in labels.structures}
    shown = [one for one in labels.structures if counts[one.value].any()]
    if not shown:
        raise InputError(f"{labels_path.name} holds no structure on this volume.", "Check that the two are a pair.")
    return SegmentJob(
        (
            Stretch(
                prompts_for(volume, given),
                _steps(volume, labels, shown, axis, counts, given),
                VolumeSource(volume),
            ),
        ),
        _total(labels, shown, axis, counts, given),
        "refining",
        lattice_of(volume),
        tuple(Target(str(one.value), one.name, one.value) for one in shown),
        ModelChoice(given.model or "", given.device or "auto", given.threads),
        notes=pair.notes,
    )


def _steps(
    volume: Volume,
    labels: Segmentation,
    structures: list[Structure],
    axis: int,
    counts: dict[int, np.ndarray],
    given: argparse.Namespace,
) -> Iterator[tuple[str, SlicePromptRecord]]:
    """Slice by slice, so that a slice is encoded once for all its structures."""
    for index in range(volume.shape_kji[axis]):
        for one in structures:
            if counts[one.value][index]:
                for part in _parts(labels.mask(one, axis, index), given):
                    yield str(one.value), _record(volume, part, axis, index, given)


def _total(
    labels: Segmentation,
    structures: list[Structure],
    axis: int,
    counts: dict[int, np.ndarray],
    given: argparse.Namespace,
) -> int:
    places = [(one, int(index)) for one in structures for index in np.flatnonzero(counts[one.value])]
    if not given.each_part:
        return len(places)
    return sum(ndimage.label(labels.mask(one, axis, index), _EIGHT)[1] for one, index in places)


def _parts(mask: Mask, given: argparse.Namespace) -> list[Mask]:
    if not given.each_part:
        return [mask]
    numbered, count = ndimage.label(mask, _EIGHT)
    return [numbered == number for number in range(1, count + 1)]


def _record(volume: Volume, mask: Mask, axis: int, index: int, given: argparse.Namespace) -> SlicePromptRecord:
    """Prompts of one slice: the mask, and the box around it."""
    plane = SlicePlane.lattice(axis, index)
    grid = slice_grid(volume, plane)
    marks: list[Mark] = []
    if given.refine_with != "box":
        block = np.expand_dims(mask, axis).astype(np.uint8)
        k, j, i = ((index, index) if other == axis else (0, n - 1) for other, n in enumerate(volume.shape_kji))
        extent = (*i, *j, *k)
        marks.append(PriorMark("m1", mask_on_slice(block, extent, lattice_of(volume), grid, volume.ijk_to_ras)))
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    low = np.maximum([columns[0] - given.margin, rows[0] - given.margin], 0)
    high = np.minimum([columns[-1] + given.margin, rows[-1] + given.margin], [mask.shape[1] - 1, mask.shape[0] - 1])
    marks.append(BoxMark("b1", box_on_image(np.concatenate([low, high]), grid)))
    return SlicePromptRecord(plane, MarkSet(tuple(marks)), mode="add")
