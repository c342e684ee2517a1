"""Segmentations to edit, in a scene, and what they hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.scene.edit_rules import EditRules
from SAMSegmenterLib.scene.matrices import matrix_to_vtk
from SAMSegmenterLib.scene.segment_voxels import layer_of, segment_block, values_of
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.edit_oracle import Segments

SHAPE = (4, 6, 7)
NAMES = ("first", "second", "overlapping", "hidden", "empty")


@dataclass
class EditingScene:
    """A source volume and a segmentation of it.

    Args:
        ids: segment ids by name.
    """

    volume_node: Any
    node: Any
    ids: dict[str, str]

    def segments(self, lattice: Lattice, intensities: np.ndarray | None = None) -> Segments:
        """What the node holds now, on the whole lattice."""
        masks = {n: segment_block(self.node, n, lattice, lattice.extent) != 0 for n in self.ids.values()}
        display = self.node.GetDisplayNode()
        hidden = {n for n in self.ids.values() if not display.GetSegmentVisibility(n)}
        return Segments(masks, hidden, intensities)


def overlapping_segments(
    ijk_to_ras: np.ndarray | None = None, shape: tuple[int, int, int] = SHAPE, seed: int = 5
) -> EditingScene:
    """Five segments: two share a labelmap, one overlaps both, one is hidden (and overlaps), one has no voxel."""
    rng = np.random.default_rng(seed)
    to_ras = np.eye(4) if ijk_to_ras is None else ijk_to_ras
    volume_node = node_from_volume(Volume(rng.integers(0, 100, shape).astype(np.int16), to_ras, name="scan"))
    shared = rng.choice([0, 1, 2, 5], shape, p=(0.4, 0.25, 0.25, 0.1)).astype(np.uint8)
    shared[shared == 5] = 0
    layers = (shared, *((rng.random(shape) < 0.35).astype(np.uint8) for _ in range(2)))
    places = ((0, 1), (0, 2), (1, 1), (2, 1), (0, 3))
    structures = tuple(Structure(n + 1, name, *places[n]) for n, name in enumerate(NAMES))
    node = node_from_segmentation(Segmentation(layers, to_ras, structures), "segments", volume_node)
    ids = {name: node.GetSegmentation().GetNthSegmentID(n) for n, name in enumerate(NAMES)}
    node.GetDisplayNode().SetSegmentVisibility(ids["hidden"], False)
    return EditingScene(volume_node, node, ids)


def editor_node_with(scene: Any, rules: EditRules) -> Any:
    """A `vtkMRMLSegmentEditorNode` of the scene with these settings."""
    node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    node.SetMaskMode(rules.mask_mode)
    node.SetMaskSegmentID(rules.mask_segment_id)
    node.SetOverwriteMode(rules.overwrite_mode)
    if rules.intensity_range is not None:
        node.SetSourceVolumeIntensityMask(True)
        node.SetSourceVolumeIntensityMaskRange(*rules.intensity_range)
    return node


def move(scene: Any, node: Any, to_parent: np.ndarray) -> Any:
    """Put a node under a linear transform; returns the transform node."""
    transform = scene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    transform.SetMatrixTransformToParent(matrix_to_vtk(to_parent))
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def bend(scene: Any, node: Any, size_mm: float = 2.0) -> Any:
    """Put a node under a transform that bends space smoothly by up to `size_mm`; returns the transform node."""
    import vtk

    before, after = vtk.vtkPoints(), vtk.vtkPoints()
    for corner in np.ndindex(3, 3, 3):
        place = np.array(corner, float) * 30 - 30
        before.InsertNextPoint(*place)
        after.InsertNextPoint(*(place + size_mm * np.sin(place[[1, 2, 0]] / 15)))
    spline = vtk.vtkThinPlateSplineTransform()
    spline.SetBasisToR()
    spline.SetSourceLandmarks(before)
    spline.SetTargetLandmarks(after)
    transform = scene.AddNewNodeByClass("vtkMRMLTransformNode")
    transform.SetAndObserveTransformToParent(spline)
    node.SetAndObserveTransformNodeID(transform.GetID())
    return transform


def everything_of(node: Any) -> list[tuple[Any, ...]]:
    """All that a segmentation holds, bit by bit, to compare it with itself at another time."""
    segmentation = node.GetSegmentation()
    found = []
    layers: list[Any] = []
    for number in range(segmentation.GetNumberOfSegments()):
        segment = segmentation.GetNthSegment(number)
        image = layer_of(segment)
        if all(image is not known for known in layers):
            layers.append(image)
        layer = next(n for n, known in enumerate(layers) if known is image)
        values = values_of(image) if image.GetPointData().GetScalars() is not None else np.zeros(0)
        found.append(
            (
                segmentation.GetNthSegmentID(number),
                segment.GetName(),
                segment.GetLabelValue(),
                segment.GetColor(),
                layer,
                image.GetExtent(),
                image.GetSpacing(),
                image.GetOrigin(),
                values.dtype.str,
                values.tobytes(),
            )
        )
    return found
