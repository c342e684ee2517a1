"""What an editing step reads from the scene: the source volume as it is shown now, and a segment on one slice of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, bounding_extent, intersection, is_empty
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.lattice import Lattice, mask_on_slice
from SAMSegmenterLib.core.slicing import Extent, SliceImage
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import extent_around, layer_of, segment_block, segment_of, values_of
from SAMSegmenterLib.scene.transforms import apply_to_points, from_world, general_between, is_bent
from SAMSegmenterLib.scene.volumes import checked_image, has_spacing, volume_from_node

_PIXELS_AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Frame:
    """The frame of a sequence that a volume node shows.

    Args:
        sequence: name of the sequence.
        number: of the frame, from 0.
        count: frames in all.
        value: what the sequence calls the frame ("12.5 s", say).
    """

    sequence: str
    number: int
    count: int
    value: str


@dataclass(frozen=True, eq=False)
class Source:
    """A source volume as it was at one moment.

    Args:
        volume: in world space, all parent transforms included.
        state: to tell later whether it still holds; kept and let go on the main thread.
        window: the displayed one, None where there is none.
        frame: of a sequence, None for an ordinary volume.
        resampled: a transform that bends space was applied to the voxels.
    """

    volume: Volume
    state: NodeState
    window: LevelWidth | None
    frame: Frame | None
    resampled: bool = False


def read_source(node: Any, copy: bool = False) -> Source:
    """The source volume as it is now: of a sequence the current frame.

    A transform that bends space is applied to the voxels (linear interpolation), once per call: keep the source until
    its `state` is no longer current.

    Args:
        node: volume node, grey or with red, green and blue.
        copy: True for voxels that another thread may read; else they are the node's own memory, for the main thread.

    Raises:
        InputError: there is no volume, it is empty, or has other than 1 or 3 components.

    Thread: main.
    """
    checked_image(node)
    bent = is_bent(node)
    volume = _unbent_volume(node) if bent else volume_from_node(node, copy)
    return Source(volume, NodeState.of(node), displayed_window(node), shown_frame(node), bent)


def displayed_window(node: Any) -> LevelWidth | None:
    """The window that the viewer shows a volume with; None where it has no such display.

    A negative width, with which Slicer turns black and white, is given as its amount.
    """
    display = node.GetDisplayNode()
    if display is None or not display.IsA("vtkMRMLScalarVolumeDisplayNode"):
        return None
    level, width = display.GetLevel(), abs(display.GetWindow())
    return LevelWidth(level, width) if width > 0 and np.isfinite([level, width]).all() else None


def shown_frame(node: Any) -> Frame | None:
    """The frame of a sequence that a node shows now; None for a node of its own."""
    scene = node.GetScene()
    for number in range(scene.GetNumberOfNodesByClass("vtkMRMLSequenceBrowserNode") if scene is not None else 0):
        browser = scene.GetNthNodeByClass(number, "vtkMRMLSequenceBrowserNode")
        sequence = browser.GetSequenceNode(node)
        if sequence is not None and browser.GetSelectedItemNumber() >= 0:
            selected = browser.GetSelectedItemNumber()
            value = f"{browser.GetFormattedIndexValue(selected)} {sequence.GetIndexUnit() or ''}".strip()
            return Frame(sequence.GetName() or "", selected, browser.GetNumberOfItems(), value)
    return None


def segment_on_slice(
    node: Any, segment_id: str, lattice: Lattice, image: SliceImage, volume_ijk_to_world: Matrix4
) -> Mask:
    """What of a segment a slice shows.

    Args:
        node: `vtkMRMLSegmentationNode`; parent transforms of both nodes are respected, linear or not.
        lattice: of the segmentation, see `segmentation_lattice`.
        image: slice of the source volume.
        volume_ijk_to_world: (4, 4) of that volume.

    Returns:
        (H, W) bool.

    Raises:
        InputError: no such segment.

    Thread: main.
    """
    to_segmentation = from_world(node)
    drawn = extent_around(layer_of(segment_of(node, segment_id)), lattice)
    extent = intersection(drawn, _extent_under(image, volume_ijk_to_world, lattice, to_segmentation))
    if is_empty(extent):
        return np.zeros(image.shape, bool)
    block = segment_block(node, segment_id, lattice, extent)
    return mask_on_slice(block, extent, lattice, image, volume_ijk_to_world, to_segmentation)


def _extent_under(image: SliceImage, ijk_to_world: Matrix4, lattice: Lattice, to_segmentation: Any) -> Extent:
    """Smallest extent around the voxels that the pixels' centres lie in; corners tell it unless space is bent."""
    height, width = image.shape
    rows_at_once = max(1, _PIXELS_AT_ONCE // width)
    if not callable(to_segmentation):
        rows, columns = [np.array([0, height - 1])], np.array([0, width - 1])
    else:
        rows = [np.arange(n, min(height, n + rows_at_once)) for n in range(0, height, rows_at_once)]
        columns = np.arange(width)
    found = [_extent_at(columns, some, ijk_to_world @ image.pixel_to_ijk, lattice, to_segmentation) for some in rows]
    return bounding_extent(found)


def _extent_at(columns: np.ndarray, rows: np.ndarray, to_world: Matrix4, lattice: Lattice, onward: Any) -> Extent:
    x, y = (grid.ravel() for grid in np.meshgrid(columns, rows))
    world = apply_to_points(to_world, np.stack([x, y, np.zeros_like(x)], axis=-1).astype(np.float64))
    ijk = apply_to_points(np.linalg.inv(lattice.ijk_to_ras), apply_to_points(onward, world))
    ijk = ijk[np.isfinite(ijk).all(axis=1)]
    if not len(ijk):
        return EMPTY_EXTENT
    low, high = np.floor(ijk.min(axis=0)), np.ceil(ijk.max(axis=0))
    i0, j0, k0, i1, j1, k1 = (int(value) for value in (*low, *high))
    return i0, i1, j0, j1, k0, k1


def _unbent_volume(node: Any) -> Volume:
    """The voxels as they lie in the world, on the volume's own lattice continued as far as needed."""
    import vtk

    slicer = import_slicer()
    image, matrix = slicer.vtkOrientedImageData(), vtk.vtkMatrix4x4()
    image.ShallowCopy(node.GetImageData())
    node.GetIJKToRASMatrix(matrix)
    image.SetGeometryFromImageToWorldMatrix(matrix)
    background = [node.GetImageBackgroundScalarComponentAsDouble(0)] * 4
    slicer.vtkOrientedImageDataResample.TransformOrientedImage(
        image, general_between(node, None), False, False, True, background
    )
    start = np.eye(4)
    start[:3, 3] = image.GetExtent()[::2]
    return Volume(values_of(image), matrix_from_vtk(matrix) @ start, has_spacing(node), node.GetName() or "")
