"""What the module's own test of the effect works with: a ball, a Segment Editor, a hand at a view, an exact model."""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import slicer
import slicer.util

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.desktop.propagation_texts import SLICES
from SAMSegmenterLib.desktop.shared_service import replace_service
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.scene.matrices import matrix_from_vtk
from SAMSegmenterLib.scene.preview_node import ATTRIBUTE
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor
from SAMSegmenterLib.session.model_service import ModelService

_SHAPE_KJI, _MIDDLE_KJI, _RADIUS = (12, 48, 56), (6, 20, 24), 7.0
_TO_RAS = np.array([[-1.0, 0, 0, 30], [0, -1.0, 0, 20], [0, 0, 2.0, -10], [0, 0, 0, 1]])
_PATIENCE_SECONDS = 60.0


@contextlib.contextmanager
def effect_at_work() -> Iterator[EffectAtWork | None]:
    """A Segment Editor with the effect active on a synthetic volume, and an exact model; None where there are no views.

    The scene must be empty. Everything that the effect keeps on disk goes into a folder that is deleted at the end.
    """
    if slicer.app.layoutManager() is None:
        yield None
        return
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _environment("SAM_CACHE_DIR", folder):
        replace_service(ModelService(lambda *_request: BrightnessPredictor(), EmbeddingCache()))
        work = EffectAtWork(Path(folder))
        try:
            yield work
        finally:
            work.close()
            replace_service(None)


