"""A session at work on nodes of a scene, without a window, with a worker that works when it is told to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.scene.editing_nodes import EditorSource
from SAMSegmenterLib.scene.logic_provider import LogicWriterProvider
from SAMSegmenterLib.scene.runtime import ensure_scene
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.prompt_keeper import PromptKeeper
from support.editing import Clock, StepWorker
from support.effect_service import a_service


@dataclass
class SceneDesk:
    """A session, what it works on, and what keeps its prompts."""

    session: EditingSession
    keeper: PromptKeeper
    segmentation: Any
    editor_node: Any
    worker: StepWorker
    service: ModelService
    clock: Clock

    def settle(self) -> None:
        """Run all jobs and tick until nothing happens any more."""
        for _ in range(100):
            ran = self.worker.run_next()
            changed = self.session.tick()
            self.keeper.follow()
            if not ran and not changed and self.worker.is_idle:
                return
        raise AssertionError("the session does not come to rest")

    def rest(self, seconds: float = 5.0) -> None:
        """Let time pass, then settle."""
        self.clock.now += seconds
        self.settle()

    def choose(self, volume_node: Any) -> None:
        """Segment another volume."""
        self.editor_node.SetAndObserveSourceVolumeNode(volume_node)
        self.settle()

    def click(self, xy: tuple[float, float], index: int = 8) -> None:
        """Show a slice, and mark a place."""
        self.session.show(SlicePlane.lattice(0, index))
        self.session.add_point(xy)
        self.settle()

    def mask(self, segment: str = "one") -> np.ndarray:
        """A segment's voxels."""
        writer = self.session._writers.writer()
        return writer.segment_on(segment, writer.lattice().extent) != 0


def a_scene_desk(
    volume_node: Any, segmentation: Any = None, predictor: Any = None, segments: tuple[str, ...] = ("one", "two")
) -> SceneDesk:
    """A session on a volume; the first segment is selected, slice 8 shown.

    Args:
        volume_node: of the scene.
        segmentation: of the scene; a new one with empty segments when None.
        predictor: the model.
        segments: ids, which are the names, too.
    """
    scene = volume_node.GetScene()
    if segmentation is None:
        segmentation = scene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Segmentation")
        segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume_node)
        for segment in segments:
            segmentation.GetSegmentation().AddEmptySegment(segment, segment)
    editor_node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
    editor_node.SetAndObserveSegmentationNode(segmentation)
    editor_node.SetAndObserveSourceVolumeNode(volume_node)
    worker, clock = StepWorker(), Clock()
    service = a_service(predictor, worker)
    service.choose("threshold", "cpu")
    session = EditingSession(service, LogicWriterProvider(editor_node), EditorSource(editor_node), clock=clock)
    desk = SceneDesk(
        session, PromptKeeper(session, segmentation, clock), segmentation, editor_node, worker, service, clock
    )
    session.select_segment(segments[0])
    session.show(SlicePlane.lattice(0, 8))
    desk.settle()
    return desk


def a_sequence(volumes: list[Volume], name: str = "beating heart") -> tuple[Any, Any]:
    """A sequence in the open scene: the node that shows one of the frames, and a function that goes to a frame."""
    handle = ensure_scene()
    scene = handle.scene
    sequence = scene.AddNewNodeByClass("vtkMRMLSequenceNode", name)
    sequence.SetIndexUnit("s")
    for number, volume in enumerate(volumes):
        frame = node_from_volume(volume, name)
        sequence.SetDataNodeAtValue(frame, str(number * 2.5))
        scene.RemoveNode(frame)
    browser = scene.AddNewNodeByClass("vtkMRMLSequenceBrowserNode")
    browser.SetAndObserveMasterSequenceNodeID(sequence.GetID())
    update = handle.logics["Sequences"].UpdateProxyNodesFromSequences

    def go_to(number: int) -> None:
        browser.SetSelectedItemNumber(number)
        update(browser)

    go_to(0)
    return browser.GetProxyNode(sequence), go_to
