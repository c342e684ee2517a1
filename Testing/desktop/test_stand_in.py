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


def test_everything_of_qt_is_in_one_namespace(qt):
    assert all(hasattr(qt, name) for name in ("QTimer", "QIcon", "QWidget", "QAction", "QShortcut", "QUiLoader"))


def test_children_are_attributes_by_their_names(qt):
    panel = qt.QWidget()
    button = qt.QPushButton("Run", panel)
    button.objectName = "runButton"
    assert panel.runButton is button
    with pytest.raises(AttributeError, match="stopButton"):
        _ = panel.stopButton


def test_lists_come_as_tuples_which_have_no_append(qt):
    panel = qt.QWidget()
    child = qt.QLabel(panel)
    assert panel.children() == (child,)
    assert panel.findChildren(qt.QLabel) == (child,)
    box = qt.QComboBox()
    box.addItems(["a", "b"])
    box.setProperty("choices", ["a", "b"])
    assert box.property("choices") == ("a", "b")


def test_default_arguments_of_a_slot_are_filled_by_the_signal(qt):
    import functools

    button, seen = qt.QPushButton(), []
    button.connect("clicked(bool)", lambda number=5: seen.append(number))
    button.clicked.connect(functools.partial(seen.append))
    button.click()
    assert seen == [False, False]


def test_a_partial_gets_all_arguments_wanted_or_not(qt):
    import functools
    import sys

    raised, previous = [], sys.excepthook
    sys.excepthook = lambda kind, *_: raised.append(kind)
    try:
        button = qt.QPushButton()
        button.connect("clicked(bool)", functools.partial(lambda: None))
        button.click()
    finally:
        sys.excepthook = previous
    assert raised == [TypeError]


def test_what_a_slot_raises_goes_to_the_log_and_not_to_the_caller(qt, complaints):
    button = qt.QPushButton()
    button.connect("clicked()", lambda: 1 / 0)
    button.click()
    assert ["ZeroDivisionError" in complaint.text for complaint in complaints.take()] == [True]


def test_what_an_observer_raises_goes_to_the_log(a_scene, complaints):
    def fail(*_):
        raise KeyError("gone")

    tag = a_scene.AddObserver("UserEvent", fail)
    a_scene.InvokeEvent("UserEvent")
    a_scene.RemoveObserver(tag)
    assert ["gone" in complaint.text for complaint in complaints.take()] == [True]


def test_destroyed_objects_cannot_be_used(qt):
    button = qt.QPushButton("Run")
    button.deleteLater()
    qt.QApplication.sendPostedEvents(None, int(qt.QEvent.DeferredDelete))
    with pytest.raises(ValueError, match="destroyed"):
        _ = button.text
    with pytest.raises(AttributeError, match="destroyed"):
        button.text = "Stop"


def test_enums_are_numbers(qt):
    assert int(qt.Qt.Checked) == qt.Qt.Checked == 2
    assert qt.QMessageBox.Yes | qt.QMessageBox.No


def test_dialogs_have_exec_with_an_underscore(qt):
    dialog = qt.QDialog()
    qt.QTimer.singleShot(0, dialog.accept)
    assert dialog.exec_() == qt.QDialog.Accepted


def test_classes_are_the_very_classes_and_widgets_know_that_they_are(qt):
    import slicer

    assert type(qt.QCheckBox()) == qt.QCheckBox  # noqa: E721 - Slicer's parameter connectors compare like this
    assert slicer.qMRMLNodeComboBox().isWidgetType()


def test_numbers_of_slicers_widgets_are_values_and_tell_of_changes(qt):
    import slicer

    slider, seen = slicer.qMRMLSliderWidget(), []
    slider.maximum = 10
    slider.connect("valueChanged(double)", seen.append)
    slider.value = 2.5
    slider.setValue(3.5)
    assert (slider.value, seen) == (3.5, [2.5, 3.5])
    with pytest.raises(AttributeError):
        slider.maximun = 3


def test_settings_are_kept_apart_from_the_users_and_forgotten(qt, a_stand_in):
    from support.desktop.closing import close_editing

    a_stand_in.settings().setValue("SAMSegmenter/Model", "vit_b")
    assert qt.QSettings().value("SAMSegmenter/Model") == "vit_b"
    assert "desktop-stand-in-" in qt.QSettings().fileName()
    close_editing()
    assert not qt.QSettings().contains("SAMSegmenter/Model")


