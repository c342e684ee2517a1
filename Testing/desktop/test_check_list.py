from __future__ import annotations

import pytest

LINES = [("one", "First", "tip one", True), ("two", "Second", "", True), ("three", "Third", "", False)]


@pytest.fixture
def a_list(a_desktop):
    import qt

    from SAMBenchmarkLib.desktop.check_list import CheckList

    told, gone_to = [], []
    listed = CheckList(qt.QListWidget(), lambda: told.append(listed.chosen()), gone_to.append)
    listed.told, listed.gone_to = told, gone_to
    yield listed
    listed.cleanup()


def test_chosen_names_are_those_with_a_mark(a_list):
    a_list.fill(LINES, ("two", "three"))
    assert a_list.chosen() == ("two",)  # the third cannot be chosen
    assert a_list.widget.item(0).toolTip() == "tip one"
    assert a_list.told == []


def test_a_mark_set_by_the_user_is_told(a_list):
    import qt

    a_list.fill(LINES, ())
    a_list.widget.item(0).setCheckState(qt.Qt.Checked)
    assert a_list.told == [("one",)]


def test_choosing_in_code_tells_nobody(a_list):
    a_list.fill(LINES, ("one",))
    a_list.choose(("two", "three", "unknown"))
    assert a_list.chosen() == ("two",)
    assert a_list.told == []


def test_the_line_that_the_user_goes_to_is_told(a_list):
    a_list.fill(LINES, ())
    a_list.widget.setCurrentRow(1)
    assert a_list.gone_to == ["two"]
