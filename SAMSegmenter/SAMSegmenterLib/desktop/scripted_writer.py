"""Writes segments through the Segment Editor's effect, so that masking, overwriting and undo are the editor's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.scene.edit_rules import EVERYWHERE
from SAMSegmenterLib.scene.logic_provider import LogicWriterProvider
from SAMSegmenterLib.scene.logic_writer import LogicSegmentWriter


class EffectLogic:
    """The editor logic's way of writing, over a scripted effect: what is written ends up in the editor's undo history.

    Args:
        scripted_effect: the C++ half of the effect.
    """

    def __init__(self, scripted_effect: Any) -> None:
        import slicer

        effect = slicer.qSlicerSegmentEditorAbstractEffect
        self._effect = scripted_effect
        self.ModificationModeAdd = effect.ModificationModeAdd
        self.ModificationModeRemove = effect.ModificationModeRemove

    def TrivialSetSourceRepresentationToBinaryLabelmap(self) -> bool:
        """The editor has converted what could be converted when the effect was activated."""
        return False

    def SetMaximumNumberOfUndoStates(self, states: int) -> None:
        """The history is the editor's, and so is its length."""

    def SaveStateForUndo(self) -> bool:
        self._effect.saveStateForUndo()
        return True

    def ModifySegmentByLabelmap(
        self, segmentation_node: Any, segment_id: str, labelmap: Any, mode: Any, extent: Any, *_: Any
    ) -> None:
        self._effect.modifySelectedSegmentByLabelmap(labelmap, mode, [int(bound) for bound in extent])

    def Undo(self) -> None:
        """Effects cannot undo: the user is told to, see `ScriptedSegmentWriter.commit`."""

    def CanUndo(self) -> bool:
        return False

    def CanRedo(self) -> bool:
        return False


class ScriptedSegmentWriter(LogicSegmentWriter):
    """The segments of the segmentation that an effect edits.

    What the editor's settings allow is worked out block by block; while that is written, its node says "everywhere",
    and nobody hears of it.

    Args:
        scripted_effect: the C++ half of the effect.
        segmentation_node, source_volume_node, editor_node: as in `LogicSegmentWriter`.

    Thread: main, all of it.
    """

    def __init__(self, scripted_effect: Any, segmentation_node: Any, source_volume_node: Any, editor_node: Any) -> None:
        self._scripted_effect = scripted_effect
        super().__init__(segmentation_node, source_volume_node, editor_node)

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """As `LogicSegmentWriter.commit`, as one step of the editor's undo history."""
        if self._editor_node.GetSegmentationNode() is not self._node:
            raise InputError("Another segmentation was chosen meanwhile; nothing was written.", "Try again.")
        try:
            with _undisturbed(self._editor_node):
                return super().commit(edits, label)
        except StoreError as error:
            raise StoreError(error.message, "Press Undo in the Segment Editor, then save the scene.") from error

    def _open_logic(self) -> tuple[Any, Any]:
        return EffectLogic(self._scripted_effect), self._editor_node

    def _modify(self, *arguments: Any) -> None:
        """Only while voxels are written do the settings differ: they are read again between two writes."""
        node = self._editor_node
        kept = (node.GetMaskMode(), node.GetSourceVolumeIntensityMask(), node.GetOverwriteMode())
        segment_id = node.GetSelectedSegmentID()
        node.SetMaskMode(EVERYWHERE)
        node.SetSourceVolumeIntensityMask(False)
        try:
            super()._modify(*arguments)
        finally:
            node.SetMaskMode(kept[0])
            node.SetSourceVolumeIntensityMask(kept[1])
            node.SetOverwriteMode(kept[2])
            node.SetSelectedSegmentID(segment_id)


class ScriptedWriterProvider(LogicWriterProvider):
    """Gives the writer of the segmentation that the effect's editor names.

    Args:
        scripted_effect: the C++ half of the effect.
        editor_node: `vtkMRMLSegmentEditorNode` of the editor.
        segmentation_node: see `LogicWriterProvider`.
    """

    def __init__(self, scripted_effect: Any, editor_node: Any, segmentation_node: Any = None) -> None:
        super().__init__(editor_node, segmentation_node=segmentation_node)
        self._scripted_effect = scripted_effect

    def _new_writer(self, segmentation_node: Any, source_volume_node: Any) -> LogicSegmentWriter:
        return ScriptedSegmentWriter(self._scripted_effect, segmentation_node, source_volume_node, self._editor_node)


@contextmanager
def _undisturbed(node: Any) -> Iterator[None]:
    """Changes of the editor's node are told to nobody until they are taken back."""
    modifying = node.StartModify()
    try:
        yield
    finally:
        node.EndModify(modifying)
