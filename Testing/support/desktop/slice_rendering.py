"""Stands for the inside of `ctkVTKSliceView`: an offscreen window with Slicer's own displayable managers and
interactor style, drawn by software.
"""

from __future__ import annotations

import ctypes.util
import functools
import os
import subprocess
import sys
from typing import Any

import slicer
from vtkmodules.vtkInteractionStyle import vtkInteractorStyleUser
from vtkmodules.vtkRenderingCore import (
    vtkActor2D,
    vtkImageMapper,
    vtkRenderer,
    vtkRenderWindow,
)
from vtkmodules.vtkRenderingUI import vtkGenericRenderWindowInteractor

MANAGERS = (
    *("vtkMRMLVolumeGlyphSliceDisplayableManager", "vtkMRMLModelSliceDisplayableManager"),
    *("vtkMRMLCrosshairDisplayableManager", "vtkMRMLOrientationMarkerDisplayableManager"),
    *("vtkMRMLRulerDisplayableManager", "vtkMRMLScalarBarDisplayableManager"),
    *("vtkMRMLSegmentationsDisplayableManager2D", "vtkMRMLMarkupsDisplayableManager"),
    "vtkMRMLTransformsDisplayableManager2D",
)
"""What Slicer registers for slice views, as far as the wheel has it."""


class SliceRendering:
    """A window of one slice logic.

    Args:
        logic: `vtkMRMLSliceLogic` with its slice node.
        application_logic: `vtkSlicerApplicationLogic`.
        size: width and height in pixels.

    Attributes:
        window, interactor, style, managers: VTK's objects.
    """

    def __init__(self, logic: Any, application_logic: Any, size: tuple[int, int]) -> None:
        choose_back_end()
        self.window = _window(size)
        self.interactor = vtkGenericRenderWindowInteractor()
        self.interactor.EnableRenderOff()  # views decide themselves when they draw
        self.interactor.SetRenderWindow(self.window)
        self.interactor.SetInteractorStyle(vtkInteractorStyleUser())
        self.interactor.Initialize()
        self.interactor.UpdateSize(*size)
        self.managers = _managers(self.window.GetRenderers().GetItemAsObject(0), application_logic)
        self.managers.SetMRMLDisplayableNode(logic.GetSliceNode())
        self.style = slicer.vtkMRMLSliceViewInteractorStyle()
        self.style.SetSliceLogic(logic)
        self.style.SetDisplayableManagers(self.managers)
        self.style.SetInteractor(self.interactor)
        self._logic = logic
        self._mapper = _slice_image(self.window.GetRenderers().GetItemAsObject(0))
        self._tag = logic.AddObserver("ModifiedEvent", lambda *_: self._connect())
        self._connect()

    def draw(self) -> None:
        """Nothing where nothing can be drawn."""
        if can_draw():
            self.window.Render()

    def close(self) -> None:
        """Let everything go that knows the scene."""
        self._logic.RemoveObserver(self._tag)
        self.style.SetInteractor(None)
        self.style.SetDisplayableManagers(None)
        self.managers.SetMRMLDisplayableNode(None)
        self.interactor.RemoveAllObservers()
        self.window.Finalize()

    def _connect(self) -> None:
        """Show what the logic blends; it makes new connections when layers come and go."""
        connection = self._logic.GetImageDataConnection()
        self._mapper.SetInputConnection(connection)
        for actor in self.window.GetRenderers().GetItemAsObject(0).GetActors2D():
            if actor.GetMapper() is self._mapper:
                actor.SetVisibility(connection is not None)


_TRIAL = """
import vtkmodules.vtkRenderingOpenGL2
from vtkmodules.vtkRenderingCore import vtkRenderer, vtkRenderWindow, vtkWindowToImageFilter
window, renderer, grabber = vtkRenderWindow(), vtkRenderer(), vtkWindowToImageFilter()
window.SetOffScreenRendering(1)
window.SetSize(8, 8)
renderer.SetBackground(1, 1, 1)
window.AddRenderer(renderer)
window.Render()
grabber.SetInput(window)
grabber.ReadFrontBufferOff()
grabber.Update()
raise SystemExit(grabber.GetOutput().GetScalarRange() != (255.0, 255.0))
"""


@functools.cache
def can_draw() -> bool:
    """Whether this computer can draw offscreen; tried in a process of its own, for VTK crashes where it cannot."""
    choose_back_end()
    return subprocess.run([sys.executable, "-c", _TRIAL], capture_output=True, timeout=120).returncode == 0


@functools.cache
def choose_back_end() -> None:
    """Without a display VTK tries X first, in vain and with a message."""
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        back_end = "vtkEGLRenderWindow" if ctypes.util.find_library("EGL") else "vtkOSOpenGLRenderWindow"
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", back_end)


def _window(size: tuple[int, int]) -> Any:
    window = vtkRenderWindow()
    window.ShowWindowOff()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)
    window.SetSize(*size)
    window.SetNumberOfLayers(2)
    for layer in range(2):
        renderer = vtkRenderer()
        renderer.GetActiveCamera().ParallelProjectionOn()
        renderer.SetLayer(layer)
        window.AddRenderer(renderer)
    return window


def _managers(renderer: Any, application_logic: Any) -> Any:
    factory = slicer.vtkMRMLSliceViewDisplayableManagerFactory.GetInstance()
    factory.SetMRMLApplicationLogic(application_logic)
    for name in MANAGERS:
        if hasattr(slicer, name) and not factory.IsDisplayableManagerRegistered(name):
            factory.RegisterDisplayableManager(name)
    group = slicer.vtkMRMLDisplayableManagerGroup()
    group.Initialize(factory, renderer)
    return group


def _slice_image(renderer: Any) -> Any:
    """The blended slice as background; it comes as colours, so that the window is that of a byte."""
    mapper = vtkImageMapper()
    mapper.SetColorWindow(255)
    mapper.SetColorLevel(127.5)
    actor = vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetDisplayLocationToBackground()
    renderer.AddViewProp(actor)
    return mapper
