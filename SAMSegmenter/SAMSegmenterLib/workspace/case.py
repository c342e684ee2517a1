"""The volume and the segmentation that one workspace works on, in a scene of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.editing_nodes import EditorSource
from SAMSegmenterLib.scene.logic_provider import LogicWriterProvider
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.segment_list import remove_segment, unused_name
from SAMSegmenterLib.scene.segmentations import node_from_segmentation, segmentation_from_node
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.workspace.pictures import Colour

_COLOURS: tuple[Colour, ...] = (
    (0.90, 0.62, 0.00),
    (0.34, 0.71, 0.91),
    (0.00, 0.62, 0.45),
    (0.80, 0.47, 0.65),
    (0.94, 0.89, 0.26),
    (0.84, 0.37, 0.00),
    (0.00, 0.45, 0.70),
)
"""Told apart also by people who see few colours."""


@dataclass(frozen=True)
class SegmentRow:
    """A segment as the list shows it."""

    id: str
    name: str
    colour: Colour
    visible: bool


class WorkspaceCase:
    """A volume, its segmentation, and who reads and writes them for an editing session.

    Args:
        volume: what is segmented.
        labels: structures to begin with; None begins with one empty segment.

    Attributes:
        name: of the volume.
        sources, writers: for `EditingSession`.

    Raises:
        DependencyError: Slicer's package is missing.

    Thread: main, all of it.
    """

    def __init__(self, volume: Volume, labels: Segmentation | None = None) -> None:
        self.name = volume.name or "Volume"
        self._handle, self._added = private_scene(), 0
        scene = self._handle.scene
        self._volume_node = node_from_volume(volume, self.name, scene)
        given = labels if labels is not None else Segmentation((), volume.ijk_to_ras, ())
        colours = {one.name: _COLOURS[n % len(_COLOURS)] for n, one in enumerate(given.structures)}
        self._node = node_from_segmentation(given, "Segmentation", self._volume_node, colours, scene)
        editor_node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        editor_node.SetAndObserveSegmentationNode(self._node)
        editor_node.SetAndObserveSourceVolumeNode(self._volume_node)
        self.writers = LogicWriterProvider(editor_node, undo_states=20)
        self.sources = EditorSource(editor_node)
        if not self.segments():
            self.add_segment()

    def segments(self) -> list[SegmentRow]:
        """All segments, in their order."""
        segmentation, display = self._node.GetSegmentation(), self._node.GetDisplayNode()
        ids = [segmentation.GetNthSegmentID(number) for number in range(segmentation.GetNumberOfSegments())]
        return [
            SegmentRow(n, one.GetName(), tuple(one.GetColor()), bool(display.GetSegmentVisibility(n)))
            for n, one in ((n, segmentation.GetSegment(n)) for n in ids)
        ]

    def add_segment(self, name: str = "Segment") -> str:
        """Add an empty segment with a name of its own and return its id.

        Ids are counted, so that marks kept against a crash find their segment again in the next session.
        """
        self._added += 1
        count = self._node.GetSegmentation().GetNumberOfSegments()
        wanted = f"workspace_{self._added}"
        segment_id = self._node.GetSegmentation().AddEmptySegment(wanted, unused_name(self._node, name))
        self._node.GetSegmentation().GetSegment(segment_id).SetColor(*_COLOURS[count % len(_COLOURS)])
        return segment_id

    def remove_segment(self, segment_id: str) -> None:
        """Remove a segment, if it is there."""
        remove_segment(self._node, segment_id)

    def rename_segment(self, segment_id: str, name: str) -> None:
        """Give a segment another name; an empty one changes nothing."""
        segment = self._node.GetSegmentation().GetSegment(segment_id)
        if segment is not None and name.strip():
            segment.SetName(name.strip())

    def show_segment(self, segment_id: str, visible: bool) -> None:
        """Draw a segment in the views, or do not."""
        self._node.GetDisplayNode().SetSegmentVisibility(segment_id, visible)

    def state(self) -> NodeState:
        """What the segments hold now, to see later whether they changed."""
        return NodeState.of(self._node)

    def segmentation(self) -> Segmentation:
        """A copy of all segments on the volume's voxels, to be written to a file."""
        return segmentation_from_node(self._node, self._volume_node)

    def set_window(self, level: float, width: float) -> None:
        """Show the volume with another window; colour has none."""
        display: Any = self._volume_node.GetDisplayNode()
        if display is not None and width > 0 and hasattr(display, "SetWindowLevel"):
            display.SetAutoWindowLevel(False)
            display.SetWindowLevel(width, level)
