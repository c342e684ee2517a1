"""The panel as a whole: options in and out, buttons, notices, and how it looks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

ACTIONS = (
    *("accept", "reject", "clear", "undo", "redo", "use_segment", "uncertainty", "keep_uncertainty", "proposals"),
    *("outline_region", "outline_marked", "accept_stack", "reject_stack", "cancel", "recover", "dismiss"),
    *("propagate_up", "propagate_down", "stop_mark", "cancel_propagation", "accept_propagation", "reject_propagation"),
    *("worst", "edit_carried"),
)
WITH_ARGUMENTS = ("propagate", "accept_range", "go_to_slice", "stopwatch")


class Heard:
    def __init__(self):
        self.options, self.regions, self.actions = [], [], []


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def panel(complaints, heard):
    from SAMSegmenterLib.desktop.effect_panel import EffectPanel

    actions = {name: lambda name=name: heard.actions.append(name) for name in ACTIONS}
    actions |= {name: lambda *given, name=name: heard.actions.append(name) for name in WITH_ARGUMENTS}
    actions["candidate"] = lambda index: heard.actions.append(f"candidate {index}")
    made = EffectPanel(heard.options.append, heard.regions.append, actions)
    made.settings.set_models(["sam-small", "vit_b"])
    yield made
    made.disconnect_all()


def chosen():
    from SAMSegmenterLib.desktop.effect_options import EffectOptions

    return EffectOptions("vit_b", "cpu", "lasso", 0, "remove", "lung", "largest", 1, 12.5, 1.5, 1)


def places(panel):
    return [panel.stack.chooser.place, panel.propagation.chooser.place]


def buttons(panel):
    import qt

    kinds = (qt.QToolButton,)
    inside_place = [one for place in places(panel) for one in place.findChildren(qt.QToolButton)]
    return [one for kind in kinds for one in panel.widget.findChildren(kind) if one not in inside_place and one.text]


def test_options_that_are_shown_are_read_back_and_nobody_is_told(panel, heard):
    panel.show_options(chosen())
    assert panel.options() == chosen()
    assert heard.options == []


def test_each_choice_of_the_user_is_told_with_all_options(panel, heard):
    panel.show_options(chosen())
    panel.prompts.tool.buttons["box"].click()
    assert heard.options[-1] == replace(chosen(), tool="box")
    panel.settings.fill_holes.click()
    panel.settings.smooth.value = 3
    panel.mask.mode.show("add")
    panel.mask.mode.widget.activated.emit(1)
    assert heard.options[-1] == replace(chosen(), tool="box", fill_holes=0, smooth_px=3.0, mode="add")


def test_every_button_does_its_own_action(panel, heard):
    panel.mask.show_candidates([0.9, 0.8, 0.7], 0)
    panel.propagation.strip.choose((2, 3))
    for one in buttons(panel):
        one.setEnabled(True)
        one.click()
    counted = Counter(heard.actions)
    assert set(counted) == {
        *ACTIONS,
        "stopwatch",
        "propagate",
        "accept_range",
        "candidate 0",
        "candidate 1",
        "candidate 2",
    }
    assert set(counted.values()) == {1}


def test_everything_that_can_be_used_has_a_tool_tip(panel):
    import qt

    panel.mask.show_candidates([0.9, 0.8, 0.7], 0)
    for kind in (qt.QCheckBox, qt.QLineEdit, qt.QDoubleSpinBox):
        for one in panel.widget.findChildren(kind):
            if one.name != "qt_spinbox_lineedit":
                assert one.toolTip, one
    for one in buttons(panel):
        assert one.toolTip, one.text
    for one in (panel.mask.mode, panel.settings.window, panel.settings.keep, panel.settings.model):
        assert one.widget.toolTip


def test_every_text_goes_through_the_translation(a_stand_in, complaints, monkeypatch):
    """All files of the panel are loaded again with a translation that marks what passes through it."""
    import importlib
    import sys

    import qt
    import slicer.i18n

    names = ("panel_parts", "panel_texts", "prompt_section", "mask_section", "structure_section", "stack_section")
    more = (
        "region_chooser",
        "propagation_texts",
        "confidence_strip",
        "propagation_section",
        "settings_section",
        "stopwatch_section",
    )
    modules = [f"SAMSegmenterLib.desktop.{name}" for name in (*names, *more, "effect_panel")]
    before = [importlib.import_module(name) for name in modules]
    monkeypatch.setattr(slicer.i18n, "tr", lambda text: f"~{text}")
    for name, module in zip(modules, before, strict=True):
        monkeypatch.setattr(name, module)  # the package's attribute, too, is put back at the end
        monkeypatch.delitem(sys.modules, name)
    panel = importlib.import_module(modules[-1]).EffectPanel(lambda _: None, lambda _: None, {})
    plain = []
    for kind in (qt.QLabel, qt.QToolButton, qt.QCheckBox):
        for one in panel.widget.findChildren(kind):
            if one.parent() not in places(panel):
                plain += [text for text in (one.text, one.toolTip) if text and not text.startswith("~")]
    assert panel.stack.widget.text.startswith("~") and panel.settings.widget.text.startswith("~")
    assert plain == []
    panel.disconnect_all()


def test_notices_are_shown_in_red_when_something_went_wrong(panel):
    assert panel.notices.isHidden()
    panel.show_notices("Lost.", True)
    assert not panel.notices.isHidden() and "color" in panel.notices.styleSheet
    panel.show_notices("Found.", False)
    assert (panel.notices.text, panel.notices.styleSheet) == ("Found.", "")
    panel.show_notices("", False)
    assert panel.notices.isHidden()


def test_stop_can_be_pressed_while_the_model_works(panel):
    panel.show_status("sam-small on cpu", True)
    assert panel.cancel.enabled and panel.status.text == "sam-small on cpu"
    panel.show_status("", False)
    assert not panel.cancel.enabled


def test_prompts_are_offered_for_recovery_only_when_there_are_some(panel):
    assert panel.recovery.isHidden()
    panel.show_recovery("Prompts on 3 slices")
    assert not panel.recovery.isHidden() and panel.recovery_text.text == "Prompts on 3 slices"


def test_marks_enable_what_can_be_done_with_them(panel):
    def enabled():
        prompts = panel.prompts
        return [one.enabled for one in (prompts.clear, panel.mask.reject, prompts.undo, prompts.redo)]

    panel.show_marks(0, False, False, False)
    assert enabled() == [False] * 4
    panel.show_marks(2, True, True, True)
    assert enabled() == [True] * 4


def test_nothing_is_told_after_the_end(panel, heard):
    panel.disconnect_all()
    panel.prompts.tool.buttons["box"].click()
    panel.structures.propose.click()
    assert heard.options == [] and heard.actions == []


@pytest.mark.parametrize("width", [350, 480])
def test_no_text_is_cut_in_a_narrow_panel(panel, a_desktop, width):
    import qt

    panel.mask.show_candidates([0.9, 0.8, 0.7], 0)
    panel.stack.widget.collapsed = False
    panel.show_notices("Nothing was written: all 180 voxels are protected by masking. " * 2, True)
    panel.widget.resize(width, 900)
    panel.widget.show()
    a_desktop.processEvents()
    assert panel.widget.layout().minimumSize().width() <= width
    seen = 0
    for one in (*buttons(panel), *panel.widget.findChildren(qt.QCheckBox)):
        if one.isVisible():
            seen += 1
            assert one.width > qt.QFontMetrics(one.font).horizontalAdvance(one.text), one.text
            assert panel.widget.rect.contains(one.mapTo(panel.widget, one.rect.center()))
    assert seen > 20
    panel.widget.hide()
