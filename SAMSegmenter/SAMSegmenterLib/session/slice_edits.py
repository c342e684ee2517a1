"""Step from a mask on a slice to the edit of a segment."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, intersection, is_empty, window
from SAMSegmenterLib.core.lattice import Lattice, mask_on_slice, rasterise
from SAMSegmenterLib.core.plane_voxels import tight_block
from SAMSegmenterLib.core.slicing import Extent, SliceImage, frame_of
from SAMSegmenterLib.session.segment_writer import SegmentWriter
from SAMSegmenterLib.session.source_provider import Source


def slice_edit(
    mask: Mask, grid: SliceImage, source: Source, writer: SegmentWriter, segment_id: str, mode: str
) -> Edit | None:
    """The edit that brings a mask into a segment.

    Args:
        mask: (H, W) bool on the slice.
        grid: where the slice's pixels lie; its intensities are not looked at.
        source: the volume of the slice.
        writer: of the segmentation.
        segment_id: the segment.
        mode: "set" makes the segment equal to the mask on this slice, "add" and "remove" change it by the mask.

    Returns:
        None when the mask covers no voxel of the segmentation.

    Raises:
        InputError: there is no such segment any more.

    Thread: main.
    """
    lattice, to_ras = writer.lattice(), source.volume.ijk_to_ras
    covered = rasterise(mask, grid, to_ras, lattice, source.segmentation_to_volume)
    if covered is None:
        return None
    if mode != "set":
        return Edit(segment_id, mode, *covered)
    return Edit(segment_id, "set_on_slice", *covered, _present(grid, source, writer, segment_id))


def segment_shown(grid: SliceImage, source: Source, writer: SegmentWriter, segment_id: str) -> Mask:
    """What of a segment lies on a slice: (H, W) bool.

    Raises:
        InputError: there is no such segment any more.

    Thread: main.
    """
    (extent, block), lattice = _present(grid, source, writer, segment_id), writer.lattice()
    if is_empty(extent):
        return np.zeros(grid.shape, bool)
    return mask_on_slice(block, extent, lattice, grid, source.volume.ijk_to_ras, source.volume_to_segmentation)


def slices_in_common(grid: SliceImage, beside: SliceImage, source: Source, writer: SegmentWriter) -> int:
    """How many slices on either side of one cover voxels of the segmentation that it covers, too; mostly none.

    Tilted slices do, and those of a volume that is finer than the segmentation.

    Args:
        grid: a slice.
        beside: the next one.
    """
    moved = source.segmentation_to_volume
    to_volume = np.eye(4) if moved is None or callable(moved) else np.asarray(moved, np.float64)
    to_pixel = np.linalg.inv(grid.pixel_to_ijk)
    steps = to_pixel @ np.linalg.inv(source.volume.ijk_to_ras) @ to_volume @ writer.lattice().ijk_to_ras
    thick = 2 * float(frame_of(grid).half(np.abs(steps[2, :3])))
    apart = abs(float((to_pixel @ beside.pixel_to_ijk)[2, 3]))
    return max(0, math.ceil(thick / apart - 1e-6) - 1)


def without_slices(edit: Edit, grids: Iterable[SliceImage], source: Source, writer: SegmentWriter) -> Edit:
    """An edit that leaves voxels on other slices as they are."""
    for grid in grids:
        clear = edit.clear if edit.clear is None else (edit.clear[0], _less(*edit.clear, grid, source, writer))
        edit = replace(edit, block=_less(edit.extent, edit.block, grid, source, writer), clear=clear)
    return edit


def _less(extent: Extent, block: np.ndarray, grid: SliceImage, source: Source, writer: SegmentWriter) -> np.ndarray:
    """A block without the voxels of a slice."""
    if is_empty(extent):
        return block
    everything, near = np.broadcast_to(np.True_, grid.shape), Lattice(writer.lattice().ijk_to_ras, extent)
    slab = rasterise(everything, grid, source.volume.ijk_to_ras, near, source.segmentation_to_volume)
    if slab is None:
        return block
    left = block.copy()
    left[window(slab[0], extent)][slab[1] != 0] = 0
    return left


def _present(grid: SliceImage, source: Source, writer: SegmentWriter, segment_id: str) -> tuple[Extent, np.ndarray]:
    """The segment's own voxels on the slice. Only they can be removed, so a slice is not walked where it is empty."""
    lattice = writer.lattice()
    near = Lattice(lattice.ijk_to_ras, intersection(lattice.extent, writer.extent_of(segment_id)))
    empty = EMPTY_EXTENT, np.zeros((0, 0, 0), np.uint8)
    if is_empty(near.extent):
        return empty
    everything = np.broadcast_to(np.True_, grid.shape)
    slab = rasterise(everything, grid, source.volume.ijk_to_ras, near, source.segmentation_to_volume)
    if slab is None:
        return empty
    extent, block = slab
    return tight_block(writer.segment_on(segment_id, extent) & block, np.array(extent[::2])) or empty
