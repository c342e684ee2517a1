"""Prompts in the panel."""

from __future__ import annotations

import pytest


@pytest.fixture
def section(complaints):
    import qt

    from SAMSegmenterLib.desktop.prompt_section import PromptSection

    holder = qt.QWidget()
    made = PromptSection(qt.QFormLayout(holder), lambda: heard.append(made.values()), lambda name: lambda: None)
    heard = made.heard = []
    made.holder = holder
    return made


def test_tool_and_side_are_chosen(section):
    section.tool.buttons["scribble"].click()
    section.label.buttons["0"].click()
    assert section.heard == [{"tool": "scribble", "label": 1}, {"tool": "scribble", "label": 0}]


def test_options_are_shown(section):
    from SAMSegmenterLib.desktop.effect_options import EffectOptions

    section.show(EffectOptions(tool="lasso", label=0))
    assert section.values() == {"tool": "lasso", "label": 0} and section.heard == []


def test_marks_enable_steps_back_and_forth(section):
    section.show_marks(1, True, False)
    assert [one.enabled for one in (section.clear, section.undo, section.redo)] == [True, True, False]
    section.show_marks(0, False, True)
    assert [one.enabled for one in (section.clear, section.undo, section.redo)] == [False, False, True]
