"""Step from a mask on a slice to the edit of a segment."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, intersection, is_empty
from SAMSegmenterLib.core.lattice import Lattice, mask_on_slice, rasterise
from SAMSegmenterLib.core.plane_voxels import tight_block
from SAMSegmenterLib.core.slicing import Extent, SliceImage
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