def test_groups_and_combo_boxes_of_ctk_have_their_properties(qt):
    import ctk

    group, box = ctk.ctkCollapsibleGroupBox(), ctk.ctkComboBox()
    group.collapsed = True
    box.defaultText = "Choose a model"
    assert (group.collapsed, box.defaultText, box.currentIndex) == (True, "Choose a model", -1)


def test_properties_that_a_class_may_override_are_values_too(qt):
    bar = qt.QProgressBar()
    bar.setRange(0, 4)
    bar.setFormat("%v of %m")
    bar.setValue(1)
    bar.show()
    assert (bar.text, bar.value, bar.maximum) == ("1 of 4", 1, 4)
    bar.close()
    holder = qt.QWidget()
    qt.QHBoxLayout(holder).addWidget(qt.QLabel("text"))
    assert holder.minimumSizeHint.width() > 0


def test_node_boxes_create_only_what_they_list(a_scene, complaints):
    import slicer

    box = slicer.qMRMLNodeComboBox()
    box.nodeTypes = ["vtkMRMLMarkupsROINode"]
    box.setMRMLScene(slicer.mrmlScene)
    node = box.addNode("vtkMRMLMarkupsROINode")
    assert box.currentNode() is node
    assert box.addNode("vtkMRMLModelNode") is None
    assert ["not allowed" in one.text for one in complaints.take()] == [True]
    box.selectNodeUponCreation = False
    box.addNode("vtkMRMLMarkupsROINode")
    assert box.currentNode() is node
    node.SetHideFromEditors(True)
    box.showHidden = True
    with pytest.raises(AttributeError):
        box.baseNames = "R"
    box.setMRMLScene(None)


def test_the_place_widget_switches_the_mouse_mode_for_its_node_alone(a_scene, complaints):
    import slicer

    scene = slicer.mrmlScene
    place, seen = slicer.qSlicerMarkupsPlaceWidget(), []
    place.setPlaceModeEnabled(True)
    assert ["invalid" in one.text for one in complaints.take()] == [True]
    place.setMRMLScene(scene)
    first, second = (scene.AddNewNodeByClass("vtkMRMLMarkupsFiducialNode") for _ in range(2))
    place.setCurrentNode(first)
    place.connect("activeMarkupsPlaceModeChanged(bool)", seen.append)
    place.placeMultipleMarkups = place.ForcePlaceMultipleMarkups
    place.placeButton().click()
    interaction = scene.GetNodeByID("vtkMRMLInteractionNodeSingleton")
    assert interaction.GetCurrentInteractionMode() == interaction.Place and interaction.GetPlaceModePersistence()
    assert place.placeModeEnabled and place.placeButton().checked
    place.setCurrentNode(second)
    assert not place.placeModeEnabled
    place.setCurrentNode(first)
    interaction.SetCurrentInteractionMode(interaction.ViewTransform)
    assert not place.placeModeEnabled and not place.placeButton().checked
    assert seen == [True, False, True, False]
    place.buttonsVisible = False
    with pytest.raises(AttributeError):
        place.placeMultiple = 1
    first.AddControlPoint(0, 0, 0)
    place.deleteButton().click()
    assert first.GetNumberOfControlPoints() == 0
    place.setMRMLScene(None)


def test_laying_widgets_out_does_not_end_at_the_limit_of_recursion(qt):
    """Qt would swallow the error, but not those of whatever Python collects just then: now and then a test failed."""
    import sys

    depth = deepest = 0

    def watch(_frame, event, _argument):
        nonlocal depth, deepest
        depth += {"call": 1, "return": -1}.get(event, 0)
        deepest = max(deepest, depth)

    holder = qt.QWidget()
    qt.QFormLayout(holder).addRow("Name:", qt.QLabel("text"))
    sys.setprofile(watch)
    try:
        holder.show()
        assert holder.minimumSizeHint.width() > 0
    finally:
        sys.setprofile(None)
    holder.close()
    assert 0 < deepest < 30
