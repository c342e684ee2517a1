"""What every section of the panel does with its widgets."""

from __future__ import annotations

import types

import pytest

from SAMBenchmarkLib.desktop.panel_section import PanelSection


class Widget:
    """Remembers what is connected to it."""

    def __init__(self):
        self.slots = []

    def connect(self, signal, slot):
        self.slots.append((signal, slot))

    def disconnect(self, signal, slot):
        self.slots.remove((signal, slot))


@pytest.fixture
def told():
    return []


@pytest.fixture
def a_section(told):
    dialogs = types.SimpleNamespace(choose_folder=lambda title, start: f"{start}/{title}" if start else "")
    return PanelSection(types.SimpleNamespace(), dialogs, lambda: told.append("changed"))


def test_widgets_are_followed_until_the_section_lets_go(a_section, told):
    first, second = Widget(), Widget()
    a_section._follow([(first, "clicked()", a_section._changed)])
    a_section._follow([(second, "valueChanged(int)", a_section._changed)])
    first.slots[0][1]()
    second.slots[0][1](3)
    assert told == ["changed", "changed"]
    a_section.cleanup()
    a_section.cleanup()
    assert first.slots == second.slots == []


def test_what_the_program_fills_in_is_no_choice_of_the_user(a_section, told):
    a_section._filling = True
    a_section._changed()
    assert told == []


def test_a_chosen_folder_is_written_into_its_field_and_none_leaves_it(a_section):
    field = types.SimpleNamespace(text="", setText=lambda text: setattr(field, "text", text))
    assert not a_section._chosen_folder("images", field) and field.text == ""
    field.text = "/data"
    assert a_section._chosen_folder("images", field) and field.text == "/data/images"
