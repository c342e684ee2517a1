"""One button leads from any state of the scene into the Segment Editor with the effect active."""

from __future__ import annotations

from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import DependencyError, InputError

MODULE_FILE = Path(__file__).resolve().parents[2] / "SAMSegmenter" / "SAMSegmenter.py"


@pytest.fixture
def open_editor(complaints, register_probe):
    import slicer

    register_probe(name="Probe")
    slicer.app._open_window()
    from SAMSegmenterLib.desktop.open_editor import open_segment_editor

    return open_segment_editor


@pytest.fixture
def the_editor(open_editor):
    import slicer

    return lambda: slicer.modules.segmenteditor.widgetRepresentation().self().editor


def load_volume():
    from SAMSegmenterLib.desktop.sample_data import load_sample

    return load_sample()[0]


def test_without_a_volume_it_says_so(open_editor):
    with pytest.raises(InputError, match="no volume"):
        open_editor("Probe")


def test_an_empty_scene_with_a_volume_gets_segmentation_and_segment(open_editor, the_editor):
    volume = load_volume()
    open_editor("Probe")
    editor = the_editor()
    assert editor.sourceVolumeNode() is volume
    assert editor.segmentationNode().GetSegmentation().GetNumberOfSegments() == 1
    assert editor.currentSegmentID() == editor.segmentationNode().GetSegmentation().GetNthSegmentID(0)
    assert editor.activeEffect().name == "Probe"


def test_what_was_chosen_stays(open_editor, the_editor):
    import slicer

    volume = load_volume()
    open_editor("Probe")
    segmentation = the_editor().segmentationNode()
    second = segmentation.GetSegmentation().AddEmptySegment("second")
    the_editor().mrmlSegmentEditorNode().SetSelectedSegmentID(second)
    load_volume()
    slicer.util.selectModule("SegmentEditor")
    open_editor("Probe")
    assert the_editor().segmentationNode() is segmentation and the_editor().sourceVolumeNode() is volume
    assert the_editor().currentSegmentID() == second
    assert segmentation.GetSegmentation().GetNumberOfSegments() == 2


def test_a_missing_effect_is_said(open_editor):
    load_volume()
    with pytest.raises(DependencyError, match="no effect 'Nothing'"):
        open_editor("Nothing")


def test_it_is_the_effect_sam_that_the_page_opens(complaints, tmp_path, monkeypatch):
    import slicer

    from SAMSegmenterLib.desktop.open_editor import open_segment_editor
    from SAMSegmenterLib.desktop.settings_store import write_preferences
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from SAMSegmenterLib.session.preferences import Preferences
    from support.desktop import load_module_file

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))
    write_preferences(Preferences(device="cpu"))
    load_module_file(MODULE_FILE).registerEffect()
    slicer.app._open_window()
    load_volume()
    open_segment_editor()
    effect = slicer.modules.segmenteditor.widgetRepresentation().self().editor.activeEffect()
    assert effect.name == "SAM"
    assert (effect.parameter("Model"), effect.parameter("Device")) == ("sam-small", "cpu")
    slicer.modules.segmenteditor.widgetRepresentation().self().editor.setActiveEffect(None)
    replace_service(None)
