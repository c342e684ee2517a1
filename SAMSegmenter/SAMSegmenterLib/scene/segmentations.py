"""Segmentation nodes and labelmap nodes to segmentations in memory, and back.

Segments that do not overlap share one labelmap in Slicer and tell themselves apart by their label value; such a shared
labelmap becomes one layer, so that nothing is copied once per segment.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.resampling import nearest_onto, overlap_in_space
from SAMSegmenterLib.scene.labelmaps import (
    Labelmap,
    aligned_offset,
    labelmap_from_vtk,
    labelmap_to_vtk,
    paste_shifted,
)
from SAMSegmenterLib.scene.runtime import ensure_scene, import_slicer
from SAMSegmenterLib.scene.volumes import ijk_to_world, parent_to_world, volume_from_node

logger = logging.getLogger(__name__)

BINARY_LABELMAP = "Binary labelmap"
"""Slicer's name of the voxel representation."""


def segmentation_from_node(node: Any, reference_volume_node: Any) -> Segmentation:
    """A copy of a node's structures on the lattice of a volume.

    Args:
        node: `vtkMRMLSegmentationNode` (segments may overlap; surfaces are converted, the node is not changed) or
            `vtkMRMLLabelMapVolumeNode`.
        reference_volume_node: volume node whose lattice is used; linear parent transforms of both are respected.

    Returns:
        One structure per segment, in the node's order. Label values are the segments' own where these are unique,
        else 1, 2, ...

    Raises:
        InputError: there are no structures, they lie elsewhere in space, or a transform is not linear.

    Thread: main.
    """
    return segmentation_on_volume(node, reference_volume_node)[0]


def segmentation_on_volume(node: Any, reference_volume_node: Any) -> tuple[Segmentation, bool]:
    """As `segmentation_from_node`, with whether anything was resampled (nearest neighbour) on the way."""
    if node is None:
        raise InputError("There is no segmentation.", "Choose a segmentation or a labelmap.")
    if node.IsA("vtkMRMLLabelMapVolumeNode"):
        return _from_labelmap_node(node, reference_volume_node)
    return copy_of_segments(node, reference_volume_node).on_volume()


def copy_of_segments(node: Any, reference_volume_node: Any) -> SegmentsCopy:
    """As `segmentation_from_node` of a segmentation node, where laying the structures on the volume is left for later.

    Only the part of space that a segment takes up is copied, so this is quick also on large volumes.

    Raises:
        InputError: there are no structures, or a transform is not linear.

    Thread: main.
    """
    labelmaps, structures = _labelmaps_of(node)
    if not structures:
        raise InputError(f"The segmentation '{node.GetName()}' has no segments.", "Add one, or choose another.")
    shape, to_world = _lattice_of(reference_volume_node)
    return SegmentsCopy(node.GetName(), tuple(labelmaps), tuple(structures), shape, to_world)


@dataclass(frozen=True, eq=False)
class SegmentsCopy:
    """What the segments of a node held at one moment.

    Args:
        name: of the node.
        labelmaps: in world space.
        structures: by labelmap and value.
        shape: (K, J, I) of the volume.
        ijk_to_ras: (4, 4) of the volume.

    Thread: any, all of it.
    """

    name: str
    labelmaps: tuple[Labelmap, ...]
    structures: tuple[Structure, ...]
    shape: tuple[int, int, int]
    ijk_to_ras: Matrix4

    def segmentation(self) -> Segmentation:
        """The structures on the volume's lattice.

        Raises:
            InputError: they lie elsewhere in space.
        """
        return self.on_volume()[0]

    def on_volume(self) -> tuple[Segmentation, bool]:
        """As `segmentation`, with whether anything was resampled (nearest neighbour) on the way."""
        _check_overlap(self.name, self.labelmaps, self.shape, self.ijk_to_ras)
        placed = [_onto(labelmap, self.shape, self.ijk_to_ras) for labelmap in self.labelmaps]
        resampled = any(moved for _layer, moved in placed)
        if resampled:
            logger.info("Segmentation %s lies on another lattice: resampled by nearest neighbour.", self.name)
        layers = tuple(_known_values(layer, n, self.structures) for n, (layer, _moved) in enumerate(placed))
        return Segmentation(layers, self.ijk_to_ras, self.structures), resampled


