"""The segmentation of a Segment Editor, without its window: who writes its segments, and their list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter
from SAMSegmenterLib.scene.segment_list import add_segment, remove_segment, segment_name, tag_segment


class LogicWriterProvider:
    """Gives the writer of the segmentation that an editor node names, the same one as long as it names the same.

    Args:
        editor_node: `vtkMRMLSegmentEditorNode`; its segmentation, source volume and settings hold.
        undo_states: commits that can be undone.
        segmentation_node: the only one that is written, whatever the editor names; None for the editor's at any time.
            Segments of two segmentations often have the same ids.

    Thread: main, all of it.
    """

    def __init__(self, editor_node: Any, undo_states: int = 10, segmentation_node: Any = None) -> None:
        self._editor_node, self._undo_states, self._only_node = editor_node, undo_states, segmentation_node
        self._nodes: tuple[Any, Any] = (None, None)
        self._writer: LogicSegmentWriter | None = None

    def writer(self) -> LogicSegmentWriter:
        """The writer now; another segmentation or volume has another one, with an undo history of its own.

        Raises:
            InputError: there is no segmentation, the editor names another one meanwhile, or it holds surfaces.
        """
        nodes = (self._editor_node.GetSegmentationNode(), self._editor_node.GetSourceVolumeNode())
        if nodes[0] is None:
            raise InputError("There is no segmentation.", "Create or choose one first.")
        if self._only_node is not None and nodes[0] is not self._only_node:
            raise InputError("Another segmentation was chosen meanwhile; nothing was written.", "Try again.")
        if self._writer is None or any(a is not b for a, b in zip(nodes, self._nodes, strict=True)):
            self._writer = self._new_writer(*nodes)
            self._nodes = nodes
        return self._writer

    def _new_writer(self, segmentation_node: Any, source_volume_node: Any) -> LogicSegmentWriter:
        return LogicSegmentWriter(segmentation_node, source_volume_node, self._editor_node, self._undo_states)

    def _segmentation_node(self) -> Any:
        return self._only_node if self._only_node is not None else self._editor_node.GetSegmentationNode()

    def segment_name(self, segment_id: str) -> str | None:
        """Name of a segment, None when there is none of that id."""
        return segment_name(self._segmentation_node(), segment_id)

    def add_segment(self, name: str) -> str:
        """Add an empty segment and return its id; it belongs to the undo step of the next commit.

        Raises:
            InputError: there is no segmentation, or it holds surfaces.
        """
        self.writer().begin_step()
        return add_segment(self._segmentation_node(), name)

    def remove_segment(self, segment_id: str) -> None:
        """Remove a segment, if it is there."""
        remove_segment(self._segmentation_node(), segment_id)

    def tag_segment(self, segment_id: str, tags: Mapping[str, str]) -> None:
        """Keep facts with a segment.

        Raises:
            InputError: no such segment.
        """
        node = self._segmentation_node()
        if node is not None:
            tag_segment(node, segment_id, tags)
