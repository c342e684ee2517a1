from __future__ import annotations

from pathlib import Path

import pytest

from support.desktop.module_parent import ModuleParent

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def a_module(a_desktop):
    from support.desktop import load_module_file

    return load_module_file(ROOT / "SAMSegmenter" / "SAMSegmenter.py")


def test_the_module_introduces_itself(a_module):
    parent = ModuleParent()
    a_module.SAMSegmenter(parent)
    assert parent.title == "SAM Segmenter"
    assert parent.categories == ["Segmentation"]
    assert all([parent.contributors, parent.acknowledgementText])
    assert "not for diagnosis" in parent.helpText


def test_the_panel_lists_the_registrys_models(a_module):
    widget = a_module.SAMSegmenterWidget()
    widget.setup()
    widget.enter()
    names = {spec.name for spec in widget.logic.models()}
    table = widget.panel._table
    assert {table.topLevelItem(row).text(0) for row in range(table.topLevelItemCount)} == names
    assert {"sam-small", "vit_b"} <= names


def test_the_modules_own_test_passes(a_module):
    a_module.SAMSegmenterTest().runTest()
