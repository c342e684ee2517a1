"""From anywhere into the Segment Editor, with the effect active."""

from __future__ import annotations

from typing import Any

import slicer

from SAMSegmenterLib.core.errors import DependencyError, InputError

EFFECT = "SAM"


def open_segment_editor(effect: str = EFFECT) -> None:
    """Go to the Segment Editor, give it what it lacks, and activate an effect.

    A segmentation, a source volume and a segment that are chosen there stay. Where there is none, the first volume of
    the scene, a new segmentation and a new segment are taken.

    Args:
        effect: name of the effect.

    Raises:
        InputError: there is no volume in the scene.
        DependencyError: the effect is not there.
    """
    if slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode") is None and (
        slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLVectorVolumeNode") is None
    ):
        raise InputError("There is no volume to segment.", "Load one, or press Load the sample volume.")
    slicer.util.selectModule("SegmentEditor")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    if effect not in tuple(editor.availableEffectNames()):
        raise DependencyError(
            f"The Segment Editor has no effect '{effect}'.",
            "Restart Slicer; if it is still missing, the extension is not installed completely.",
        )
    _give_volume(editor)
    _give_segment(editor)
    editor.setActiveEffectByName(effect)


def _give_volume(editor: Any) -> None:
    """The source volume, chosen if there was none; the segmentation first, which brings its own."""
    segmentation = editor.segmentationNode()
    if segmentation is None:
        segmentation = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode")
        segmentation.CreateDefaultDisplayNodes()
        editor.setSegmentationNode(segmentation)
    if editor.sourceVolumeNode() is None:
        volume = _shown_volume()
        segmentation.SetReferenceImageGeometryParameterFromVolumeNode(volume)
        editor.setSourceVolumeNode(volume)


def _shown_volume() -> Any:
    """The volume behind the slices, else the first of the scene."""
    for node_class in ("vtkMRMLScalarVolumeNode", "vtkMRMLVectorVolumeNode"):
        node = slicer.mrmlScene.GetFirstNodeByClass(node_class)
        if node is not None:
            break
    selection = slicer.app.applicationLogic().GetSelectionNode()
    active = slicer.mrmlScene.GetNodeByID(selection.GetActiveVolumeID() or "") if selection is not None else None
    return active if active is not None else node


def _give_segment(editor: Any) -> None:
    """A segment to write into."""
    segmentation = editor.segmentationNode().GetSegmentation()
    if segmentation.GetNumberOfSegments() == 0:
        editor.mrmlSegmentEditorNode().SetSelectedSegmentID(segmentation.AddEmptySegment())