class EffectAtWork:
    """One editor with the segments "ball" (empty, selected) and "neighbour", and the red slice view.

    Args:
        folder: for scene files.

    Attributes:
        editor: `qMRMLSegmentEditorWidget`.
        segmentationNode, volumeNode: of the scene.
        neighbour: (K, J, I) bool, voxels of the other segment, beside the ball.
    """

    BALL_RAS = tuple((_TO_RAS @ (*_MIDDLE_KJI[::-1], 1.0))[:3].tolist())

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        ball = self._ball()
        self.neighbour = np.zeros(_SHAPE_KJI, bool)
        self.neighbour[2:10, 30:40, 30:44] = True
        self.volumeNode = node_from_volume(Volume(ball.astype(np.int16) * 200, _TO_RAS), "Ball")
        both = Segmentation.from_labels(self.neighbour.astype(np.uint8), _TO_RAS, {1: "neighbour"})
        self.segmentationNode = node_from_segmentation(both, "Segmentation", self.volumeNode)
        self.segmentationNode.GetSegmentation().AddEmptySegment("ball", "ball")
        self._view = slicer.app.layoutManager().sliceWidget("Red")
        slicer.util.setSliceViewerLayers(background=self.volumeNode, fit=True)
        self._view.mrmlSliceNode().SetOrientation("Axial")
        self._view.mrmlSliceNode().JumpSliceByOffsetting(*self.BALL_RAS)
        self.editor = slicer.qMRMLSegmentEditorWidget()
        self.editor.setMRMLScene(slicer.mrmlScene)
        editorNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self.editor.setMRMLSegmentEditorNode(editorNode)
        self.editor.setSegmentationNode(self.segmentationNode)
        self.editor.setSourceVolumeNode(self.volumeNode)
        editorNode.SetSelectedSegmentID("ball")
        assert "SAM" in tuple(self.editor.availableEffectNames()), "the effect is not registered"
        self.editor.setActiveEffectByName("SAM")

    def expected(self, first: int = _MIDDLE_KJI[0], last: int = _MIDDLE_KJI[0]) -> np.ndarray:
        """(K, J, I) bool: the ball on some of its slices, on the one through its middle by default."""
        expected = np.zeros(_SHAPE_KJI, bool)
        expected[first : last + 1] = self._ball()[first : last + 1]
        return expected

    def mask(self, name: str) -> np.ndarray:
        """(K, J, I) bool: voxels of a segment, by its name, on the volume's lattice."""
        segment_id = self.segmentationNode.GetSegmentation().GetSegmentIdBySegmentName(name)
        array = slicer.util.arrayFromSegmentBinaryLabelmap(self.segmentationNode, segment_id, self.volumeNode)
        return np.zeros(_SHAPE_KJI, bool) if array is None else array > 0

    def preview(self) -> Any:
        """What the effect shows and has not written, or None."""
        session = self._controller().owner.session
        return session.preview if session is not None else None

    def accept(self) -> int:
        """Write the preview; returns how many voxels changed."""
        return self.editor.activeEffect().self().onApply()

    def propagate(self, first: int, last: int) -> None:
        """Have accepted slices carried through these slices, as the panel does, and wait until that is done."""
        section = self._controller().panel.propagation
        section.range.show(SLICES)
        section.first.setValue(first)
        section.last.setValue(last)
        section.propagate.click()
        self.wait(lambda: not section.cancel.enabled and bool(section.strip.content.slices))

    def strip(self) -> Any:
        """`StripContent` that the panel shows."""
        return self._controller().panel.propagation.strip.content

    def acceptPropagation(self) -> None:
        """Write what was carried."""
        self._controller().panel.propagation.accept.click()

    def previewNodes(self) -> int:
        """How many previews are in the scene."""
        nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        return sum(node.GetAttribute(ATTRIBUTE) is not None for node in nodes)

    def click(self, ras: Sequence[float]) -> None:
        """Click in the view, and wait for the mask."""
        for event in ("MouseMoveEvent", "LeftButtonPressEvent", "LeftButtonReleaseEvent"):
            self.send(event, ras)
        self.wait(lambda: self.preview() is not None)

    def scroll(self, steps: int) -> None:
        """Turn the wheel over the middle of the view."""
        for _step in range(abs(steps)):
            self._interactor().InvokeEvent("MouseWheelForwardEvent" if steps > 0 else "MouseWheelBackwardEvent")

    def send(self, event: str, ras: Sequence[float]) -> None:
        """Let the view's interactor have an event at a place of the slice shown."""
        to_xy = np.linalg.inv(matrix_from_vtk(self._view.mrmlSliceNode().GetXYToRAS()))
        x, y = np.rint((to_xy @ (*ras, 1.0))[:2]).astype(int).tolist()
        self._interactor().SetEventInformation(x, y, 0, 0, "\0", 0, None)
        self._interactor().InvokeEvent(event)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let Slicer work until a condition holds.

        Raises:
            AssertionError: it never does.
        """
        end = time.monotonic() + _PATIENCE_SECONDS
        while not condition():
            slicer.app.processEvents()
            time.sleep(0.005)  # the worker runs only while this thread waits
            assert time.monotonic() < end, "the effect does not answer"

    def drawnProps(self) -> int:
        """How much is drawn in the view."""
        renderers = self._view.sliceView().renderWindow().GetRenderers()
        return sum(renderer.GetViewProps().GetNumberOfItems() for renderer in renderers)

    def saveAndReload(self) -> None:
        """Save the scene into a file, close it, and load it again; nodes are those of the loaded scene afterwards."""
        self.editor.setActiveEffect(None)
        self.close()
        path = str(self._folder / "scene.mrb")
        scene = slicer.mrmlScene
        assert scene.WriteToMRB(path)
        scene.Clear()
        assert scene.ReadFromMRB(path)
        self.segmentationNode = scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
        self.volumeNode = scene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")

    def close(self) -> None:
        """Deactivate the effect and let the editor go."""
        if self.editor is not None:
            self.editor.setActiveEffect(None)
            self.editor.setMRMLSegmentEditorNode(None)
            self.editor.setMRMLScene(None)
            self.editor.deleteLater()
            self.editor = None
            slicer.app.processEvents()

    def _ball(self) -> np.ndarray:
        axes = [(np.arange(size) - middle) for size, middle in zip(_SHAPE_KJI, _MIDDLE_KJI, strict=True)]
        k, j, i = np.meshgrid(*axes, indexing="ij")
        return (2.0 * k) ** 2 + j**2 + i**2 <= _RADIUS**2

    def _controller(self) -> Any:
        return self.editor.activeEffect().self().controller

    def _interactor(self) -> Any:
        return self._view.sliceView().interactor()


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
