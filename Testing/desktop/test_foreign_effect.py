"""An effect that was written for Slicer, without knowledge of the stand-in, works on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from support.desktop.module_parent import ModuleParent
from support.phantoms import two_boxes_volume

MODULE = Path(__file__).resolve().parents[1] / "support" / "foreign_effect" / "SegmentEditorDisc.py"


@pytest.fixture
def editing(start_editing, a_stand_in):
    from support.desktop import load_module_file

    module = load_module_file(MODULE)
    module.SegmentEditorDisc(ModuleParent())
    a_stand_in.emitStartupCompleted()
    return start_editing(two_boxes_volume()[0])


def disc(editing, k, j, i, radius=3.0):
    shape = editing.mask("one").shape
    expected = np.zeros(shape, bool)
    rows, columns = np.ogrid[: shape[1], : shape[2]]
    expected[k] = np.hypot(rows - j, columns - i) <= radius
    return expected


def test_a_click_paints_where_it_was_made_and_can_be_undone(editing):
    assert editing.activate("Disc").name == "Disc"
    editing.views["Red"].click(editing.ras(8, 20, 24))
    assert np.array_equal(editing.mask("one"), disc(editing, 8, 20, 24))
    editing.editor.undo()
    assert not editing.mask("one").any()
    editing.editor.redo()
    assert np.array_equal(editing.mask("one"), disc(editing, 8, 20, 24))


def test_its_options_and_parameters_follow_each_other(editing):
    effect = editing.activate("Disc")
    effect.setParameter("RadiusMm", 5.0)
    assert effect.self().radiusSlider.value == 5.0
    effect.self().radiusSlider.value = 1.0
    assert effect.doubleParameter("RadiusMm") == 1.0
    editing.views["Red"].click(editing.ras(8, 20, 24))
    assert editing.mask("one").sum() == 5


def test_its_mark_is_drawn_and_goes_with_it(editing, drawing):
    red = editing.views["Red"]
    before = red.picture()
    editing.activate("Disc")
    red.move(editing.ras(8, 20, 24))
    yellow = (red.picture() - before)[..., :2].any(-1)
    assert 0 < yellow.sum() < 200
    editing.activate("")
    assert np.array_equal(red.picture(), before)
