"""Moves slice views along the slices of the volume that is segmented."""

from __future__ import annotations

from typing import Any

import numpy as np
import slicer

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.propagation_texts import no_view_text
from SAMSegmenterLib.scene.slice_views import ALIGNED_RADIANS, SliceView


def go_to_plane(owner: EffectSession, plane: SlicePlane) -> None:
    """Show a slice of the volume: in the view in use, or else in the first view of the layout that lies along it.

    The view shows that slice, without moving sideways, and becomes the one in use.

    Raises:
        InputError: no view lies along the slice, or there is no volume.
    """
    session = owner.session
    if session is None or session.source is None:
        raise InputError("There is no volume to go to.", "Choose a source volume in the Segment Editor.")
    centre, normal = _centre_and_normal(session.source.volume, plane)
    for node in _views(owner.slice_node):
        if _lies_along(node, normal):
            node.JumpSliceByOffsetting(*centre.tolist())
            owner.use_view(node)
            owner.follow()
            return
    raise InputError(*no_view_text())


def step_in_view(owner: EffectSession, forward: bool) -> int:
    """By how much the number of the slice grows when the view in use goes to its next slice, or to the one before.

    Returns:
        1 or -1.
    """
    session, node = owner.session, owner.slice_node
    step = 1 if forward else -1
    if session is None or session.source is None or session.plane is None or node is None:
        return step
    along = _towards_larger_numbers(session.source.volume, session.plane)
    normal = SliceView.of(node).slice_to_ras[:3, 2]
    return step if float(normal @ along) >= 0 else -step


def _views(first: Any) -> list[Any]:
    """Slice nodes of all views of the layout, a given one first; only those that are shown."""
    layout_manager = slicer.app.layoutManager()
    names = layout_manager.sliceViewNames() if layout_manager is not None else ()
    nodes = [layout_manager.sliceWidget(name).sliceLogic().GetSliceNode() for name in names]
    shown = [node for node in nodes if node is not first and node.IsMappedInLayout()]
    return [first, *shown] if first is not None and first.GetScene() is not None else shown


def _lies_along(node: Any, normal: np.ndarray) -> bool:
    try:
        of_view = SliceView.of(node).slice_to_ras[:3, 2]
    except InputError:  # a view that was never shown
        return False
    return bool(np.linalg.norm(np.cross(of_view / np.linalg.norm(of_view), normal)) <= ALIGNED_RADIANS)


def _centre_and_normal(volume: Volume, plane: SlicePlane) -> tuple[np.ndarray, np.ndarray]:
    grid = slice_grid(volume, plane)
    to_ras = volume.ijk_to_ras @ grid.pixel_to_ijk
    height, width = grid.shape
    normal = np.cross(to_ras[:3, 0], to_ras[:3, 1])
    return (to_ras @ ((width - 1) / 2, (height - 1) / 2, 0.0, 1.0))[:3], normal / np.linalg.norm(normal)


def _towards_larger_numbers(volume: Volume, plane: SlicePlane) -> np.ndarray:
    if plane.axis is not None:
        return volume.ijk_to_ras[:3, 2 - plane.axis]
    return np.cross(np.array(plane.x_ras), np.array(plane.y_ras))
