"""Shows one result in the slice views: the object's reference, what was predicted, and the prompts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMBenchmarkLib.scene.folders import put_into_folder, remove_node
from SAMBenchmarkLib.scene.node_pairs import OWN_NODE
from SAMBenchmarkLib.scene.result_nodes import FOLDER
from SAMBenchmarkLib.scene.slice_focus import focus_on
from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.scene.runtime import ensure_scene
from SAMSegmenterLib.scene.segmentations import node_from_segmentation

REFERENCE, PREDICTION = (0.0, 0.75, 0.35), (0.9, 0.35, 0.1)
_INSIDE, _OUTSIDE, _BOX = (0.2, 0.9, 1.0), (1.0, 0.2, 0.6), (1.0, 0.85, 0.1)
_SHOWN = "Shown object"
_GLYPH_PERCENT = 1.5
"""Size of a point in percent of the view; small objects must stay visible below it."""


@dataclass(frozen=True, eq=False)
class ShownObject:
    """One object on one slice of a volume.

    Args:
        volume: only its lattice counts.
        axis, index: the slice.
        reference, prediction: on the slice's pixels (rows, columns).
        prompts: on the slice's pixels; None for none.
        structure, title: in words.
    """

    volume: Volume
    axis: int
    index: int
    reference: Mask
    prediction: Mask
    prompts: Prompts | None
    structure: str
    title: str


class ObjectView:
    """The nodes that show an object; there is one of each at a time.

    Thread: main.
    """

    def __init__(self, scene: Any = None) -> None:
        self._scene = ensure_scene().scene if scene is None else scene
        self._ids: list[str] = []
        self._hidden: list[str] = []

    def show(self, shown: ShownObject, volume_node: Any, reference_node: Any = None) -> None:
        """Show an object in place of the one before, and bring the views there.

        Args:
            volume_node: the image behind it.
            reference_node: segmentation that would cover it; hidden in slice views until `hide`.
        """
        self._remove()
        grid_to_ras = pixel_to_ras(shown)
        self._keep(_segmentation(shown, volume_node))
        for node in _prompt_nodes(self._scene, shown.prompts, grid_to_ras):
            self._keep(node)
        self._hide_reference(reference_node)
        focus_on(volume_node, _centre(shown, grid_to_ras), grid_to_ras[:3, 2])

    def hide(self) -> None:
        """Remove the nodes; what was hidden for them is shown again."""
        self._remove()
        for node in filter(None, map(self._scene.GetNodeByID, self._hidden)):
            if node.GetDisplayNode() is not None:
                node.GetDisplayNode().SetVisibility2D(True)
        self._hidden = []

    def _remove(self) -> None:
        for node in filter(None, map(self._scene.GetNodeByID, self._ids)):
            remove_node(node)
        self._ids = []

    def _keep(self, node: Any) -> None:
        node.SetAttribute(OWN_NODE, "1")
        node.SetSaveWithScene(False)
        if node.GetDisplayNode() is not None:
            node.GetDisplayNode().SetSaveWithScene(False)
        put_into_folder(node, (FOLDER, _SHOWN))
        self._ids.append(node.GetID())

    def _hide_reference(self, node: Any) -> None:
        display = node.GetDisplayNode() if node is not None else None
        if display is not None and node.IsA("vtkMRMLSegmentationNode") and display.GetVisibility2D():
            display.SetVisibility2D(False)
            self._hidden.append(node.GetID())


def pixel_to_ras(shown: ShownObject) -> Matrix4:
    """(4, 4) from (x, y, 0, 1) on the slice to RAS; the third column is along the slice's normal."""
    grid = slice_grid(shown.volume, SlicePlane.lattice(shown.axis, shown.index), square_pixels=False)
    return shown.volume.ijk_to_ras @ grid.pixel_to_ijk


def _segmentation(shown: ShownObject, volume_node: Any) -> Any:
    """Two segments on a lattice of this slice alone."""
    step = np.eye(4)
    step[2 - shown.axis, 3] = shown.index
    layers = tuple(np.expand_dims(mask.astype(np.uint8), shown.axis) for mask in (shown.reference, shown.prediction))
    names = f"{shown.structure}, reference", f"{shown.structure}, prediction"
    structures = tuple(Structure(number + 1, name, number, 1) for number, name in enumerate(names))
    segmentation = Segmentation(layers, shown.volume.ijk_to_ras @ step, structures)
    colours = dict(zip(names, (REFERENCE, PREDICTION), strict=True))
    node = node_from_segmentation(segmentation, shown.title, volume_node, colours, volume_node.GetScene())
    display = node.GetDisplayNode()
    first, second = (node.GetSegmentation().GetNthSegmentID(number) for number in (0, 1))
    display.SetSegmentVisibility2DFill(first, False)
    display.SetSegmentOpacity2DFill(second, 0.4)
    display.SetSliceIntersectionThickness(2)
    display.SetVisibility3D(False)
    return node


def _prompt_nodes(scene: Any, prompts: Prompts | None, grid_to_ras: Matrix4) -> list[Any]:
    """Points inside, points outside and the box, as far as they are there; placing marks by hand stays as it was."""
    if prompts is None:
        return []
    selection = ensure_scene().application_logic.GetSelectionNode()
    placed = selection.GetActivePlaceNodeClassName(), selection.GetActivePlaceNodeID()
    made = []
    for label, name, colour in ((1, "Prompts inside", _INSIDE), (0, "Prompts outside", _OUTSIDE)):
        points = prompts.points[prompts.labels == label]
        if len(points):
            made.append(_markups(scene, "vtkMRMLMarkupsFiducialNode", name, points, grid_to_ras, colour))
    if prompts.box is not None:
        x0, y0, x1, y1 = prompts.box
        corners = [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]
        node = _markups(scene, "vtkMRMLMarkupsClosedCurveNode", "Prompt box", corners, grid_to_ras, _BOX)
        node.SetCurveTypeToLinear()
        made.append(node)
    selection.SetActivePlaceNodeClassName(placed[0])
    selection.SetActivePlaceNodeID(placed[1])
    return made


def _markups(
    scene: Any, kind: str, name: str, points: Sequence[Any], grid_to_ras: Matrix4, colour: tuple[float, float, float]
) -> Any:
    node = scene.AddNewNodeByClass(kind, name)
    node.CreateDefaultDisplayNodes()
    for x, y in points:
        node.AddControlPointWorld((grid_to_ras @ (x, y, 0.0, 1.0))[:3].tolist())
    node.SetLocked(True)
    display = node.GetDisplayNode()
    display.SetColor(*colour)
    display.SetSelectedColor(*colour)
    display.SetGlyphScale(_GLYPH_PERCENT)
    display.SetPointLabelsVisibility(False)
    display.SetPropertiesLabelVisibility(False)
    display.SetVisibility3D(False)
    return node


def _centre(shown: ShownObject, grid_to_ras: Matrix4) -> np.ndarray:
    """Middle of what there is to see, RAS."""
    rows, columns = np.nonzero(shown.reference | shown.prediction)
    if not len(rows):
        rows, columns = (np.arange(size) for size in shown.reference.shape)
    middle = [(values.min() + values.max()) / 2 for values in (columns, rows)]
    return (grid_to_ras @ (*middle, 0.0, 1.0))[:3]
