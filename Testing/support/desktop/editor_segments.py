"""Stands for what `qMRMLSegmentEditorWidget` does about its segmentation, its volume and the selected segment."""

from __future__ import annotations

from typing import Any

import slicer
from slicer import vtkMRMLSegmentationNode


class EditorSegments:
    """The part of the editor that knows nodes and segments; state is kept by the editor."""

    _node: Any
    _logic: Any
    _segmentation: Any
    _volume: Any
    _table_selected: str

    def segmentationNode(self) -> Any:
        return self._segmentation_box.currentNode()

    def segmentationNodeID(self) -> str:
        node = self.segmentationNode()
        return "" if node is None else node.GetID()

    def setSegmentationNode(self, node: Any) -> None:
        """Also ends the active effect."""
        if self._logic.GetSegmentationNode() is not node:
            self._logic.SetSegmentationNode(node)
            self.setActiveEffect(None)

    def setSegmentationNodeID(self, node_id: str) -> None:
        self.setSegmentationNode(self.mrmlScene().GetNodeByID(node_id))

    def sourceVolumeNode(self) -> Any:
        return self._logic.GetSourceVolumeNode()

    def sourceVolumeNodeID(self) -> str:
        return "" if self._volume is None else self._volume.GetID()

    def setSourceVolumeNode(self, node: Any) -> None:
        self._logic.SetSourceVolumeNode(node)

    def setSourceVolumeNodeID(self, node_id: str) -> None:
        self._logic.SetSourceVolumeNodeID(node_id)

    def currentSegmentID(self) -> str:
        return self._logic.GetCurrentSegmentID()

    def setCurrentSegmentID(self, segment_id: str) -> None:
        if self._node is not None:
            self._node.SetSelectedSegmentID(segment_id)

    def selectPreviousSegment(self) -> None:
        self._select_at_offset(-1)

    def selectNextSegment(self) -> None:
        self._select_at_offset(1)

    def _segmentation_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSegmentationNode(node)

    def _volume_chosen(self, node: Any) -> None:
        if self.mrmlScene() is not None and not self.mrmlScene().IsBatchProcessing():
            self.setSourceVolumeNode(node)

    def _update_segmentation(self) -> None:
        """A segmentation brings its reference volume along as the source volume, and none if it has none."""
        node = self._logic.GetSegmentationNode()
        if node is not self._segmentation_box.currentNode():
            before = self._segmentation_box.blockSignals(True)
            self._segmentation_box.setCurrentNode(node)
            self._segmentation_box.blockSignals(before)
        if node is self._segmentation:
            return
        self._segmentation, self._table_selected = node, ""
        self._observe_segmentation(node)
        if node is not None:
            role = vtkMRMLSegmentationNode.GetReferenceImageGeometryReferenceRole()
            self._volume_box.setCurrentNode(node.GetNodeReference(role))
            node.CreateDefaultDisplayNodes()
            segments = node.GetSegmentation()
            if segments.GetNumberOfSegments() > 0:
                self._select_in_table(segments.GetNthSegmentID(0))
        self.segmentationNodeChanged.emit(node)

    def _observe_segmentation(self, node: Any) -> None:
        update, removed = self._weakly("updateWidgetFromMRML"), self._weakly("_segment_removed")
        segmentation = slicer.vtkSegmentation
        self._observed.observe("segmentation", node, "ModifiedEvent", update)
        self._observed.observe("removed", node, segmentation.SegmentRemoved, removed)

    def _segment_removed(self) -> None:
        """The list loses its selection with the segment."""
        if self._segmentation.GetSegmentation().GetSegment(self._table_selected) is None:
            self._select_in_table("")

    def _update_volume(self) -> None:
        node = self._logic.GetSourceVolumeNode()
        if self._node.GetSegmentationNode() is None or node is self._volume:
            return
        self._volume = node
        before = self._volume_box.blockSignals(True)
        self._volume_box.setCurrentNode(node)
        self._volume_box.blockSignals(before)
        self._show_volume()
        self.sourceVolumeNodeChanged.emit(node)
        for effect in self._effects:
            effect._tell("sourceVolumeNodeChanged")
            effect._tell("masterVolumeNodeChanged")

    def _update_selection(self) -> None:
        segment_id = self._node.GetSelectedSegmentID() or ""
        segments = None if self._segmentation is None else self._segmentation.GetSegmentation()
        known = segments is not None and segments.GetSegmentIndex(segment_id) >= 0
        self._select_in_table(segment_id if known else "")

    def _select_in_table(self, segment_id: str) -> None:
        """Selecting in the list of segments; a per-segment effect ends when nothing is selected."""
        if segment_id == self._table_selected:
            return
        self._table_selected = segment_id
        if (self._node.GetSelectedSegmentID() or "") == segment_id:
            return
        self._node.SetSelectedSegmentID(segment_id or None)
        if not segment_id and self._active is not None and self._active.perSegment:
            self.setActiveEffect(None)
        self.updateWidgetFromMRML()
        self.currentSegmentIDChanged.emit(segment_id)

    def _select_at_offset(self, offset: int) -> None:
        """The next visible segment in a direction; from the last one to the first, but never back from the first."""
        if self._segmentation is None or self._segmentation.GetDisplayNode() is None or not self._table_selected:
            return
        segments = self._segmentation.GetSegmentation()
        row, rows = segments.GetSegmentIndex(self._table_selected), segments.GetNumberOfSegments()
        for _ in range(rows):
            row = (row + offset) % rows if row + offset >= 0 else 0
            segment_id = segments.GetNthSegmentID(row)
            if self._segmentation.GetDisplayNode().GetSegmentVisibility(segment_id):
                self.setCurrentSegmentID(segment_id)
                return

    def _show_volume(self) -> None:
        """Show the source volume as background where it is in no layer yet; the view is not moved."""
        layout_manager = slicer.app.layoutManager()
        if self._volume is None or layout_manager is None:
            return
        for name in layout_manager.sliceViewNames():
            widget = layout_manager.sliceWidget(name)
            composite = widget.mrmlSliceCompositeNode()
            layers = (composite.GetBackgroundVolumeID(), composite.GetForegroundVolumeID())
            shown = self._logic.IsSegmentationDisplayableInView(widget.mrmlSliceNode())
            if shown and self._volume.GetID() not in layers:
                composite.SetBackgroundVolumeID(self._volume.GetID())
                composite.SetForegroundVolumeID(None)
                composite.SetLabelVolumeID(None)
