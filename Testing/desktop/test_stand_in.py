"""The stand-in is as strict as PythonQt where PySide6 is lax."""

from __future__ import annotations

import gc

import pytest


@pytest.fixture
def qt(a_desktop):
    import qt

    if not hasattr(qt.QObject, "_behaves_like_pythonqt"):
        pytest.skip("this is Slicer's own Qt")
    return qt


def test_properties_are_values_that_can_be_set(qt):
    button = qt.QPushButton("Run")
    assert button.text == "Run"
    button.text = "Stop"
    assert button.text == "Stop"
    button.setText("Again")
    assert (button.text, button.enabled, button.isEnabled()) == ("Again", True, True)
    with pytest.raises(TypeError):
        button.text()


def test_unknown_attributes_cannot_be_set_on_qts_classes_and_can_on_ones_own(qt):
    with pytest.raises(AttributeError, match="txet"):
        qt.QPushButton().txet = "Run"

    class Panel(qt.QWidget):
        pass

    panel = Panel()
    panel.choices = 3
    assert panel.choices == 3


def test_read_only_properties_cannot_be_set(qt):
    with pytest.raises(AttributeError, match="count"):
        qt.QComboBox().count = 3


def test_slots_get_as_many_arguments_as_signature_and_function_take(qt):
    button, seen = qt.QPushButton(), []
    button.checkable = True
    button.connect("clicked()", lambda *arguments: seen.append(("clicked()", *arguments)))
    button.connect("clicked(bool)", lambda *arguments: seen.append(("clicked(bool)", *arguments)))
    button.clicked.connect(lambda: seen.append("none"))
    button.click()
    assert seen == [("clicked()",), ("clicked(bool)", True), "none"]


def test_a_signal_that_does_not_exist_is_an_error(qt):
    with pytest.raises(ValueError, match="clickd"):
        qt.QPushButton().connect("clickd()", print)


def test_connections_hold_on_to_the_receiver_until_they_are_undone(qt):
    class Receiver:
        seen = 0

        def slot(self):
            Receiver.seen += 1

    button = qt.QPushButton()
    receiver = Receiver()
    button.connect("clicked()", receiver.slot)
    slot = receiver.slot
    del receiver
    gc.collect()
    button.click()
    assert Receiver.seen == 1
    assert button.disconnect("clicked()", slot)
    button.click()
    assert Receiver.seen == 1
    assert not button.disconnect("clicked()", slot)


def test_calling_a_signal_sends_it(qt):
    box, seen = qt.QSpinBox(), []
    box.connect("valueChanged(int)", seen.append)
    box.valueChanged(7)
    assert seen == [7]


def test_objects_have_name_and_class_name(qt):
    label = qt.QLabel()
    label.objectName = "statusLabel"
    assert (label.name, label.className()) == ("statusLabel", "QLabel")


def test_a_ctk_widgets_properties_can_be_set_and_unknown_ones_not(qt):
    import ctk

    button, seen = ctk.ctkCollapsibleButton(), []
    button.connect("contentsCollapsed(bool)", seen.append)
    button.collapsed = True
    assert (button.collapsed, seen) == (True, [True])
    with pytest.raises(AttributeError):
        button.colapsed = False


def test_calls_that_return_nothing_use_nothing_up(qt):
    import sys

    label = qt.QLabel()
    before = sys.getrefcount(None)
    for _ in range(3000):
        label.setText("text")
    assert sys.getrefcount(None) > 10**6 or sys.getrefcount(None) >= before - 100
