from __future__ import annotations

import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Candidates
from support.desktop.module_parent import ModuleParent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def a_module(a_desktop):
    from support.desktop import load_module_file

    return load_module_file(ROOT / "SAMSegmenter" / "SAMSegmenter.py")


@pytest.fixture
def a_page(a_module, tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "models"))
    widget = a_module.SAMSegmenterWidget()
    widget.enter()
    yield widget
    widget.cleanup()


def test_the_module_introduces_itself(a_module):
    parent = ModuleParent()
    a_module.SAMSegmenter(parent)
    assert parent.title == "SAM Segmenter"
    assert parent.categories == ["Segmentation"]
    assert all([parent.contributors, parent.acknowledgementText])
    assert "not for diagnosis" in parent.helpText


def test_the_page_lists_the_registrys_models_and_the_packages(a_page):
    names = {spec.name for spec in a_page.logic.models()}
    table = a_page.ui.modelsTable
    assert {table.topLevelItem(row).text(0) for row in range(table.topLevelItemCount)} == names
    assert {"sam-small", "vit_b"} <= names
    assert a_page.ui.packagesTable.topLevelItem(0).text(0) == "torch"
    assert a_page.ui.installationSection.collapsed  # everything is installed here


def test_the_page_opens_where_no_package_is_installed():
    code = """
import sys
for name in ("torch", "segment_anything", "safetensors"):
    sys.modules[name] = None
sys.path[:0] = [r"ROOT/Testing", r"ROOT/SAMSegmenter"]
from pathlib import Path
from support.desktop import install, load_module_file
install()
module = load_module_file(Path(r"ROOT/SAMSegmenter/SAMSegmenter.py"))
widget = module.SAMSegmenterWidget()
widget.enter()
print(widget.ui.modelsTable.topLevelItemCount)
widget.cleanup()
""".replace("ROOT", str(ROOT))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert ended.stdout.strip().isdigit() and int(ended.stdout) >= 5, ended.stderr


def test_the_sample_is_loaded_by_a_button(a_page):
    import slicer

    a_page.ui.sampleButton.click()
    node = slicer.util.getNode("SyntheticAbdomenCT")
    assert slicer.util.arrayFromVolume(node).shape == (32, 160, 192)
    assert "Loaded" in a_page.ui.startMessageLabel.text


def test_opening_the_editor_without_a_volume_says_what_to_do(a_page):
    a_page.ui.openEditorButton.click()
    assert "no volume" in a_page.ui.startMessageLabel.text


def test_where_there_is_no_module_sample_data_nothing_is_registered(a_module, monkeypatch):
    monkeypatch.setitem(sys.modules, "SampleData", None)
    a_module.registerSamples()


def test_the_modules_own_test_passes_without_a_window(a_module):
    import slicer

    assert slicer.app.layoutManager() is None
    a_module.SAMSegmenterTest().runTest()


@pytest.fixture
def own_tests(a_module, complaints):
    """The module's tests one by one, as Slicer's `runUnitTest` runs them, with views and the effect registered."""
    import slicer

    from support.desktop import subject_hierarchy

    subject_hierarchy.follow(slicer.mrmlScene)
    a_module.registerEffect()
    slicer.app._open_window()
    return unittest.TestLoader().loadTestsFromTestCase(a_module.SAMSegmenterTest)


def test_the_modules_own_tests_pass_with_views(own_tests):
    result = unittest.TestResult()
    own_tests.run(result)
    assert [text for _test, text in (*result.errors, *result.failures)] == []
    assert result.testsRun == 9 and not result.skipped


def test_the_modules_own_tests_notice_a_mask_beside_its_place(own_tests, monkeypatch):
    from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor

    monkeypatch.setattr(BrightnessPredictor, "_bright", lambda self, embedding: _shifted(embedding))
    result = unittest.TestResult()
    own_tests.run(result)
    failed = {test.id().rpartition(".")[2] for test, _text in result.failures}
    assert failed == {
        "test_AClickInAViewBecomesASegmentAndIsUndone",
        "test_AnAcceptedSliceIsPropagatedAndUndone",
        "test_PromptsAndSegmentsAreSavedWithTheScene",
    }


def _shifted(embedding):
    """The ball one pixel beside its place."""
    return Candidates(np.roll(embedding.features > 127, 1, axis=2), np.ones(1, np.float32))


def test_a_page_without_a_parent_makes_its_own_window_once(a_module):
    widget = a_module.SAMSegmenterWidget()
    assert widget.page is not None and widget.parent.isVisible()
    widget.enter()
    widget.cleanup()
    assert widget.page.settings._connections == []
