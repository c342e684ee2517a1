"""The strip of slices: how it looks, and what mouse and keys do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.strip_layout import StripContent, StripLayout, confidence_colour

FIRST, LAST, WIDTH = 3, 12, 300


def a_slice(index, confidence=0.9, final=True, accepted=False, origin="carried"):
    return StripSlice(index, confidence, origin, final, accepted)


def content(**changes):
    slices = tuple(
        a_slice(index, {5: 0.3, 9: 0.6}.get(index, 0.9), final=index != LAST, accepted=index == 4)
        for index in range(FIRST, LAST + 1)
        if index != 7
    )
    given = a_slice(7, 1.0, accepted=True, origin="keyframe")
    slices = tuple(sorted((*slices, given), key=lambda one: one.index))
    whole = StripContent(slices, frozenset({7}), frozenset({10}), shown=8, worst=5)
    return replace(whole, **changes)


class Heard:
    def __init__(self):
        self.went, self.ranges = [], []


@pytest.fixture
def heard():
    return Heard()


@pytest.fixture
def strip(complaints, heard, a_desktop):
    from SAMSegmenterLib.desktop.confidence_strip import ConfidenceStrip

    made = ConfidenceStrip(heard.went.append, heard.ranges.append, lambda content, index: f"slice {index}")
    made.resize(WIDTH, 72)
    made.show_content(content())
    made.show()
    a_desktop.processEvents()
    yield made
    made.let_go()
    made.close()


def x_of(index):
    return StripLayout(FIRST, LAST, WIDTH).middle(index)


def mouse(strip, kind, index, button=True):
    import qt
    from PySide6.QtTest import QTest

    place = qt.QPoint(x_of(index), 40)
    if kind == "Move":
        held = qt.Qt.LeftButton if button else qt.Qt.NoButton
        event = qt.QMouseEvent(
            qt.QEvent.MouseMove, qt.QPointF(place), strip.mapToGlobal(qt.QPointF(place)), held, held, qt.Qt.NoModifier
        )
        qt.QCoreApplication.sendEvent(strip, event)
    else:
        getattr(QTest, f"mouse{kind}")(strip, qt.Qt.LeftButton, qt.Qt.NoModifier, place)


def press(strip, key, shift=False):
    import qt
    from PySide6.QtTest import QTest

    QTest.keyClick(strip, getattr(qt.Qt, f"Key_{key}"), qt.Qt.ShiftModifier if shift else qt.Qt.NoModifier)


def pixel(strip, x, y):
    colour = strip.grab().toImage().pixelColor(x, y)
    return colour.red(), colour.green(), colour.blue()


def test_a_click_goes_to_the_slice_under_the_mouse(strip, heard):
    for index in (FIRST, 6, LAST):
        mouse(strip, "Press", index)
        mouse(strip, "Release", index)
    assert heard.went == [FIRST, 6, LAST] and heard.ranges == []


def test_a_drag_chooses_a_range_either_way_and_goes_nowhere(strip, heard):
    for start, end in ((5, 9), (9, 5)):
        mouse(strip, "Press", start)
        mouse(strip, "Move", 7)
        mouse(strip, "Move", end)
        mouse(strip, "Release", end)
        assert strip.chosen == (5, 9)
    assert heard.went == [] and heard.ranges[-1] == (5, 9)


def test_a_drag_that_comes_back_chooses_one_slice(strip, heard):
    mouse(strip, "Press", 5)
    mouse(strip, "Move", 6)
    mouse(strip, "Move", 5)
    mouse(strip, "Release", 5)
    assert strip.chosen == (5, 5) and heard.went == []


def test_arrow_keys_home_and_end_go_on_within_the_strip(strip, heard):
    for key in ("Right", "Left", "Home", "End"):
        press(strip, key)
    assert heard.went == [9, 7, FIRST, LAST]
    strip.show_content(content(shown=LAST))
    press(strip, "Right")
    assert heard.went[-1] == LAST
    strip.show_content(content(shown=None))
    press(strip, "Right")
    assert heard.went[-1] == FIRST + 1


def test_w_goes_to_the_worst_slice_even_if_the_editor_has_that_key(strip, heard, a_desktop):
    import qt

    taken = []
    shortcut = qt.QShortcut(qt.QKeySequence("W"), strip)
    shortcut.connect("activated()", lambda: taken.append("W"))
    strip.activateWindow()
    strip.setFocus()
    a_desktop.processEvents()
    press(strip, "W")
    assert heard.went == [5] and taken == []
    strip.show_content(content(worst=None))
    press(strip, "W")
    assert heard.went == [5]


def test_keys_with_shift_choose_and_escape_chooses_nothing(strip, heard):
    press(strip, "Right", shift=True)
    assert strip.chosen == (8, 9) and heard.went == [9]
    strip.show_content(content(shown=9))
    press(strip, "Right", shift=True)
    assert strip.chosen == (8, 10)
    press(strip, "Escape")
    assert strip.chosen is None and heard.ranges == [(8, 9), (8, 10), None]


def test_other_keys_are_left_to_others(strip, heard, a_desktop):
    import qt

    taken = []
    shortcuts = [qt.QShortcut(qt.QKeySequence(key), strip) for key in ("Q", "Esc")]
    for shortcut in shortcuts:
        shortcut.connect("activated()", lambda: taken.append(1))
    strip.activateWindow()
    strip.setFocus()
    a_desktop.processEvents()
    press(strip, "Q")
    press(strip, "Escape")
    assert heard.went == [] and heard.ranges == [] and len(taken) == 2


def test_an_empty_strip_does_nothing(strip, heard):
    strip.show_content(StripContent(shown=4))
    strip.grab()
    mouse(strip, "Press", 5)
    mouse(strip, "Move", 6)
    mouse(strip, "Release", 6)
    press(strip, "Home")
    assert heard.went == [] and heard.ranges == []


def test_the_tool_tip_says_what_the_mouse_is_over(strip):
    mouse(strip, "Move", 6, button=False)
    assert strip.toolTip.startswith("slice 6\n") and "drag to choose" in strip.toolTip
    mouse(strip, "Move", 9, button=False)
    assert strip.toolTip.startswith("slice 9\n")
    assert strip.chosen is None


def test_a_range_stays_while_slices_come_and_goes_with_them(strip, heard):
    strip.choose((5, 6))
    strip.show_content(content(shown=6))
    assert strip.chosen == (5, 6)
    strip.show_content(StripContent())
    assert strip.chosen is None and heard.ranges[-1] is None


def palette_of(kind):
    import qt

    light, dark = qt.QColor(255, 255, 255), qt.QColor(30, 30, 30)
    palette = qt.QPalette()
    palette.setColor(qt.QPalette.Base, dark if kind == "dark" else light)
    palette.setColor(qt.QPalette.Text, light if kind == "dark" else qt.QColor(0, 0, 0))
    return palette


@pytest.mark.parametrize("kind", ["light", "dark"])
def test_bars_say_by_height_and_colour_how_far_a_slice_is_trusted(strip, kind):
    strip.setPalette(palette_of(kind))
    on_dark = kind == "dark"
    background = (30, 30, 30) if on_dark else (255, 255, 255)
    for index, confidence in ((3, 0.9), (9, 0.6), (5, 0.3)):
        x = x_of(index) + 5
        assert pixel(strip, x, 58) == confidence_colour(confidence, on_dark)
        top = 72 - 12 - round(confidence * 48)
        assert pixel(strip, x, top + 1) == confidence_colour(confidence, on_dark)
        assert pixel(strip, x, top - 2) == background
    text = (255, 255, 255) if on_dark else (0, 0, 0)
    assert pixel(strip, x_of(7) + 5, 30) == text, "a keyframe is no guess"
    assert pixel(strip, x_of(LAST) + 5, 40) == background, "a rejected slice is hollow"
    assert pixel(strip, x_of(LAST) + 5, 72 - 12 - round(0.9 * 48)) == confidence_colour(0.9, on_dark)
    assert pixel(strip, x_of(4), 61) == text and pixel(strip, x_of(6), 61) == background, "what is accepted"
    assert pixel(strip, x_of(10), 6) == text, "a stop mark"


def test_the_range_chosen_is_shaded(strip):
    before = pixel(strip, x_of(5) + 3, 16)
    strip.choose((5, 6))
    assert pixel(strip, x_of(5) + 3, 16) != before
    assert pixel(strip, x_of(9) + 5, 16) == before


def test_many_slices_fit_a_narrow_strip(strip, heard):
    slices = tuple(a_slice(index, 0.2 if index == 500 else 0.9) for index in range(1000))
    strip.show_content(StripContent(slices, worst=500, shown=999))
    strip.resize(120, 72)
    picture = strip.grab().toImage()
    found = {picture.pixelColor(x, 58).red() for x in range(60, 62)}
    assert confidence_colour(0.2, False)[0] in found or confidence_colour(0.2, True)[0] in found


def test_nobody_is_told_after_the_end(strip, heard):
    strip.let_go()
    mouse(strip, "Press", 5)
    mouse(strip, "Release", 5)
    assert heard.went == []
