"""The panel says which volume and window the model gets where the view shows something else."""

from __future__ import annotations

import numpy as np
import pytest
import slicer

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.volumes import node_from_volume
from support.phantoms import two_boxes_volume


@pytest.fixture
def desk(start_effect):
    volume = two_boxes_volume()[0]
    desk = start_effect(Volume(volume.array, volume.ijk_to_ras, name="CT"))
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 12))
    desk.settle()
    return desk


@pytest.fixture
def other(desk):
    return node_from_volume(Volume(np.zeros((16, 40, 48), np.int16), np.eye(4), name="PET"))


@pytest.fixture
def composite(desk):
    """What the view in use shows."""
    return desk.editing.views["Red"].widget.sliceLogic().GetSliceCompositeNode()


@pytest.fixture
def notices(desk):
    """`notices()`: what the panel says once the effect has come to rest."""

    def read():
        desk.settle()
        return desk.controller.panel.notices.text

    return read


def test_a_view_of_the_source_volume_alone_needs_no_word(notices):
    assert notices() == ""


def test_another_volume_in_the_view_is_named_until_the_view_shows_the_source_again(desk, other, composite, notices):
    composite.SetBackgroundVolumeID(other.GetID())
    assert notices() == "This view shows 'PET'; the model gets the source volume 'CT'."
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert "This view shows 'PET'" in notices(), "also after clicks"
    assert desk.session.preview.mask.any()
    composite.SetBackgroundVolumeID(desk.editing.volume_node.GetID())
    assert "PET" not in notices()


def test_a_view_of_no_volume_is_told_of(composite, notices):
    composite.SetBackgroundVolumeID(None)
    assert "This view shows no volume" in notices()


def test_a_fused_foreground_is_named_while_it_can_be_seen(desk, other, composite, notices):
    composite.SetForegroundVolumeID(other.GetID())
    composite.SetForegroundOpacity(0.4)
    assert notices() == "'PET' lies over 'CT' in this view; the model gets 'CT' alone."
    composite.SetForegroundOpacity(0.0)
    assert notices() == ""


def test_remarks_are_about_the_view_in_use(desk, other, composite, notices):
    composite.SetForegroundVolumeID(other.GetID())
    composite.SetForegroundOpacity(0.4)
    desk.editing.views["Green"].move(desk.editing.ras(8, 20, 12))
    assert "PET" not in notices()
    desk.editing.views["Red"].move(desk.editing.ras(8, 12, 12))
    assert "PET" in notices()


@pytest.mark.parametrize(
    ("kind", "expected"), [("InvGrey", "is shown inverted"), ("Rainbow", "is shown in colours"), ("Grey", "")]
)
def test_an_inverted_or_coloured_table_is_told_of(desk, notices, kind, expected):
    table = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLColorTableNode")
    getattr(table, f"SetTypeTo{kind}")()
    desk.editing.volume_node.GetDisplayNode().SetAndObserveColorNodeID(table.GetID())
    found = notices()
    assert (expected in found and "'CT'" in found) if expected else found == ""


def test_a_display_threshold_is_told_of(desk, notices):
    display = desk.editing.volume_node.GetDisplayNode()
    display.SetApplyThreshold(True)
    assert "threshold hides a part of 'CT'" in notices()
    display.SetApplyThreshold(False)
    assert notices() == ""


def test_the_window_that_the_model_gets_is_in_the_status_line(desk):
    display = desk.editing.volume_node.GetDisplayNode()
    display.SetWindowLevel(200.0, 120.0)
    desk.settle()
    desk.click("Red", desk.editing.ras(8, 12, 12))
    assert "window 20 to 220" in desk.controller.panel.status.text
    display.SetWindowLevel(100.0, 50.0)
    desk.settle()
    assert "window 20 to 220" in desk.controller.panel.status.text, "frozen with the first prompt"
    assert "view Red" in desk.controller.panel.status.text


def test_a_click_outside_adds_to_what_is_said_of_the_view(desk, other, composite, notices):
    composite.SetForegroundVolumeID(other.GetID())
    composite.SetForegroundOpacity(0.4)
    red = desk.editing.views["Red"]
    red.click(red.ras(1, 1))
    lines = notices().splitlines()
    assert "outside the volume" in lines[0] and "PET" in lines[-1]
