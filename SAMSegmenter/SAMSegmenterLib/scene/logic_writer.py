"""Writes segments through the logic of Slicer's Segment Editor, without its window.

The masking mode, the overwrite mode and the intensity range of the editor's settings hold as they do there. One commit
is one step of an undo history that the writer keeps for itself: in Slicer's window, where the editor has a history of
its own, edits go through the effect instead.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.edits import Edit, grouped
from SAMSegmenterLib.core.errors import DependencyError, InputError, StoreError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape, filled_extent, intersection, is_empty, placed
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.core.slicing import Extent
from SAMSegmenterLib.core.stepwise import Stepwise, finished
from SAMSegmenterLib.scene.edit_plan import EditPlan, clipped, plan_of
from SAMSegmenterLib.scene.edit_rules import (
    EVERYWHERE,
    INSIDE_SINGLE,
    OVERWRITE_ALL,
    OVERWRITE_NONE,
    EditRules,
    editable_block,
    overwritable,
)
from SAMSegmenterLib.scene.runtime import import_slicer
from SAMSegmenterLib.scene.segment_voxels import (
    aligned_extent,
    extent_around,
    is_drawn,
    layer_of,
    layers_of,
    oriented_image,
    segment_block,
    segment_of,
    values_of,
)
from SAMSegmenterLib.scene.segmentation_lattice import segmentation_lattice
from SAMSegmenterLib.scene.segmentations import BINARY_LABELMAP

logger = logging.getLogger(__name__)

MAX_GROUP_VOXELS = 2**25
"""Edits of one segment are gathered into one write up to this size."""

STEP_VOXELS = 2**22
"""The same where others wait between two writes."""

UNDO_BYTES = 2**30
"""Undo states are dropped, the oldest first, when they would hold more than this together; two always stay."""


class LogicSegmentWriter:
    """The segments of one segmentation, to read and to write.

    Args:
        segmentation_node: `vtkMRMLSegmentationNode` in a scene.
        source_volume_node: volume that intensities are taken from, and the lattice when the segmentation has none.
        editor_node: `vtkMRMLSegmentEditorNode` whose settings hold at every commit; it is only read. None: no mask,
            other segments give way.
        undo_states: commits that can be undone, at least 2; fewer where they would not fit `UNDO_BYTES`.

    Raises:
        InputError: the segmentation is in no scene, or holds surfaces instead of voxels.
        DependencyError: this Slicer has no such logic (it came with 5.10).

    Thread: main, all of it.
    """

    def __init__(
        self, segmentation_node: Any, source_volume_node: Any, editor_node: Any = None, undo_states: int = 10
    ) -> None:
        self._node = segmentation_node
        self._volume_node = source_volume_node
        self._editor_node = editor_node
        self._undo_states = max(2, undo_states)
        self._searched: dict[str, tuple[Any, int, int, bool]] = {}
        self._is_step_begun = False
        self._scene = segmentation_node.GetScene() if segmentation_node is not None else None
        self._check_nodes()
        self._logic, self._settings = self._open_logic()
        self._check_voxels()

    def lattice(self) -> Lattice:
        """The voxels that can be written."""
        self._check_nodes()
        return segmentation_lattice(self._node, self._volume_node)

    def extent_of(self, segment_id: str) -> Extent:
        """An extent that holds all of a segment, that of the labelmap it is in; `EMPTY_EXTENT` when it has no voxel.

        Raises:
            InputError: no such segment.
        """
        segment = segment_of(self._node, segment_id)
        image, value = layer_of(segment), int(segment.GetLabelValue())
        if not is_drawn(image):
            return EMPTY_EXTENT
        known = (image, image.GetMTime(), value)
        if self._searched.get(segment_id, (None,))[:3] != known:
            self._searched[segment_id] = (*known, any((layer == value).any() for layer in values_of(image)))
        return extent_around(image, self.lattice()) if self._searched[segment_id][3] else EMPTY_EXTENT

    def segment_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """(k, j, i) uint8 of an extent of the lattice, 1 inside the segment.

        Raises:
            InputError: no such segment.
        """
        return segment_block(self._node, segment_id, self.lattice(), extent)

    def editable_on(self, segment_id: str, extent: Extent) -> np.ndarray:
        """(k, j, i) bool of an extent of the lattice: where the settings let a segment be added to."""
        lattice, rules = self.lattice(), EditRules.of(self._editor_node)
        segment_of(self._node, segment_id)
        inside = intersection(extent, lattice.extent)
        if is_empty(inside):
            return np.zeros(extent_shape(extent), bool)
        allowed = editable_block(self._node, self._volume_node, rules, segment_id, lattice, inside)
        return placed(allowed, inside, extent)

    def begin_step(self) -> None:
        """Begin the undo step of the next commit now: a segment added in between comes and goes with it."""
        self._check_nodes()
        self._is_step_begun = self._save_state()

    def commit(self, edits: Sequence[Edit], label: str) -> int:
        """Write edits, as one step of the undo history.

        Edits are done in their order. What lies outside the lattice or what the settings protect is left as it is.

        Args:
            label: what was done, for the log.

        Returns:
            Voxels of the edited segments that changed. What others lost to them is not counted, but can be undone, too.

        Raises:
            InputError: a node or segment is gone, or segments on another voxel grid would have to be resampled; nothing
                was changed.
            StoreError: Slicer did not take the edit; what was written is taken back.
        """
        return finished(self.commit_in_steps(edits, label, MAX_GROUP_VOXELS))

    def commit_in_steps(self, edits: Sequence[Edit], label: str, most_voxels: int = STEP_VOXELS) -> Stepwise[int]:
        """As `commit`, in steps; nothing else may write in between. Closed before its end, it takes everything back.

        Args:
            most_voxels: written in one step.
        """
        saved, self._is_step_begun = self._is_step_begun, False
        self._check_nodes()
        self._check_voxels()
        rules, lattice = EditRules.of(self._editor_node), self.lattice()
        within: list[Edit] = []
        changed, done = 0, False
        try:
            for edit in clipped(edits, self._node, lattice):
                within.append(edit)
                yield
            for group in grouped(within, most_voxels):
                plan = plan_of(group, self._node, self._volume_node, rules, lattice)
                yield
                if not (plan.changed or plan.overwrites):
                    continue
                self._check_grids(plan, rules, lattice)
                if not saved:
                    saved = self._save_state()
                    yield
                self._write(plan, rules, lattice)
                changed += plan.changed
                yield
            done = True
        finally:
            if saved and not done:
                self._logic.Undo()
        logger.info("%s: %d voxels changed.", label, changed)
        return changed

    @property
    def can_undo(self) -> bool:
        """True when a commit can be taken back."""
        return self._exists() and bool(self._logic.CanUndo())

    @property
    def can_redo(self) -> bool:
        """True when a commit was taken back and nothing was changed since."""
        return self._exists() and bool(self._logic.CanRedo())

    def undo(self) -> bool:
        """Take the last commit back; False when there is none."""
        possible = self.can_undo
        if possible:
            self._logic.Undo()
        return possible

    def redo(self) -> bool:
        """Do the commit again that was taken back last; False when there is none."""
        possible = self.can_redo
        if possible:
            self._logic.Redo()
        return possible

    def _open_logic(self) -> tuple[Any, Any]:
        """What writes, and the `vtkMRMLSegmentEditorNode` that it obeys."""
        return _new_logic(self._node)

    def _write(self, plan: EditPlan, rules: EditRules, lattice: Lattice) -> None:
        logic, to_single = self._logic, rules.mask_mode == INSIDE_SINGLE and rules.mask_segment_id != plan.segment_id
        if plan.removed.any():
            # with OVERWRITE_NONE Slicer would first move the segment out of a labelmap that it shares with others
            self._modify(
                plan.segment_id, plan.removed, plan.extent, lattice, logic.ModificationModeRemove, OVERWRITE_ALL
            )
            if to_single:  # what is taken away inside a single segment falls to it, as with Slicer's own eraser
                self._modify(
                    rules.mask_segment_id, plan.removed, plan.extent, lattice, logic.ModificationModeAdd, OVERWRITE_NONE
                )
        if plan.added.any():
            # other labelmaps are only touched where something in them gives way
            overwrite = rules.overwrite_mode if plan.overwrites else OVERWRITE_NONE
            self._modify(plan.segment_id, plan.added, plan.extent, lattice, logic.ModificationModeAdd, overwrite)
        written = segment_block(self._node, plan.segment_id, lattice, plan.extent)
        if not np.array_equal(written, plan.after):  # Slicer's logic fails without a word
            raise StoreError(
                f"Slicer did not take the change of '{segment_of(self._node, plan.segment_id).GetName()}'.",
                "Nothing was changed. Save the scene, load it again and repeat the step.",
            )

    def _modify(
        self, segment_id: str, cells: np.ndarray, extent: Extent, lattice: Lattice, mode: Any, overwrite: int
    ) -> None:
        segment = segment_of(self._node, segment_id)
        if layer_of(segment) is None:
            segment.AddRepresentation(BINARY_LABELMAP, import_slicer().vtkOrientedImageData())
        # an empty labelmap takes the number type of what is written first, which must hold the segment's label value
        dtype = next(t for t in (np.uint8, np.uint16, np.int32) if segment.GetLabelValue() <= np.iinfo(t).max)
        here = filled_extent(cells, extent)
        image = oriented_image(here, lattice.ijk_to_ras, placed(cells.astype(dtype), extent, here))
        self._settings.SetSelectedSegmentID(segment_id)
        self._settings.SetOverwriteMode(overwrite)
        self._logic.ModifySegmentByLabelmap(self._node, segment_id, image, mode, here, True, False)

    def _save_state(self) -> bool:
        """Undo states copy every labelmap that changed since the last one."""
        size = sum(1024 * int(image.GetActualMemorySize()) for image, _ids in layers_of(self._node))
        states = min(self._undo_states, max(2, UNDO_BYTES // max(size, 1)))
        self._logic.SetMaximumNumberOfUndoStates(states)
        if not self._logic.SaveStateForUndo():
            raise StoreError("Slicer could not keep the segmentation for undo.", "Nothing was changed; try again.")
        return True

    def _check_grids(self, plan: EditPlan, rules: EditRules, lattice: Lattice) -> None:
        """A write resamples every labelmap that it touches onto its own lattice: none may lie on another one."""
        touched = {plan.segment_id}
        if plan.overwrites:
            touched.update(overwritable(self._node, rules, plan.segment_id))
        if plan.removed.any() and rules.mask_mode == INSIDE_SINGLE:
            touched.add(rules.mask_segment_id)
        for image, ids in layers_of(self._node):
            if touched.intersection(ids) and aligned_extent(image, lattice) is None:
                names = ", ".join(f"'{segment_of(self._node, n).GetName()}'" for n in ids)
                raise InputError(
                    f"{names} would be resampled: the segments of '{self._node.GetName()}' lie on different voxel "
                    "grids.",
                    "In the Segment Editor, press the button beside the source volume (Specify geometry) and OK: that "
                    "puts all segments on one grid.",
                )

    def _exists(self) -> bool:
        return self._node is not None and self._scene is not None and self._node.GetScene() is self._scene

    def _check_nodes(self) -> None:
        if not self._exists():
            name = "" if self._node is None else f" '{self._node.GetName()}'"
            raise InputError(f"The segmentation{name} is not in the scene any more.", "Choose another segmentation.")

    def _check_voxels(self) -> None:
        """Segments that hold something else become voxels only where nothing is lost by it."""
        if self._node.GetSegmentation().GetSourceRepresentationName() == BINARY_LABELMAP:
            return
        if not self._logic.TrivialSetSourceRepresentationToBinaryLabelmap():
            raise InputError(
                f"The segmentation '{self._node.GetName()}' holds surfaces, which cannot be edited voxel by voxel.",
                "In the Segmentations module, make the binary labelmap its source representation.",
            )


def _new_logic(segmentation_node: Any) -> tuple[Any, Any]:
    """The logic, and an editor node for it that the scene does not know of, so that nobody's settings are touched."""
    slicer, scene = import_slicer(), segmentation_node.GetScene()
    if not hasattr(slicer, "vtkSlicerSegmentEditorLogic"):
        raise DependencyError("This Slicer cannot edit segments without its window.", "Use Slicer 5.10 or newer.")
    logic, settings = slicer.vtkSlicerSegmentEditorLogic(), slicer.vtkMRMLSegmentEditorNode()
    logic.SetMRMLScene(scene)
    settings.SetScene(scene)
    logic.SetSegmentEditorNode(settings)
    logic.SetSegmentationNode(segmentation_node)
    settings.SetMaskMode(EVERYWHERE)
    settings.SetSourceVolumeIntensityMask(False)
    return logic, settings
