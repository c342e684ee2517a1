"""Proposals in the panel."""

from __future__ import annotations

import pytest


@pytest.fixture
def section(complaints):
    import qt

    from SAMSegmenterLib.desktop.structure_section import StructureSection

    holder, heard = qt.QWidget(), []
    made = StructureSection(qt.QFormLayout(holder), lambda name: lambda: heard.append(name))
    made.heard, made.holder = heard, holder
    return made


def test_picked_structures_go_to_the_selected_segment_unless_a_new_one_is_wanted(section):
    assert section.new_name is None and not section.name.enabled
    section.as_new.click()
    assert section.new_name == "Structure" and section.name.enabled
    section.name.text = "  Nodule "
    assert section.new_name == "Nodule"
    section.as_new.click()
    assert section.new_name is None and not section.name.enabled


def test_an_empty_name_becomes_a_usual_one(section):
    section.as_new.click()
    section.name.text = "  "
    assert section.new_name == "Structure"


def test_proposals_are_asked_for(section):
    section.propose.click()
    assert section.heard == ["proposals"]