def node_from_segmentation(
    segmentation: Segmentation,
    name: str,
    reference_volume_node: Any,
    colours: Mapping[str, tuple[float, float, float]] | None = None,
    scene: Any = None,
    ids: Sequence[str] = (),
) -> Any:
    """A new segmentation node.

    Args:
        segmentation: on any lattice of world space.
        reference_volume_node: sets the reference geometry; None leaves it out.
        colours: (red, green, blue), 0 to 1, by structure name; Slicer chooses the others.
        scene: where the node is added; the open scene when None.
        ids: of the segments, one per structure; Slicer makes up others when there are none.

    Returns:
        `vtkMRMLSegmentationNode` with one segment per structure, also for structures without a voxel.

    Thread: main.
    """
    slicer = import_slicer()
    scene = ensure_scene().scene if scene is None else scene
    node = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", name)
    node.CreateDefaultDisplayNodes()
    if reference_volume_node is not None:
        node.SetReferenceImageGeometryParameterFromVolumeNode(reference_volume_node)
    node.GetSegmentation().SetSourceRepresentationName(BINARY_LABELMAP)
    images = [labelmap_to_vtk(*_compact(segmentation, layer)) for layer in range(len(segmentation.layers))]
    values: dict[int, int] = {}
    for number, structure in enumerate(segmentation.structures):
        values[structure.layer] = values.get(structure.layer, 0) + 1
        segment = slicer.vtkSegment()
        segment.SetName(structure.name)
        segment.SetLabelValue(values[structure.layer])
        colour = (colours or {}).get(structure.name)
        if colour is not None:
            segment.SetColor(*colour)
        segment.AddRepresentation(BINARY_LABELMAP, images[structure.layer])
        node.GetSegmentation().AddSegment(segment, ids[number] if ids else "")
    return node


def colours_of(node: Any) -> dict[str, tuple[float, float, float]]:
    """Colours of a segmentation node's segments by name, (red, green, blue) from 0 to 1."""
    segmentation = node.GetSegmentation()
    segments = [segmentation.GetNthSegment(n) for n in range(segmentation.GetNumberOfSegments())]
    return {segment.GetName(): tuple(segment.GetColor()) for segment in segments}


def _from_labelmap_node(node: Any, reference_volume_node: Any) -> tuple[Segmentation, bool]:
    volume = volume_from_node(node)
    if volume.array.dtype.kind == "f":
        if not np.array_equal(volume.array, np.rint(volume.array)):
            raise InputError(f"The labelmap '{node.GetName()}' holds fractions.", "Export it with whole numbers.")
        volume = replace(volume, array=volume.array.astype(np.int32))
    labels = Segmentation.from_labels(volume.array, volume.ijk_to_ras, _label_names(node), volume.has_spacing)
    if not labels.structures:
        raise InputError(f"The labelmap '{node.GetName()}' has no labels.", "Choose one that holds labels.")
    return labels.onto(_empty_volume_on(reference_volume_node))


def _label_names(node: Any) -> dict[int, str]:
    """Names from the labelmap's own colour table; those of Slicer's built-in tables mean nothing here."""
    display = node.GetDisplayNode()
    colours = display.GetColorNode() if display is not None else None
    if colours is None or not colours.IsA("vtkMRMLColorTableNode"):
        return {}
    if colours.GetType() not in (colours.User, colours.File):
        return {}
    return {value: colours.GetColorName(value) for value in range(1, colours.GetNumberOfColors())}


def _labelmaps_of(node: Any) -> tuple[list[Labelmap], list[Structure]]:
    """The distinct labelmaps of a node in world space, and its structures by labelmap and value."""
    segmentation = node.GetSegmentation()
    to_world = parent_to_world(node)
    segments = [segmentation.GetNthSegment(number) for number in range(segmentation.GetNumberOfSegments())]
    images: list[Any] = []
    labelmaps, structures = [], []
    for number, (segment, value) in enumerate(zip(segments, _unique_values(segments), strict=True)):
        image = segment.GetRepresentation(BINARY_LABELMAP)
        layer = next((n for n, known in enumerate(images) if known is image and image is not None), len(images))
        if layer == len(images):
            images.append(image)
            labelmaps.append(
                _converted(node, segmentation.GetNthSegmentID(number), to_world)
                if image is None
                else labelmap_from_vtk(image, to_world)
            )
        layer_value = 1 if image is None else int(segment.GetLabelValue())
        structures.append(Structure(value, segment.GetName() or f"segment {number + 1}", layer, layer_value))
    return labelmaps, structures


