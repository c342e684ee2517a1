"""Synthetic clicks through the effect's event handlers, with a model whose answer is exact."""

from __future__ import annotations

import numpy as np
import pytest

from support.phantoms import matrix, two_boxes_volume

SHAPE = (12, 16, 20)
SAGITTAL = np.array([[0.0, 0, -1, 12], [-1, 0, 0, 20], [0, -1, 0, 8], [0, 0, 0, 1]])
GEOMETRIES = {
    "RAS": matrix(),
    "LPS": matrix(origin_ras=(10, 8, -6), lps=True),
    "sagittal": SAGITTAL,
    "anisotropic": matrix((3.0, 1.0, 1.0)),
}
VIEW_AXES = {"Red": 2, "Green": 1, "Yellow": 0}
"""Which world axis (R, A, S) a view looks along."""


def layer(labels, to_ras, world_axis, index_of, value=1):
    """The voxels of a structure on one layer of the array axis that a view looks along."""
    axis = 2 - int(np.argmax(np.abs(to_ras[world_axis, :3])))
    expected = np.zeros(labels.shape, bool)
    at = [slice(None)] * 3
    at[axis] = index_of[axis]
    expected[tuple(at)] = labels[tuple(at)] == value
    return expected


@pytest.mark.parametrize("view", VIEW_AXES)
@pytest.mark.parametrize("name", GEOMETRIES)
def test_a_click_and_an_acceptance_write_the_structure_clicked_and_nothing_else(start_effect, name, view):
    volume, boxes = two_boxes_volume(SHAPE, ijk_to_ras=GEOMETRIES[name])
    desk = start_effect(volume)
    labels = boxes.layers[0]
    inside = np.argwhere(labels == 1)
    voxel = inside[len(inside) // 2]
    desk.click(view, desk.editing.ras(*voxel))
    assert not desk.mask().any()
    assert desk.effect.self().onApply() > 10
    assert np.array_equal(desk.mask(), layer(labels, GEOMETRIES[name], VIEW_AXES[view], voxel))
    assert not desk.mask("two").any()
    written = desk.mask()
    desk.editing.editor.undo()
    assert not desk.mask().any()
    desk.editing.editor.redo()
    assert np.array_equal(desk.mask(), written)
    desk.editing.editor.undo()
    assert not desk.mask().any()
