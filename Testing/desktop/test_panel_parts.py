"""Small parts of panels."""

from __future__ import annotations

import pytest

CHOICES = (("a", "First"), ("b", "Second"))


@pytest.fixture
def parts(a_desktop):
    from SAMSegmenterLib.desktop import panel_parts

    return panel_parts


@pytest.fixture
def heard():
    return []


def test_a_combo_box_shows_texts_and_stands_for_values(parts, heard):
    box = parts.combo(CHOICES, lambda *_: heard.append(box.value))
    assert (box.value, box.widget.currentText) == ("a", "First")
    box.show("b")
    assert (box.value, box.widget.currentText) == ("b", "Second")
    assert heard == []
    box.widget.activated.emit(1)
    assert heard == ["b"]


def test_a_value_that_is_not_in_the_list_is_added_to_it(parts, heard):
    box = parts.combo(CHOICES, heard.append)
    box.show("limits:0,255")
    assert box.value == "limits:0,255" and box.widget.count == 3
    box.show("limits:0,255")
    assert box.widget.count == 3 and heard == []


def test_a_combo_box_without_entries_has_no_value(parts, heard):
    box = parts.combo((), heard.append)
    assert box.value == ""
    box.set_choices(CHOICES)
    assert box.value == "a"


def test_of_a_row_of_choices_one_is_down(parts, heard):
    row = parts.ChoiceRow((("1", "Inside", "in"), ("0", "Outside", "out")), lambda: heard.append(row.value))
    assert row.value == "1"
    row.buttons["0"].click()
    assert row.value == "0" and heard == ["0"]
    assert [button.checked for button in row.buttons.values()] == [False, True]
    row.buttons["0"].click()
    assert row.buttons["0"].checked, "a second click does not let it up"
    row.show("nonsense")
    assert row.value == "1" and heard == ["0", "0"]


def test_buttons_and_boxes_have_tool_tips_and_tell_of_clicks(parts, heard):
    button = parts.button("Go", "Goes", lambda: heard.append("go"))
    box = parts.check_box("Fill", "Fills", lambda checked: heard.append(checked))
    button.click()
    box.click()
    assert (button.toolTip, box.toolTip, heard) == ("Goes", "Fills", ["go", True])


def test_a_number_box_has_limits_and_a_unit(parts, heard):
    box = parts.number_box(0, 20, 0.5, " px", heard.append)
    box.value = 50
    assert box.value == 20 and heard == [20] and box.text == "20.0 px"


def test_a_collapsed_heading_hides_what_is_below_and_keeps_what_was_hidden_before(parts, a_desktop):
    import qt

    heading, form = parts.collapsible("More", collapsed=True)
    shown, hidden = qt.QLabel("shown"), qt.QLabel("hidden")
    form.addRow(shown)
    form.addRow(hidden)
    hidden.setVisible(False)
    heading.show()
    a_desktop.processEvents()
    assert heading.text == "More" and not shown.isVisible()
    heading.collapsed = False
    a_desktop.processEvents()
    assert shown.isVisible() and not hidden.isVisible()
    heading.close()


def test_widgets_stand_beside_each_other(parts):
    import qt

    left, right = qt.QLabel("left"), qt.QLabel("right")
    row = parts.row(left, right)
    assert row.layout().count() == 3 and parts.row(qt.QLabel(), stretch=False).layout().count() == 1
    wide = qt.QLabel("wide")
    line = parts.row(qt.QLabel("narrow"), wide, wide=wide)
    line.resize(400, 20)
    line.layout().activate()
    assert line.layout().count() == 2 and wide.width > 300
    assert left.parent() is row