def _unique_values(segments: list[Any]) -> list[int]:
    values = [int(segment.GetLabelValue()) for segment in segments]
    return values if len(set(values)) == len(values) and 0 not in values else list(range(1, len(values) + 1))


def _converted(node: Any, segment_id: str, to_world: Matrix4) -> Labelmap:
    """Voxels (0 and 1) of a segment that has only a surface; made on a copy."""
    slicer = import_slicer()
    image = slicer.vtkOrientedImageData()
    get = slicer.vtkSlicerSegmentationsModuleLogic.GetSegmentBinaryLabelmapRepresentation
    if not get(node, segment_id, image, False):
        raise InputError(
            f"A segment of '{node.GetName()}' could not be turned into voxels.",
            "In the Segmentations module, create its binary labelmap representation.",
        )
    labelmap = labelmap_from_vtk(image, to_world)
    return replace(labelmap, array=(labelmap.array != 0).astype(np.uint8))


def _lattice_of(volume_node: Any) -> tuple[tuple[int, int, int], Matrix4]:
    empty = _empty_volume_on(volume_node)
    return empty.shape_kji, empty.ijk_to_ras


def _empty_volume_on(volume_node: Any) -> Volume:
    """The lattice of a volume node without a copy of its voxels."""
    image = volume_node.GetImageData() if volume_node is not None else None
    if image is None or image.GetNumberOfPoints() == 0:
        raise InputError("There is no volume to lay the segmentation on.", "Choose a volume that holds an image.")
    shape = image.GetDimensions()[::-1]
    return Volume(np.broadcast_to(np.uint8(0), shape), ijk_to_world(volume_node))


def _check_overlap(name: str, labelmaps: Sequence[Labelmap], shape: tuple[int, int, int], to_world: Matrix4) -> None:
    """Segments that were never drawn have no extent and tell nothing about where the segmentation lies."""
    drawn = [labelmap for labelmap in labelmaps if labelmap.array.any()]
    if drawn and not any(overlap_in_space(m.array.shape, m.ijk_to_ras, shape, to_world) for m in drawn):
        raise InputError(
            f"The segmentation '{name}' and the volume do not overlap in space.",
            "They may belong to different patients or examinations; check that they are a pair.",
        )


def _onto(labelmap: Labelmap, shape: tuple[int, int, int], to_world: Matrix4) -> tuple[np.ndarray, bool]:
    if labelmap.array.size == 0:
        return np.zeros(shape, np.uint8), False
    offset = aligned_offset(labelmap.ijk_to_ras, to_world, labelmap.array.shape)
    if offset is not None:
        return paste_shifted(labelmap.array, offset, shape), False
    return nearest_onto(labelmap.array, labelmap.ijk_to_ras, shape, to_world), True


def _known_values(layer: np.ndarray, number: int, structures: Sequence[Structure]) -> np.ndarray:
    """Values that belong to no segment become background."""
    values = [structure.layer_value for structure in structures if structure.layer == number]
    present = np.unique(layer)
    stray = present[~np.isin(present, [0, *values])]
    return np.where(np.isin(layer, stray), 0, layer).astype(layer.dtype) if len(stray) else layer


def _compact(segmentation: Segmentation, layer: int) -> tuple[np.ndarray, Matrix4]:
    """A layer with values 1, 2, ... in the order of its structures, in the smallest type that holds them."""
    structures = [structure for structure in segmentation.structures if structure.layer == layer]
    source = segmentation.layers[layer]
    result = np.zeros(source.shape, np.uint8 if len(structures) < 256 else np.uint16)
    for value, structure in enumerate(structures, start=1):
        result[source == structure.layer_value] = value
    return result, segmentation.ijk_to_ras
