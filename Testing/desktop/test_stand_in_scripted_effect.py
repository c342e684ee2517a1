"""The stand-in's C++ half of an effect fails where Slicer's fails: loading, hooks, what Python can reach."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support.phantoms import two_boxes_volume


@pytest.fixture
def probe_file(complaints, tmp_path):
    from support.desktop.probe_effect import write_probe

    return lambda *arguments, **named: write_probe(tmp_path, *arguments, **named)


@pytest.fixture
def adaptor(complaints):
    import slicer

    return slicer.qSlicerSegmentEditorScriptedEffect(None)


def kinds(complaints):
    return [complaint.kind for complaint in complaints.take()]


def test_the_folder_names_the_module_and_slicer_gets_the_latest_instance(adaptor, probe_file):
    import slicer

    source = probe_file()
    folder = Path(source).parent.name
    assert adaptor.setPythonSource(source)
    assert type(adaptor.self()).__module__ == folder
    assert getattr(slicer, folder) is adaptor.self()
    assert adaptor.pythonSource() == source


def test_a_file_replaces_a_package_of_its_folders_name_and_relative_imports_fail(adaptor, tmp_path, complaints):
    folder = tmp_path / "ShadowedLib"
    folder.mkdir()
    (folder / "__init__.py").write_text("answer = 42\n")
    (folder / "other.py").write_text("")
    (folder / "SegmentEditorShadowedEffect.py").write_text("from .other import *\n")
    sys.path.insert(0, str(tmp_path))
    try:
        import ShadowedLib

        assert ShadowedLib.answer == 42
        assert not adaptor.setPythonSource((folder / "SegmentEditorShadowedEffect.py").as_posix())
        assert not hasattr(sys.modules["ShadowedLib"], "answer")
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("ShadowedLib")
    assert [*kinds(complaints)] == ["python", "critical", "critical"]


def test_a_package_must_put_the_class_over_the_submodule(adaptor, tmp_path, complaints):
    folder = tmp_path / "UnboundLib"
    folder.mkdir()
    (folder / "__init__.py").write_text("from . import SegmentEditorUnboundEffect\n")
    (folder / "SegmentEditorUnboundEffect.py").write_text("class SegmentEditorUnboundEffect: ...\n")
    sys.path.insert(0, str(tmp_path))
    try:
        import UnboundLib  # noqa: F401

        assert not adaptor.setPythonSource((folder / "SegmentEditorUnboundEffect.py").as_posix())
    finally:
        sys.path.remove(str(tmp_path))
        for name in ("UnboundLib", "UnboundLib.SegmentEditorUnboundEffect"):
            sys.modules.pop(name)
    assert kinds(complaints) == ["python", "critical"]


def test_the_class_is_named_for_the_file_with_effect_at_its_end(adaptor, tmp_path, complaints):
    folder = tmp_path / "EndingLib"
    folder.mkdir()
    (folder / "Ending.py").write_text("class EndingEffect:\n    def __init__(self, adaptor): adaptor.name = 'Ending'\n")
    assert adaptor.setPythonSource((folder / "Ending.py").as_posix())
    assert adaptor.name == "Ending"
    (folder / "Nothing.py").write_text("")
    assert not adaptor.setPythonSource((folder / "Nothing.py").as_posix())
    assert not adaptor.setPythonSource((folder / "Nothing.txt").as_posix())
    assert kinds(complaints) == ["critical"]


def test_a_class_that_raises_is_no_effect(adaptor, probe_file, complaints):
    assert not adaptor.setPythonSource(probe_file("def __init__(self, scriptedEffect): raise OSError('no')"))
    assert kinds(complaints) == ["python", "critical"]


def test_hooks_are_looked_up_once(adaptor, probe_file):
    adaptor.setPythonSource(probe_file("def helpText(self): return 'first'"))
    type(adaptor.self()).helpText = lambda self: "second"
    adaptor.self().helpText = lambda: "third"
    adaptor.self().cleanup = lambda: adaptor.self().calls.append("cleanup")
    adaptor.cleanup()
    assert adaptor.helpText() == "first"
    assert adaptor.self().calls == []


def test_an_exception_in_a_hook_is_printed_and_the_default_applies(register_probe, start_editing, complaints):
    register_probe("""
        def interactionNodeModified(self, node): raise RuntimeError("lost")
        def createCursor(self, widget): raise RuntimeError("lost, too")
    """)
    editing = start_editing(two_boxes_volume()[0])
    assert editing.activate("Probe") is not None
    assert set(kinds(complaints)) == {"python"}
    node = editing.editor.interactionNode()
    node.SetCurrentInteractionMode(node.Place)
    assert editing.editor.activeEffect() is None
    assert ["lost" in complaint.text for complaint in complaints.take()] == [True]


def test_returning_none_from_a_hook_counts_as_implemented(register_probe, start_editing):
    register_probe("def interactionNodeModified(self, node): self.calls.append(node)")
    editing = start_editing(two_boxes_volume()[0])
    effect = editing.activate("Probe")
    node = editing.editor.interactionNode()
    node.SetCurrentInteractionMode(node.Place)
    assert editing.editor.activeEffect() is effect
    assert effect.self().calls == [node]


@pytest.mark.parametrize("result", ["numpy.bool_(True)", "None", "1"])
def test_an_event_is_taken_only_by_a_real_bool(register_probe, start_editing, complaints, result):
    register_probe(f"def processInteractionEvents(self, interactor, event, widget): return {result}")
    editing = start_editing(two_boxes_volume()[0])
    editing.activate("Probe")
    red = editing.views["Red"]
    before = red.widget.sliceLogic().GetSliceOffset()
    red.scroll(1)
    assert red.widget.sliceLogic().GetSliceOffset() != before
    assert ["expected to return a boolean" in complaint.text for complaint in complaints.take()] == [True]


def test_only_what_c_plus_plus_offers_can_be_reached(adaptor):
    assert adaptor.perSegment is True
    adaptor.perSegment = False
    assert adaptor.perSegment is False
    with pytest.raises(TypeError):
        adaptor.perSegment()
    for name in ("icon", "clone", "setupOptionsFrame", "processInteractionEvents", "setMRMLDefaults", "nothing"):
        with pytest.raises(AttributeError):
            getattr(adaptor, name)
    with pytest.raises(AttributeError):
        adaptor.requiresSegments = False


def test_an_effect_without_clone_is_in_no_editor(probe_file, complaints, start_editing):
    import slicer

    from support.desktop.probe_effect import register

    adaptor = register(probe_file("def clone(self): raise NotImplementedError"))
    assert adaptor in slicer.qSlicerSegmentEditorEffectFactory.instance().registeredEffects()
    editing = start_editing(two_boxes_volume()[0], views=False)
    assert editing.editor.availableEffectNames() == ()
    assert kinds(complaints) == ["python", "critical", "critical"]


def test_a_help_text_that_is_none_is_a_warning(adaptor, probe_file, complaints):
    adaptor.setPythonSource(probe_file("def helpText(self): return None"))
    assert adaptor.helpText() == ""
    assert kinds(complaints) == ["warning"]


def test_an_icon_without_a_size_would_crash_the_default_cursor(register_probe, start_editing, complaints):
    register_probe("""
        def icon(self):
            class Engine(qt.QIconEngine):
                def clone(self): return self
            self.engine = Engine()
            return qt.QIcon(self.engine)
    """)
    start_editing(two_boxes_volume()[0]).activate("Probe")
    assert {complaint.kind for complaint in complaints.take()} == {"critical"}


def test_registering_a_name_again_is_refused(probe_file):
    import slicer

    from support.desktop.probe_effect import register

    register(probe_file(name="Twice"))
    factory = slicer.qSlicerSegmentEditorEffectFactory.instance()
    again = slicer.qSlicerSegmentEditorScriptedEffect(None)
    again.setPythonSource(probe_file(name="Twice"))
    assert not factory.registerEffect(again)
    assert [effect.name for effect in factory.registeredEffects()] == ["Twice"]


def test_cleanup_is_called_when_the_editor_is_deleted(register_probe, start_editing):
    from support.desktop.closing import close_editing

    register_probe("def cleanup(self): self.calls.append('cleanup')")
    editing = start_editing(two_boxes_volume()[0], views=False)
    python_half = editing.editor.effectByName("Probe").self()
    close_editing()
    assert python_half.calls == ["cleanup"]
