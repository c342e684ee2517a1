from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

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
    widget.setup()
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
widget.setup()
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


def test_samples_are_registered_once_and_load_without_a_network(a_desktop):
    import slicer

    from SAMSegmenterLib.desktop.sample_data import register_samples

    registered = []
    logic = SimpleNamespace(registerCustomSampleDataSource=lambda **named: registered.append(named))
    register_samples(SimpleNamespace(SampleDataLogic=logic))
    assert [source["sampleName"] for source in registered] == ["SyntheticAbdomenCT", "SyntheticAbdomenCTWithReference"]
    volume, reference = registered[1]["customDownloader"](None)
    assert reference.GetSegmentation().GetNumberOfSegments() == 6
    liver = reference.GetSegmentation().GetSegmentIdBySegmentName("liver")
    mask = slicer.util.arrayFromSegmentBinaryLabelmap(reference, liver, volume).astype(bool)
    assert abs(np.mean(slicer.util.arrayFromVolume(volume)[mask]) - 110) < 1


def test_where_there_is_no_module_sample_data_nothing_is_registered(a_module, monkeypatch):
    monkeypatch.setitem(sys.modules, "SampleData", None)
    a_module.registerSamples()
    asked = []
    module = ModuleType("SampleData")
    module.SampleDataLogic = SimpleNamespace(registerCustomSampleDataSource=lambda **named: asked.append(named))
    monkeypatch.setitem(sys.modules, "SampleData", module)
    a_module.registerSamples()
    assert all(Path(source["thumbnailFileName"]).is_file() for source in asked) and len(asked) == 2


def test_the_modules_own_test_passes(a_module):
    a_module.SAMSegmenterTest().runTest()
