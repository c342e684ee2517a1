"""Traps of PythonQt that PySide6 does not have: the stand-in falls into them as Slicer does, or no code comes near."""

from __future__ import annotations

import ast
import gc
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for module in ("SAMSegmenter", "SAMBenchmark")
    for path in (ROOT / module).rglob("*.py")
    if "qt" in path.read_text(encoding="utf-8")
)
UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0"><class>Form</class>
 <widget class="qMRMLWidget" name="Form"><layout class="QVBoxLayout" name="rows">
  <item><widget class="QSpinBox" name="stepBox">
   <property name="SlicerParameterName" stdset="0"><string>step</string></property></widget></item>
  <item><widget class="ctkUnheardOf" name="strangeThing"/></item></layout></widget>
 <customwidgets>
  <customwidget><class>qMRMLWidget</class><extends>QWidget</extends><header>qMRMLWidget.h</header></customwidget>
  <customwidget><class>ctkUnheardOf</class><extends>QWidget</extends><header>ctkUnheardOf.h</header></customwidget>
 </customwidgets>
 <connections><connection><sender>Form</sender><signal>mrmlSceneChanged(vtkMRMLScene*)</signal>
  <receiver>strangeThing</receiver><slot>setMRMLScene(vtkMRMLScene*)</slot></connection></connections>
</ui>
"""


@pytest.fixture
def qt(a_stand_in):
    import qt

    return qt


def test_a_dynamic_property_can_be_set_once_it_is_declared(qt):
    label = qt.QLabel()
    with pytest.raises(AttributeError):
        label.role = "title"
    label.setProperty("role", "note")
    label.role = "title"
    assert label.property("role") == "title"


def test_connecting_says_whether_it_worked_and_signals_can_be_sent_by_emit(qt):
    box, seen = qt.QSpinBox(), []
    assert box.connect("valueChanged(int)", seen.append) is True
    box.valueChanged.emit(3)
    assert seen == [3]


def test_a_timer_without_a_parent_ends_with_its_variable(qt, a_stand_in):
    fired = []
    timer = qt.QTimer()
    timer.setInterval(0)
    timer.connect("timeout()", lambda: fired.append(1))
    timer.start()
    a_stand_in.processEvents()
    before = len(fired)
    assert before >= 1
    del timer
    gc.collect()
    a_stand_in.processEvents()
    assert len(fired) == before


def test_a_single_shot_takes_a_function(qt, a_stand_in, wait_until):
    fired = []
    qt.QTimer.singleShot(0, lambda: fired.append(1))
    wait_until(lambda: fired == [1])


def test_texts_that_are_not_set_are_empty_and_never_none(qt):
    assert (qt.QLineEdit().text, qt.QLabel().toolTip, qt.QComboBox().currentText) == ("", "", "")


def test_settings_give_none_for_what_is_missing_and_texts_for_what_was_written(qt, a_stand_in):
    settings = qt.QSettings()
    assert settings.value("Missing/Key") is None
    settings.setValue("Some/Flag", True)
    settings.sync()
    assert settings.value("Some/Flag") in (True, "true")


def test_data_of_items_comes_back_as_it_was_given(qt):
    box = qt.QComboBox()
    box.addItem("first", "a")
    box.addItem("second", 2)
    assert (box.itemData(0), box.itemData(1), box.findData(2), box.currentData) == ("a", 2, 1, "a")


def test_check_states_are_numbers_and_setchecked_takes_a_truth(qt):
    box = qt.QCheckBox()
    box.setChecked(True)
    assert box.checkState() == qt.Qt.Checked == 2 and box.checked is True


def test_a_form_keeps_its_dynamic_properties_and_survives_unknown_classes_and_connections(qt, tmp_path):
    import slicer

    (tmp_path / "Form.ui").write_text(UI, encoding="utf-8")
    widget = slicer.util.loadUI(str(tmp_path / "Form.ui"))
    names = slicer.util.childWidgetVariables(widget)
    assert names.stepBox.property("SlicerParameterName") == "step"
    assert names.strangeThing.isWidgetType()
    widget.setMRMLScene(slicer.mrmlScene)


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_no_code_asks_whether_a_widget_is_one_of_qts_classes(file):
    """Slicer's widgets are not instances of `qt.QWidget`; here they are."""
    for call in (node for node in ast.walk(_tree(file)) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in ("isinstance", "issubclass"):
            names = {node.value.id for node in ast.walk(call) if _of_a_name(node)}
            assert not names & {"qt", "ctk"}, f"{file.name}:{call.lineno}"


@pytest.mark.parametrize("file", FILES, ids=lambda path: path.name)
def test_enums_are_named_as_both_qt_5_and_qt_6_know_them(file):
    """`qt.Qt.CrossCursor`, not `qt.Qt.CursorShape.CrossCursor`, which PySide6 takes as well."""
    for node in ast.walk(_tree(file)):
        path = _dotted(node)
        if path[:1] == ["qt"] and len(path) >= 4:
            assert not all(part[0].isupper() for part in path[1:4]), f"{file.name}:{node.lineno} {'.'.join(path)}"


def _tree(file):
    return ast.parse(file.read_text(encoding="utf-8"))


def _of_a_name(node):
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)


def _dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return [node.id, *reversed(parts)] if isinstance(node, ast.Name) and parts else []
