"""The scene that nodes live in: Slicer's own inside Slicer, one made here where only the `slicer-core` wheel is.

Importing this file is cheap; `slicer` and `vtk` are imported when a scene is first asked for. Main thread only.
"""

from __future__ import annotations

import functools
import importlib.util
import logging
import shutil
import tempfile
import types
import weakref
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.errors import DependencyError

logger = logging.getLogger(__name__)

_LOGICS = {
    "Colors": "vtkMRMLColorLogic",
    "Volumes": "vtkSlicerVolumesLogic",
    "Segmentations": "vtkSlicerSegmentationsModuleLogic",
    "SubjectHierarchy": "vtkSlicerSubjectHierarchyModuleLogic",
    "Tables": "vtkSlicerTablesLogic",
    "Plots": "vtkSlicerPlotsLogic",
    "Markups": "vtkSlicerMarkupsLogic",
    "Texts": "vtkSlicerTextsLogic",
    "Sequences": "vtkSlicerSequencesLogic",
}
"""Module logics that register node classes, readers and conversion rules; absent ones are left out."""


SCENE_VERSION = "Slicer 5.10.0 0"
"""Written into scene files: the oldest Slicer that reads them. Slicer warns of scenes that name another application, as
the wheel would ("slicer-core"), or a newer version."""


@dataclass(frozen=True, eq=False)
class SceneHandle:
    """A scene and what keeps it working; hold on to it as long as the scene is in use.

    Args:
        scene: the `vtkMRMLScene`.
        application_logic: its `vtkSlicerApplicationLogic`.
        logics: module logics by name; empty inside Slicer, where `slicer.modules` has them.
        kept: further objects that the scene needs alive.
    """

    scene: Any
    application_logic: Any
    logics: dict[str, Any] = field(default_factory=dict)
    kept: tuple[Any, ...] = ()


def import_slicer() -> Any:
    """The package `slicer`.

    Raises:
        DependencyError: it is missing or broken.
    """
    try:
        import slicer
    except ImportError as error:
        raise DependencyError(
            "Slicer's Python package is missing, so there are no scenes here.",
            'Run this inside 3D Slicer, or install the package: pip install "slicer-sam-segmenter[headless]".',
        ) from error
    return slicer


def ensure_scene() -> SceneHandle:
    """The scene of this process, made on the first call where there is none.

    Inside Slicer this is `slicer.mrmlScene` and nothing is changed. On the wheel it also sets `slicer.mrmlScene` and
    `slicer.modules`, which `slicer.util` reads.

    Raises:
        DependencyError: Slicer's package is missing.
    """
    slicer = import_slicer()
    made_here = getattr(slicer, _MADE_HERE, None)
    if made_here is not None:
        return made_here
    if getattr(slicer, "mrmlScene", None) is not None:
        return SceneHandle(slicer.mrmlScene, slicer.app.applicationLogic() if hasattr(slicer, "app") else None)
    handle = private_scene()
    slicer.mrmlScene, slicer.modules = handle.scene, _modules_of(handle)
    setattr(slicer, _MADE_HERE, handle)
    return handle


def private_scene() -> SceneHandle:
    """A new scene apart from the one that is open, with the logics that volumes, segmentations, tables and plots need.

    Raises:
        DependencyError: Slicer's package is missing.
    """
    slicer = import_slicer()
    if not hasattr(slicer, "app"):
        _quieten_vtk()
    scene = slicer.vtkMRMLScene()
    scene.SetVersion(slicer.mrmlScene.GetVersion() if hasattr(slicer, "app") else SCENE_VERSION)
    application_logic = slicer.vtkSlicerApplicationLogic()
    application_logic.SetMRMLScene(scene)
    logics = {}
    for name, logic in _module_logics(slicer):
        logic.SetMRMLScene(scene)
        logic.SetMRMLApplicationLogic(application_logic)
        application_logic.SetModuleLogic(name, logic)
        logics[name] = logic
    logics["Colors"].AddDefaultColorNodes()
    slicer.vtkMRMLSliceNode.AddDefaultSliceOrientationPresets(scene, True)
    folder = tempfile.mkdtemp(prefix="sam-segmenter-scene-")
    handle = SceneHandle(scene, application_logic, logics, _file_cache(slicer, scene, application_logic, folder))
    weakref.finalize(handle, shutil.rmtree, folder, ignore_errors=True)
    return handle


_MADE_HERE = "_sam_segmenter_scene"  # on the package itself, so that a reloaded copy of this file finds its scene


def _module_logics(slicer: Any) -> list[tuple[str, Any]]:
    logics = [(name, getattr(slicer, kind)()) for name, kind in _LOGICS.items() if hasattr(slicer, kind)]
    folder = _terminologies()
    if folder is not None and hasattr(slicer, "vtkSlicerTerminologiesModuleLogic"):
        terminologies = slicer.vtkSlicerTerminologiesModuleLogic()
        terminologies.SetModuleShareDirectory(str(folder))  # before it meets the scene, or it logs errors
        logics.append(("Terminologies", terminologies))
    return logics


def _terminologies() -> Path | None:
    """The folder of terminology files that trame-slicer carries; Slicer's wheel has none of its own."""
    found = importlib.util.find_spec("trame_slicer")
    for place in (found.submodule_search_locations or ()) if found else ():
        folder = Path(place, "resources", "terminologies")
        if folder.is_dir():
            return folder
    return None


def _file_cache(slicer: Any, scene: Any, application_logic: Any, folder: str) -> tuple[Any, ...]:
    """Reading an .mrb unpacks it into a cache folder; without one it fails."""
    remote = slicer.vtkMRMLRemoteIOLogic()
    remote.SetMRMLScene(scene)
    remote.SetMRMLApplicationLogic(application_logic)
    remote.GetCacheManager().SetRemoteCacheDirectory(folder)
    data_io = slicer.vtkDataIOManagerLogic()
    data_io.SetMRMLScene(scene)
    data_io.SetMRMLApplicationLogic(application_logic)
    data_io.SetAndObserveDataIOManager(remote.GetDataIOManager())
    remote.AddDataIOToScene()
    return remote, data_io


def _modules_of(handle: SceneHandle) -> Any:
    """What `slicer.util` asks of `slicer.modules`: `slicer.modules.<name>.logic()`."""

    def module(logic: Any) -> Any:
        return types.SimpleNamespace(logic=lambda: logic)

    return types.SimpleNamespace(**{name.lower(): module(logic) for name, logic in handle.logics.items()})


@functools.cache
def _quieten_vtk() -> None:
    """Send VTK's messages to `logging`: Slicer reports every file that it packs as if it were news."""
    import vtk

    def forward(level: int) -> Any:
        @vtk.calldata_type(vtk.VTK_STRING)
        def log(_window: Any, _event: str, text: str) -> None:
            logger.log(level, "%s", text.strip())

        return log

    window = vtk.vtkOutputWindow()
    window.SetDisplayModeToNever()
    window.AddObserver("ErrorEvent", forward(logging.ERROR))
    window.AddObserver("WarningEvent", forward(logging.WARNING))
    vtk.vtkOutputWindow.SetInstance(window)
    vtk.vtkLogger.SetStderrVerbosity(vtk.vtkLogger.VERBOSITY_OFF)  # it would print every message once more
