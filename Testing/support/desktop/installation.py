"""Puts the stand-in where Slicer code looks for it."""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any


@functools.cache
def install() -> Any:
    """Install the stand-in once per process; returns `slicer.app`. Inside Slicer nothing is changed."""
    import slicer

    if hasattr(slicer, "app"):
        return slicer.app
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    sys.pyside6_option_python_enum = 0x0F  # type: ignore[attr-defined] - enums compare with numbers, as in PythonQt

    from SAMSegmenterLib.scene.runtime import ensure_scene

    handle = ensure_scene()
    from support.desktop import qt_module
    from support.desktop.immortal import keep_singletons

    keep_singletons()
    sys.modules["qt"] = qt_module.build()
    from support.desktop import ctk_widgets, mrml_widgets, slicer_modules

    sys.modules["ctk"] = _module("ctk", ctk_widgets.WIDGETS)
    slicer.app = slicer_modules.Application(handle.application_logic)
    for name, module in slicer_modules.MODULES.items():
        sys.modules[f"slicer.{name}"] = module
        setattr(slicer, name, module)
    for name, widget in mrml_widgets.WIDGETS.items():
        setattr(slicer, name, widget)
    _install_segment_editor(slicer)
    return slicer.app


def close_windows() -> None:
    """Delete every window now, on this thread; inside Slicer nothing is done.

    Otherwise Python's garbage collector deletes them later on whatever thread it happens to run, which Qt does not
    survive.
    """
    qt = sys.modules.get("qt")
    if qt is None or not hasattr(qt.QObject, "_behaves_like_pythonqt"):
        return
    from support.desktop.closing import close_editing

    close_editing()
    for window in qt.QApplication.topLevelWidgets():
        window.close()
        window.deleteLater()
    qt.QApplication.sendPostedEvents(None, int(qt.QEvent.DeferredDelete))
    gc.collect()


def load_module_file(path: Path) -> ModuleType:
    """Import a Slicer module file as Slicer does: by its path, under its own name."""
    name = f"slicer_module_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _install_segment_editor(slicer: Any) -> None:
    """Slicer's classes around effects, in `slicer` and in the modules from which effects import them."""
    from support.desktop import scripted_effect_bases
    from support.desktop.abstract_effect import qSlicerSegmentEditorAbstractEffect
    from support.desktop.editor_module import SegmentEditorModule
    from support.desktop.editor_widget import qMRMLSegmentEditorWidget
    from support.desktop.effect_factory import qSlicerSegmentEditorEffectFactory
    from support.desktop.scripted_effect import qSlicerSegmentEditorScriptedEffect
    from support.desktop.scripted_label_effect import qSlicerSegmentEditorScriptedLabelEffect
    from support.desktop.slice_widget import qMRMLSliceWidget

    effects = (
        qSlicerSegmentEditorAbstractEffect,
        qSlicerSegmentEditorScriptedEffect,
        qSlicerSegmentEditorScriptedLabelEffect,
        qSlicerSegmentEditorEffectFactory,
    )
    for cls in (*effects, qMRMLSegmentEditorWidget, qMRMLSliceWidget):
        setattr(slicer, cls.__name__, cls)
    slicer.modules.segmenteditor = SegmentEditorModule()
    for name, classes in (
        ("qSlicerSegmentationsEditorEffectsPythonQt", effects),
        ("qSlicerSegmentationsModuleWidgetsPythonQt", (qMRMLSegmentEditorWidget,)),
    ):
        sys.modules[name] = _module(name, {cls.__name__: cls for cls in classes})
    sys.modules["SegmentEditorEffects"] = scripted_effect_bases.build()
    with contextlib.suppress(ImportError):
        sys.modules.setdefault("vtkITK", importlib.import_module("slicer_core.vtkITK"))
    core = {name: getattr(slicer, name) for name in dir(slicer) if name.startswith(("vtkSegment", "vtkOriented"))}
    sys.modules["vtkSegmentationCorePython"] = _module("vtkSegmentationCorePython", core)


def _module(name: str, attributes: dict[str, Any]) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(attributes)
    return module
