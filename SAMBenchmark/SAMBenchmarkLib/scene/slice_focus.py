"""Brings the slice views to a place."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.runtime import ensure_scene
from SAMSegmenterLib.scene.slice_views import ALIGNED_RADIANS, SliceView


def focus_on(volume_node: Any, place_ras: np.ndarray, normal: np.ndarray) -> None:
    """Show a volume in all slice views of the layout, at a place of a slice.

    Where no view lies along the slice, as with a tilted volume, all are turned into the volume's planes.

    Args:
        place_ras: (3,) mm.
        normal: (3,) of the slice, any length.

    Thread: main.
    """
    _show_volume(volume_node)
    views = _views(volume_node.GetScene())
    if views and not any(_lies_along(node, normal) for node in views):
        for node in views:
            node.RotateToVolumePlane(volume_node)
    for node in views:
        node.JumpSliceByOffsetting(*place_ras.tolist())


def _show_volume(node: Any) -> None:
    """As background; zoom and place stay as they are."""
    logic = ensure_scene().application_logic
    if logic is not None and node.GetScene() is logic.GetMRMLScene():
        logic.GetSelectionNode().SetActiveVolumeID(node.GetID())
        logic.PropagateVolumeSelection(0)


def _views(scene: Any) -> list[Any]:
    number = scene.GetNumberOfNodesByClass("vtkMRMLSliceNode")
    nodes = [scene.GetNthNodeByClass(n, "vtkMRMLSliceNode") for n in range(number)]
    return [node for node in nodes if node.IsMappedInLayout()]


def _lies_along(node: Any, normal: np.ndarray) -> bool:
    try:
        of_view = SliceView.of(node).slice_to_ras[:3, 2]
    except InputError:  # a view that was never shown
        return False
    return bool(np.linalg.norm(np.cross(of_view, normal / np.linalg.norm(normal))) <= ALIGNED_RADIANS)
