"""`sam-segment --boxes`: boxes of slices, or boxes in space, that another program or a person drew."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from SAMSegmenterLib.cli.segment_inputs import axis_of, path_of, read_text, read_volume
from SAMSegmenterLib.cli.segment_job import ModelChoice, SegmentJob, Stretch, Target, lattice_of, prompts_for
from SAMSegmenterLib.core.box_file import read_box_file
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet
from SAMSegmenterLib.core.slab_boxes import box_on_image
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.session.volume_source import VolumeSource


def boxes_job(given: argparse.Namespace) -> SegmentJob:
    """The masks that a box file asks for.

    Raises:
        InputError: file or volume cannot be read, or a box lies outside the volume.
    """
    boxes = read_box_file(read_text(path_of(given.boxes, "--boxes")))
    volume, notes = read_volume(given)
    in_mm = [one.name for one in boxes.structures if one.way.endswith("_ras")]
    if in_mm and not volume.has_spacing:
        raise InputError(
            f"The box of '{in_mm[0]}' is in millimetres, but the volume's file does not say how large a pixel is.",
            "Give boxes of slices, or 'box_ijk', instead.",
        )
    axis = axis_of(volume, given.axis or boxes.axis or "auto")
    if given.axis and boxes.axis and axis != axis_of(volume, boxes.axis):
        notes = [*notes, f"the boxes are taken along '{given.axis}', as --axis says; their file says '{boxes.axis}'"]
    found = [
        (index, str(one.value), box)
        for one in boxes.structures
        for index, box in one.boxes(volume.ijk_to_ras, volume.shape_kji, axis, given.margin)
    ]
    found.sort(key=lambda entry: entry[0])  # slice by slice, so that a slice is encoded once for all its structures
    return SegmentJob(
        (Stretch(prompts_for(volume, given), _steps(volume, axis, found), VolumeSource(volume)),),
        len(found),
        "segmenting",
        lattice_of(volume),
        tuple(Target(str(one.value), one.name, one.value) for one in boxes.structures),
        ModelChoice(given.model or "", given.device or "auto", given.threads),
        notes=notes,
    )


def _steps(
    volume: Volume, axis: int, boxes: list[tuple[int, str, np.ndarray]]
) -> Iterator[tuple[str, SlicePromptRecord]]:
    for index, segment_id, box in boxes:
        plane = SlicePlane.lattice(axis, index)
        mark = BoxMark("b1", box_on_image(box, slice_grid(volume, plane)))
        yield segment_id, SlicePromptRecord(plane, MarkSet((mark,)), mode="add")
