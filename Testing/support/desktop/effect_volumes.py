"""Stands for the images and edits of `qSlicerSegmentEditorAbstractEffect`, on Slicer's own editor logic."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from slicer import vtkMRMLSegmentationNode, vtkOrientedImageData, vtkOrientedImageDataResample
from slicer import vtkSlicerSegmentEditorLogic as Logic

from support.desktop.arguments import check

_MODES = (
    Logic.ModificationModeSet,
    Logic.ModificationModeAdd,
    Logic.ModificationModeRemove,
    Logic.ModificationModeRemoveAll,
)


class EffectVolumes:
    """All return None, and edit nothing, while the effect has no editor."""

    ModificationModeSet, ModificationModeAdd, ModificationModeRemove, ModificationModeRemoveAll = range(4)

    _logic: Any
    _node: Any
    perSegment: bool

    def defaultModifierLabelmap(self) -> Any:
        """The image that all effects of an editor share, emptied."""
        return self._updated("ResetModifierLabelmapToDefault", "GetModifierLabelmap")

    def modifierLabelmap(self) -> Any:
        """The same image as it is."""
        return None if self._logic is None else self._logic.GetModifierLabelmap()

    def maskLabelmap(self) -> Any:
        """What is not zero must not be edited."""
        return self._updated("UpdateMaskLabelmap", "GetMaskLabelmap")

    def sourceVolumeImageData(self) -> Any:
        return self._updated("UpdateAlignedSourceVolume", "GetAlignedSourceVolume")

    def selectedSegmentLabelmap(self) -> Any:
        return self._updated("UpdateSelectedSegmentLabelmap", "GetSelectedSegmentLabelmap")

    def referenceGeometryImage(self) -> Any:
        return self._updated("UpdateReferenceGeometryImage", "GetReferenceGeometryImage")

    def modifySelectedSegmentByLabelmap(self, labelmap: Any, mode: int, *rest: Any) -> None:
        """`(labelmap, mode[, bypassMasking])` or `(labelmap, mode, extent[, bypassMasking])`."""
        extent: list[int] = []
        if rest and isinstance(rest[0], Sequence):
            extent, rest = [int(bound) for bound in rest[0]], rest[1:]
            if len(extent) != 6:
                raise ValueError("extent must have 6 int values")
        if len(rest) > 1:
            raise ValueError("Called modifySelectedSegmentByLabelmap with wrong arguments")
        segmentation, segment_id = self._node.GetSegmentationNode(), self._node.GetSelectedSegmentID() or ""
        self._modify(segmentation, segment_id, labelmap, mode, extent, bool(rest and rest[0]))

    def modifySegmentByLabelmap(
        self, segmentationNode: Any, segmentID: str, labelmap: Any, mode: int, bypassMasking: bool = False
    ) -> None:
        self._modify(segmentationNode, segmentID, labelmap, mode, [], bypassMasking)

    @staticmethod
    def applyImageMask(image: Any, mask: Any, fillValue: float, notMask: bool = False) -> None:
        vtkOrientedImageDataResample.ApplyImageMask(image, mask, fillValue, notMask)

    def segmentationDisplayableInView(self, viewNode: Any) -> bool:
        return self._logic is not None and self._logic.IsSegmentationDisplayableInView(viewNode)

    def _modify(
        self, segmentation: Any, segment_id: str, labelmap: Any, mode: int, extent: list[int], bypass: bool
    ) -> None:
        check("modifySegmentByLabelmap", (segmentation, vtkMRMLSegmentationNode), (labelmap, vtkOrientedImageData))
        check("modifySegmentByLabelmap", (segment_id, str), (mode, int), none_allowed=False)
        if self._logic is not None:
            bounds = tuple(extent) or (0, -1, 0, -1, 0, -1)
            arguments = (segmentation, segment_id, labelmap, _MODES[mode], bounds, self.perSegment, bypass)
            self._logic.ModifySegmentByLabelmap(*arguments)

    def _updated(self, update: str, get: str) -> Any:
        if self._logic is None or not getattr(self._logic, update)():
            return None
        return getattr(self._logic, get)()
