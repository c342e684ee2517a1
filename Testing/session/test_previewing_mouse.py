"""The preview under the moving mouse."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.previewing import HOVER_SECONDS
from support.editing import a_desk
from support.phantoms import two_boxes_volume

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def slice_of(label_value):
    volume, _ = two_boxes_volume()
    return volume.array[8] == label_value


def hovering(desk, xy, label=1):
    desk.clock.now += 2 * HOVER_SECONDS
    desk.session.hover(xy, label)
    desk.settle()


def test_a_preview_follows_the_mouse_when_wanted_and_changes_no_mark():
    desk = a_desk()
    desk.rest()
    hovering(desk, INSIDE_ONE)
    assert desk.session.hover_preview is None
    desk.session.hover_enabled = True
    hovering(desk, INSIDE_ONE)
    np.testing.assert_array_equal(desk.session.hover_preview.mask, slice_of(200))
    hovering(desk, INSIDE_TWO)
    np.testing.assert_array_equal(desk.session.hover_preview.mask, slice_of(120))
    assert len(desk.session.marks) == 0 and desk.session.preview is None
    desk.session.hover(None)
    assert desk.session.hover_preview is None


def test_the_mouse_preview_adds_to_the_marks_there_are():
    desk = a_desk()
    desk.rest()
    desk.session.hover_enabled = True
    desk.session.add_point(INSIDE_ONE)
    desk.settle()
    hovering(desk, (10, 12), label=0)
    assert desk.session.hover_preview.mask.sum() == 15 * 12 - 25
    assert desk.session.preview.mask.sum() == 15 * 12


def test_the_mouse_preview_is_limited_in_rate_and_shows_the_latest_place():
    desk = a_desk()
    desk.rest()
    desk.session.hover_enabled = True
    predictor = desk.predictors["threshold"]
    before = predictor.decode_calls
    for number in range(50):
        desk.clock.now += 0.001
        desk.session.hover((6 + number / 10, 8))
        desk.settle()
    assert predictor.decode_calls - before <= 2
    desk.clock.now += 2 * HOVER_SECONDS
    desk.session.hover(INSIDE_TWO)
    desk.settle()
    np.testing.assert_array_equal(desk.session.hover_preview.mask, slice_of(120))


def test_a_mouse_that_rests_is_asked_for_once():
    desk = a_desk()
    desk.rest()
    desk.session.hover_enabled = True
    before = desk.predictors["threshold"].decode_calls
    hovering(desk, INSIDE_ONE)
    for _ in range(5):
        desk.rest(1.0)
    assert desk.predictors["threshold"].decode_calls == before + 1


def test_the_mouse_never_makes_a_slice_be_encoded():
    desk = a_desk()
    desk.session.hover_enabled = True
    hovering(desk, INSIDE_ONE)
    assert desk.session.hover_preview is None and desk.predictors["threshold"].encode_calls == 0


def test_a_click_or_another_slice_ends_the_mouse_preview():
    desk = a_desk()
    desk.rest()
    desk.session.hover_enabled = True
    for end in (
        lambda: desk.session.add_point(INSIDE_TWO),
        lambda: desk.session.show(SlicePlane.lattice(0, 9)),
    ):
        desk.clock.now += 2 * HOVER_SECONDS
        desk.session.hover(INSIDE_ONE)
        end()
        assert desk.session.hover_preview is None
        desk.settle()
        assert desk.session.hover_preview is None
        desk.session.hover(None)


def test_the_mouse_preview_follows_the_window():
    desk = a_desk()
    desk.rest()
    desk.session.hover_enabled = True
    hovering(desk, INSIDE_ONE)
    desk.session.window = "minmax"
    desk.rest()
    assert desk.session.hover_preview.window == "limits:50.0,200.0"
