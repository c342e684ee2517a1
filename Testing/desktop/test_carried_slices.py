"""What was carried to a slice is drawn there, apart from the user's own marks."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.desktop.overlay_shapes import Shapes
from support.phantoms import two_boxes_volume


@pytest.fixture
def carried_slices(a_desktop):
    from SAMSegmenterLib.desktop import carried_slices

    return carried_slices


PLANE = SlicePlane.lattice(0, 5)
PROMPTS = Prompts.of([(4, 5)], [(9, 2)], (1, 2, 11, 8))


def test_boxes_are_broken_lines_and_points_rings_seen_through(carried_slices):
    lines = Shapes()
    carried_slices.add_carried(PROMPTS, lines)
    placed = [cell for cell, anchor in zip(lines.cells, lines.anchors, strict=True) if anchor is None]
    assert len(placed) == 4 * 7
    drawn = np.concatenate(placed)
    assert (drawn.min(axis=0), drawn.max(axis=0)) == (pytest.approx((1, 2)), pytest.approx((11, 8)))
    total = sum(np.linalg.norm(cell[1] - cell[0]) for cell in placed)
    assert 0.4 * 32 < total < 0.7 * 32, "about half of the box's sides"
    anchors = [tuple(anchor) for anchor in lines.anchors if anchor is not None]
    assert anchors.count((4, 5)) == 3 and anchors.count((9, 2)) == 2, "a plus and a minus"
    assert all(colour[3] < 255 for colour in lines.colours)


def a_session(held):
    results = SimpleNamespace(pending={"one": {5: held}})
    propagation = SimpleNamespace(results=results, index_of=lambda plane: 5)
    return SimpleNamespace(propagation=propagation, segment_id="one")


def held_slice(final, plane=PLANE, shape=(40, 48)):
    return SimpleNamespace(index=5, plane=plane, final=final, prompts=PROMPTS, mask=np.ones(shape, bool))


def test_a_mask_is_drawn_only_where_it_was_rejected(carried_slices):
    grid = slice_grid(two_boxes_volume()[0], SlicePlane.lattice(0, 5))
    shown = SimpleNamespace(plane=grid.plane, grid=grid)
    kept = carried_slices.carried_to(a_session(held_slice(True)), shown)
    assert kept.rejected is None and np.array_equal(kept.prompts.points, PROMPTS.points)
    rejected = carried_slices.carried_to(a_session(held_slice(False)), shown)
    assert rejected.rejected.all() and rejected.rejected.shape == grid.shape


def test_what_was_carried_on_another_grid_is_drawn_at_the_same_place(carried_slices):
    volume = Volume(np.zeros((8, 30, 30), np.uint8), np.eye(4))
    here, there = (
        slice_grid(volume, SlicePlane.oblique(origin, (1, 0, 0), (0, 1, 0), (1, 1), (20, 20)))
        for origin in ((0, 0, 3), (2, 5, 3))
    )
    shown = SimpleNamespace(plane=there.plane, grid=there)
    held = held_slice(False, here.plane, here.shape)
    found = carried_slices.carried_to(a_session(held), shown)
    assert np.allclose(found.prompts.points, PROMPTS.points - (2, 5))
    assert np.allclose(found.prompts.box, PROMPTS.box - (2, 5, 2, 5))
    assert found.rejected[:15, :18].all() and not found.rejected[15:].any() and not found.rejected[:, 18:].any()


def test_without_results_nothing_was_carried(carried_slices):
    session = a_session(None)
    session.propagation.results.pending = {}
    assert carried_slices.carried_to(session, SimpleNamespace(plane=None)) is None


def test_carried_prompts_appear_in_the_view_and_go_with_the_results(start_effect):
    desk = start_effect(two_boxes_volume()[0])
    desk.click("Red", desk.editing.ras(8, 12, 12))
    desk.effect.self().onApply()
    desk.settle()
    red = desk.editing.views["Red"]
    red.show(desk.editing.ras(6, 12, 12))
    desk.settle()

    def lines():
        view = next(one for one in desk.controller.overlays._views if one.widget == red.widget)
        return view.layers[3].count if view.layers else 0

    assert lines() == 0
    desk.session.propagate(4, 11)
    desk.settle()
    assert lines() >= 5, "a ring with a plus, and one with a minus"
    red.show(desk.editing.ras(8, 12, 12))
    desk.settle()
    assert lines() == 0, "nothing was carried to a keyframe"
    red.show(desk.editing.ras(6, 12, 12))
    desk.settle()
    desk.session.reject_propagation()
    desk.settle()
    assert lines() == 0
