"""Where the Segment Editor's settings let a segment be edited, asked block by block.

Slicer's own editor answers this for the whole volume at every stroke; here the cost is that of the block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import extent_shape
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import any_in_block, oriented_image, values_of
from SAMSegmenterLib.scene.transforms import general_between
from SAMSegmenterLib.scene.volumes import checked_image

EVERYWHERE, INSIDE_ALL, INSIDE_VISIBLE, OUTSIDE_ALL, OUTSIDE_VISIBLE, INSIDE_SINGLE = range(6)
"""Masking modes, numbered as `vtkMRMLSegmentationNode.EditAllowed...`."""

OVERWRITE_ALL, OVERWRITE_VISIBLE, OVERWRITE_NONE = range(3)
"""Overwrite modes, numbered as `vtkMRMLSegmentEditorNode.Overwrite...`."""


@dataclass(frozen=True)
class EditRules:
    """Settings of the Segment Editor that decide what an edit may touch; by default as in a new editor.

    Args:
        mask_mode: one of the six masking modes.
        mask_segment_id: the segment that `INSIDE_SINGLE` names.
        overwrite_mode: which other segments give way where a segment is added.
        intensity_range: lowest and highest intensity of the source volume that may be edited, or None.
    """

    mask_mode: int = EVERYWHERE
    mask_segment_id: str = ""
    overwrite_mode: int = OVERWRITE_ALL
    intensity_range: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.mask_mode not in range(6) or self.overwrite_mode not in range(3):
            raise InputError(
                f"The Segment Editor's masking mode {self.mask_mode} with overwrite mode {self.overwrite_mode} is not "
                "known.",
                "Choose another editable area and another way to modify other segments.",
            )

    @classmethod
    def of(cls, editor_node: Any) -> EditRules:
        """The rules that a `vtkMRMLSegmentEditorNode` holds now; the defaults for None."""
        if editor_node is None:
            return cls()
        limits = editor_node.GetSourceVolumeIntensityMaskRange()
        return cls(
            editor_node.GetMaskMode(),
            editor_node.GetMaskSegmentID() or "",
            editor_node.GetOverwriteMode(),
            (limits[0], limits[1]) if editor_node.GetSourceVolumeIntensityMask() else None,
        )


def editable_block(
    node: Any, volume_node: Any, rules: EditRules, segment_id: str, lattice: Lattice, extent: Extent
) -> np.ndarray:
    """Voxels that the masking mode and the intensity range let a segment be added to.

    Args:
        node: `vtkMRMLSegmentationNode`.
        volume_node: the source volume; only an intensity range needs it.
        segment_id: the segment edited, which is never outside itself.
        extent: block asked for.

    Returns:
        (k, j, i) bool, read-only.

    Raises:
        InputError: there is no source volume, or it holds no image.

    Thread: main.
    """
    allowed = _in_area(node, rules, segment_id, lattice, extent)
    if rules.intensity_range is None:
        return allowed
    return allowed & _in_range(node, volume_node, rules.intensity_range, lattice, extent)


def removable_block(editable: np.ndarray, segment: np.ndarray, rules: EditRules) -> np.ndarray:
    """Voxels that a segment may be taken away from.

    Those that may be added to; inside a single segment also all of the edited segment, whatever its intensity, since
    what is taken away there falls to the single segment.

    Args:
        editable: (k, j, i) bool of `editable_block`.
        segment: (k, j, i), non-zero inside the edited segment.

    Source: Slicer's `vtkSlicerSegmentEditorLogic::ModifySegmentByLabelmap`.
    """
    return editable | (segment != 0) if rules.mask_mode == INSIDE_SINGLE else editable


def overwritable(node: Any, rules: EditRules, segment_id: str) -> list[str]:
    """Ids of the segments that give way where another one is added."""
    if rules.overwrite_mode == OVERWRITE_NONE:
        return []
    return _others(node, segment_id, visible_only=rules.overwrite_mode == OVERWRITE_VISIBLE)


def _in_area(node: Any, rules: EditRules, segment_id: str, lattice: Lattice, extent: Extent) -> np.ndarray:
    mode = rules.mask_mode
    if mode == EVERYWHERE:
        return np.broadcast_to(np.True_, extent_shape(extent))  # takes no memory
    if mode == INSIDE_SINGLE:
        return any_in_block(node, [rules.mask_segment_id], lattice, extent)
    others = _others(node, segment_id, visible_only=mode in (INSIDE_VISIBLE, OUTSIDE_VISIBLE))
    if mode in (OUTSIDE_ALL, OUTSIDE_VISIBLE):
        return ~any_in_block(node, others, lattice, extent)
    own = [segment_id] if mode == INSIDE_ALL or _is_visible(node, segment_id) else []
    return any_in_block(node, others + own, lattice, extent)


def _others(node: Any, segment_id: str, visible_only: bool) -> list[str]:
    segmentation = node.GetSegmentation()
    ids = [segmentation.GetNthSegmentID(number) for number in range(segmentation.GetNumberOfSegments())]
    return [n for n in ids if n != segment_id and (not visible_only or _is_visible(node, n))]


def _is_visible(node: Any, segment_id: str) -> bool:
    """A segment's own switch; that of the segmentation as a whole does not count, as in Slicer."""
    display = node.GetDisplayNode()
    return display is not None and bool(display.GetSegmentVisibility(segment_id))


def _in_range(node: Any, volume_node: Any, limits: tuple[float, float], lattice: Lattice, extent: Extent) -> np.ndarray:
    """Intensities of the first component, interpolated where the lattices differ, compared as Slicer does."""
    import vtk

    threshold = vtk.vtkImageThreshold()
    threshold.SetInputData(_intensities(node, volume_node, lattice, extent))
    threshold.ThresholdBetween(*limits)
    threshold.SetInValue(1)
    threshold.SetOutValue(0)
    threshold.SetOutputScalarTypeToUnsignedChar()
    threshold.Update()
    return values_of(threshold.GetOutput()).reshape(*extent_shape(extent), -1)[..., 0] != 0


def _intensities(node: Any, volume_node: Any, lattice: Lattice, extent: Extent) -> Any:
    import vtk

    slicer = import_slicer()
    image = checked_image(volume_node)
    source, result, to_ras = slicer.vtkOrientedImageData(), slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    source.ShallowCopy(image)
    volume_node.GetIJKToRASMatrix(to_ras)
    source.SetGeometryFromImageToWorldMatrix(to_ras)
    slicer.vtkOrientedImageDataResample.ResampleOrientedImageToReferenceOrientedImage(
        source,
        oriented_image(extent, lattice.ijk_to_ras),
        result,
        True,
        False,
        general_between(volume_node, node),
        volume_node.GetImageBackgroundScalarComponentAsDouble(0),
    )
    return result
