"""The section alone: what it asks for, what it shows and what can be pressed when."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.strip_layout import StripContent


@pytest.fixture
def section(complaints):
    from SAMSegmenterLib.desktop.propagation_section import PropagationSection

    heard, changes = [], []
    made = PropagationSection(
        lambda *_: changes.append(1), lambda node: None, lambda *asked: lambda: heard.append(asked)
    )
    made.heard, made.changes = heard, changes
    yield made
    made.let_go()


@pytest.fixture
def state(section):
    from SAMSegmenterLib.session.propagation_state import PropagationState

    slices = tuple(StripSlice(index, 0.8, "carried", True, False) for index in (4, 5, 7))
    strip = StripContent(slices, frozenset({6}), shown=5, worst=7)
    return PropagationState(False, True, True, None, strip, ("Up: ended.",), (0, 30), 5, True)


def pressable(section):
    names = ("propagate", "up", "down", "stop_mark", "cancel", "worst", "edit", "accept", "accept_range", "reject")
    return {name for name in names if getattr(section, name).enabled and not getattr(section, name).isHidden()}


def test_without_a_volume_nothing_can_be_pressed(section):
    assert pressable(section) == set()
    assert section.strip.isHidden() and section.progress_row.isHidden()


def test_what_can_be_pressed_follows_what_there_is(section, state):
    section.show_state(replace(state, strip=StripContent(shown=5), has_results=False, can_accept=False, ends=()))
    assert pressable(section) == {"propagate", "up", "down", "stop_mark"}
    section.show_state(state)
    assert pressable(section) == {"propagate", "up", "down", "stop_mark", "worst", "edit", "accept", "reject"}
    section.strip.choose((4, 5))
    assert "accept_range" in pressable(section)
    section.show_state(replace(state, is_running=True))
    assert {"cancel", "reject", "accept"} <= pressable(section) and "propagate" not in pressable(section)
    section.show_state(replace(state, can_accept=False))
    assert {"accept", "accept_range"}.isdisjoint(pressable(section)) and "reject" in pressable(section)
    section.show_state(replace(state, strip=replace(state.strip, shown=6)))
    assert "edit" not in pressable(section), "nothing was carried to a keyframe"


def test_progress_is_there_while_it_runs(section, state):
    section.show_state(replace(state, is_running=True, progress=ProgressEvent("propagating", 3, 12, 8.0)))
    assert (section.progress.value, section.progress.maximum) == (3, 12) and not section.progress_row.isHidden()
    assert section.progress_words.text == "3 of 12 slices, about 8 s left"
    section.show_state(replace(state, is_running=True, progress=ProgressEvent("propagating", 3)))
    assert section.progress.maximum == 0, "a bar without an end"
    section.show_state(state)
    assert section.progress_row.isHidden()


def test_the_request_is_what_the_user_chose(section, state):
    section.show_state(state)
    assert (section.first.value, section.last.value, section.first.maximum) == (0, 30, 30)
    section.show(SimpleNamespace(propagation_range="slices", propagation_segments="all"))
    section.first.setValue(20)
    section.last.setValue(10)
    section.propagate.click()
    ((name, request),) = section.heard
    assert name == "propagate"
    assert (request.kind, request.first, request.last, request.only_selected) == ("slices", 10, 20, False)
    assert section.values() == {"propagation_range": "slices", "propagation_segments": "all"}
    section.show_state(replace(state, ends=()))
    assert (section.first.value, section.last.value) == (20, 10), "numbers stay while the volume does"
    section.show_state(replace(state, slice_range=(0, 99)))
    assert (section.first.value, section.last.value) == (0, 99)


def test_only_what_belongs_to_the_range_is_shown(section):
    for kind, slices, region in (("end", False, False), ("slices", True, False), ("region", False, True)):
        section.range.show(kind)
        section.range.widget.activated.emit(0)
        assert (not section.slices.isHidden(), not section.chooser.widget.isHidden()) == (slices, region)
    assert len(section.changes) == 3


def test_the_strip_asks_for_slices_and_ranges(section, state):
    section.show_state(state)
    section.strip._on_go(7)
    section.strip.choose((4, 7))
    section.accept_range.click()
    assert section.heard == [("go_to_slice", 7), ("accept_range", 4, 7)]
    assert section.strip.chosen is None


def test_the_stop_mark_is_down_only_where_there_is_one(section, state):
    section.show_state(state)
    section.stop_mark.click()
    assert section.heard == [("stop_mark",)] and not section.stop_mark.checked
    section.show_state(replace(state, strip=replace(state.strip, stop_marks=frozenset({5}))))
    assert section.stop_mark.checked


@pytest.mark.parametrize("width", [350, 620])
def test_nothing_is_cut_in_a_narrow_panel(section, state, a_desktop, width):
    import qt

    section.show(SimpleNamespace(propagation_range="slices", propagation_segments="all"))
    section.show_state(replace(state, is_running=True, progress=ProgressEvent("propagating", 30, 120, 80.0)))
    section.strip.choose((100, 200))
    section.widget.resize(width, 600)
    section.widget.show()
    a_desktop.processEvents()
    assert section.widget.layout().minimumSize().width() <= width
    for one in section.widget.findChildren(qt.QToolButton):
        if one.isVisible() and one.text:
            assert one.width > qt.QFontMetrics(one.font).horizontalAdvance(one.text), one.text
    section.widget.hide()
