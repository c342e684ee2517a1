"""The volume and the segmentation that one workspace works on, in a scene of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import is_empty
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import voxel_probe
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.editing_nodes import EditorSource
from SAMSegmenterLib.scene.logic_provider import LogicWriterProvider
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.segment_list import remove_segment, unused_name
from SAMSegmenterLib.scene.segmentations import SegmentsCopy, copy_of_segments, node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.workspace.kept_segments import KeptSegments, Look
from SAMSegmenterLib.workspace.pictures import Colour

PALETTE: tuple[Colour, ...] = (
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
        before_copy: called before segments are copied, so that none is copied half written.

    Raises:
        DependencyError: Slicer's package is missing.

    Thread: main, all of it; what it returns may be used on any.
    """

    def __init__(self, volume: Volume, labels: Segmentation | None = None) -> None:
        self.name = volume.name or "Volume"
        self._volume, self._probe = volume, ""
        self._handle, self._added = private_scene(), 0
        scene = self._handle.scene
        self._volume_node = node_from_volume(volume, self.name, scene)
        self._node = self._new_node(labels if labels is not None else Segmentation((), volume.ijk_to_ras, ()))
        self._editor_node = scene.AddNewNodeByClass("vtkMRMLSegmentEditorNode")
        self._editor_node.SetAndObserveSegmentationNode(self._node)
        self._editor_node.SetAndObserveSourceVolumeNode(self._volume_node)
        self.writers = LogicWriterProvider(self._editor_node, undo_states=20)
        self.sources = EditorSource(self._editor_node)
        self.before_copy: Callable[[], None] = lambda: None
        if not self.segments():
            self.add_segment()

    @property
    def volume(self) -> Volume:
        """The volume, as it was opened."""
        return self._volume

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
        count = self._node.GetSegmentation().GetNumberOfSegments()
        segment_id = self._node.GetSegmentation().AddEmptySegment(self._new_id(), unused_name(self._node, name))
        self._node.GetSegmentation().GetSegment(segment_id).SetColor(*PALETTE[count % len(PALETTE)])
        return segment_id

    def remove_segment(self, segment_id: str) -> None:
        """Remove a segment, if it is there."""
        remove_segment(self._node, segment_id)

    def rename_segment(self, segment_id: str, name: str) -> None:
        """Give a segment another name; an empty one changes nothing."""
        segment = self._node.GetSegmentation().GetSegment(segment_id)
        if segment is not None and name.strip():
            segment.SetName(name.strip())

    def colour_segment(self, segment_id: str, colour: Colour) -> None:
        """Draw a segment in another colour."""
        segment = self._node.GetSegmentation().GetSegment(segment_id)
        if segment is not None:
            segment.SetColor(*colour)

    def free_name(self, name: str) -> str:
        """A name that no segment has: this one, or with a number after it."""
        return unused_name(self._node, name)

    def show_segment(self, segment_id: str, visible: bool) -> None:
        """Draw a segment in the views, or do not."""
        self._node.GetDisplayNode().SetSegmentVisibility(segment_id, visible)

    def state(self) -> NodeState:
        """What the segments hold now, to see later whether they changed."""
        return NodeState.of(self._node)

    def copy(self) -> SegmentsCopy:
        """What the segments hold now; its `segmentation` is taken elsewhere, as it takes time on large volumes.

        Raises:
            InputError: there is no segment.
        """
        self.before_copy()
        return copy_of_segments(self._node, self._volume_node)

    def segmentation(self) -> Segmentation:
        """A copy of all segments on the volume's voxels."""
        return self.copy().segmentation()

    def kept(self) -> Callable[[], KeptSegments]:
        """All segments as they are now with their ids and colours, to be kept against a crash.

        Returns:
            What makes them ready to be kept, on any thread.

        Raises:
            InputError: there is no segment.
        """
        copy, looks = self.copy(), tuple(Look(row.id, row.colour, row.visible) for row in self.segments())

        def make() -> KeptSegments:
            self._probe = self._probe or voxel_probe(self._volume)
            return KeptSegments(copy.segmentation(), looks, self._probe)

        return make

    def add_structures(self, labels: Segmentation) -> list[str]:
        """Add structures as segments of their own, beside those that are there; segments without a voxel give way.

        Returns:
            Ids of the new segments.
        """
        writer = self.writers.writer()
        for row in self.segments():
            if is_empty(writer.extent_of(row.id)):
                self.remove_segment(row.id)
        source = self._new_node(labels, len(self.segments()))
        added, segmentation = [], source.GetSegmentation()
        for number in range(segmentation.GetNumberOfSegments()):
            segment_id = segmentation.GetNthSegmentID(number)
            segmentation.GetSegment(segment_id).SetName(
                unused_name(self._node, segmentation.GetSegment(segment_id).GetName())
            )
            self._node.GetSegmentation().CopySegmentFromSegmentation(segmentation, segment_id)
            added.append(segment_id)
        self._handle.scene.RemoveNode(source)
        return added

    def restore(self, kept: KeptSegments) -> None:
        """Have the segments that were kept, instead of those that are there.

        Raises:
            InputError: they belong to another volume.
        """
        if not kept.is_of(self._volume):
            raise InputError("The kept segments belong to another volume.", "Open the volume they were made on.")
        for row in self.segments():
            self.remove_segment(row.id)
        source = self._new_node(kept.segmentation, 0, [look.id for look in kept.looks])
        for look in kept.looks:
            source.GetSegmentation().GetSegment(look.id).SetColor(*look.colour)
            self._node.GetSegmentation().CopySegmentFromSegmentation(source.GetSegmentation(), look.id)
            self.show_segment(look.id, look.visible)
        self._handle.scene.RemoveNode(source)
        numbers = [int(look.id.rpartition("_")[2]) for look in kept.looks if look.id.rpartition("_")[2].isdigit()]
        self._added = max([self._added, *numbers])

    def _new_node(self, labels: Segmentation, first: int = 0, ids: Sequence[str] = ()) -> Any:
        """A segmentation node with colours from the `first` one on, and ids that are counted."""
        colours = {one.name: PALETTE[(first + n) % len(PALETTE)] for n, one in enumerate(labels.structures)}
        wanted = ids or [self._new_id() for _ in labels.structures]
        return node_from_segmentation(labels, "Segmentation", self._volume_node, colours, self._handle.scene, wanted)

    def _new_id(self) -> str:
        self._added += 1
        return f"workspace_{self._added}"

    def set_window(self, level: float, width: float) -> None:
        """Show the volume with another window; colour has none."""
        display: Any = self._volume_node.GetDisplayNode()
        if display is not None and width > 0 and hasattr(display, "SetWindowLevel"):
            display.SetAutoWindowLevel(False)
            display.SetWindowLevel(width, level)
