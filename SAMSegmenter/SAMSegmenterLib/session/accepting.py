"""Previews become part of a segment, in one undo step, or go away without a trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import MODES, SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import MarkSet
from SAMSegmenterLib.core.stepwise import Stepwise, finished
from SAMSegmenterLib.session.accepted_edits import AcceptedEdits, checksums_of, shortfall
from SAMSegmenterLib.session.following import Following
from SAMSegmenterLib.session.notices import WARNING
from SAMSegmenterLib.session.preview import AcceptResult, Preview
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, SlicePrompts
from SAMSegmenterLib.session.propagated_records import origin_of
from SAMSegmenterLib.session.segment_writer import SegmentWriter, committing
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import MadeWith

ACCEPT_WAIT_SECONDS = 0.08
"""How long `accept` waits for a preview that is on its way: a click and a key in quick succession go together."""

NOTHING = AcceptResult(0, "There is nothing to accept.")


class Accepting(Following):
    """Writes what is previewed through the writer, and remembers it so that it can be done again elsewhere."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._edits_by_volume: dict[str, AcceptedEdits] = {}

    @property
    def mode(self) -> str:
        """What `accept` does on the slice: "set" makes the segment equal to the mask, "add", "remove"."""
        return self._mode

    @mode.setter
    def mode(self, mode: str) -> None:
        with self._action():
            if mode not in MODES:
                raise InputError(f"There is no mode '{mode}'.", f"Choose one of: {', '.join(MODES)}.")
            if mode != self._mode:
                self._mode = mode
                self._changed.add("settings")

    def add_point(self, xy: Sequence[float], label: int = 1) -> str | None:
        """As `MarksEditing.add_point`; says at once when the place is protected from being changed."""
        mark_id = super().add_point(xy, label)
        if mark_id is not None and label == 1 and self._mode != "remove":
            with self._action(keep_notices=True):
                self._warn_if_protected(xy)
        return mark_id

    def accept(self) -> AcceptResult:
        """Write the chosen mask into the segment, as one undo step.

        Returns:
            How many voxels changed, and what there is to say; with 0 voxels nothing was written and no undo step made.
        """
        result = NOTHING
        with self._action():
            self._await_preview()
            preview = self._checked_preview()
            mode = self._mode
            result = self._write(preview, mode)
            if result.changed:
                self._drop_preview()
                self._settle(self.book.slice(preview.segment_id, preview.plane), mode)
                self._marks_changed()
            self.log.add("accepted", changed=result.changed, mode=mode, candidate=preview.chosen)
            self._tell(result.message)
        return result

    def reject(self) -> bool:
        """Drop the preview and the marks made since the last acceptance; False when there was nothing to drop.

        The segment is as it was: nothing of a preview is ever in it. `undo_mark` brings the marks back.
        """
        with self._action():
            prompts = self.prompts
            had = self._preview is not None or self._board.is_running("preview")
            self._drop_preview()
            if prompts is not None and prompts.is_pending:
                prompts.change(prompts.accepted if prompts.accepted is not None else MarkSet(), self._window_now())
                self._marks_changed()
                had = True
            if had:
                self.log.add("rejected")
            return had
        return False

    def segmentation_changed(self, for_all_volumes: bool = True) -> None:
        """Tell that segments were changed by somebody: an acceptance may have been undone, or done again.

        Args:
            for_all_volumes: False when each volume has segments of its own, as frames of a sequence may have.
        """
        with self._action(keep_notices=True):
            at_hand = self._accepted_edits()
            others = self._edits_by_volume.items() if for_all_volumes else ()
            for volume_id, edits in [*others]:
                if edits is not at_hand and edits.follow(self._writers):
                    self._prompts_changed(volume_id)
            if at_hand.follow(self._writers):
                self._marks_changed()

    def _let_preview_arrive(self) -> None:
        if self._board.is_running("preview"):
            self._board.wait(ACCEPT_WAIT_SECONDS)
            self._board.publish()

    def _await_preview(self) -> None:
        self._let_preview_arrive()
        if self._board.is_running("preview"):
            raise InputError("The preview is not up to date yet.", "Wait a moment, then accept again.")

    def _checked_preview(self) -> Preview:
        """The preview, if it still belongs to what is shown and edited."""
        preview = self._preview
        if preview is None:
            raise InputError("There is nothing to accept.", "Mark the structure first.")
        _source, _prepared, prompts = self._required()
        if self._preview is not preview or not self._belongs(preview, prompts):
            raise InputError("The preview belongs to something that has changed.", "Mark the structure again.")
        if not preview.mask.any():
            raise InputError("The preview is empty: there is nothing to accept.", "Add a prompt, or move one.")
        return preview

    def _write(self, preview: Preview, mode: str) -> AcceptResult:
        writer = self._writers.writer()
        edit = slice_edit(preview.mask, preview.image, self._source, writer, preview.segment_id, mode)
        if edit is None:
            return AcceptResult(0, "The mask lies outside the segmentation's voxels: nothing was written.")
        record = self._record_of_preview(preview, mode)
        return self._commit([edit], [AcceptedPrompts(preview.segment_id, record)], writer)

    def _record_of_preview(self, preview: Preview, mode: str) -> SlicePromptRecord:
        return SlicePromptRecord(
            preview.plane,
            preview.marks,
            preview.chosen,
            mode,
            accepted=True,
            window=preview.window,
            parameters=self._parameters(preview.made_with),
            mask=preview.mask,
        )

    def _commit(
        self, edits: Sequence[Edit], accepted: Sequence[AcceptedPrompts], writer: SegmentWriter
    ) -> AcceptResult:
        """Write edits as one step, and note them if anything changed."""
        return finished(self._committing(edits, accepted, writer))

    def _committing(
        self, edits: Sequence[Edit], accepted: Sequence[AcceptedPrompts], writer: SegmentWriter
    ) -> Stepwise[AcceptResult]:
        """As `_commit`, in steps where the writer can."""
        before = yield from checksums_of(edits, writer)
        names = dict.fromkeys(self._writers.segment_name(edit.segment_id) or "" for edit in edits)
        changed = yield from committing(writer, edits, f"SAM: {', '.join(names)}")
        missed, wanted = yield from shortfall(edits, writer)
        if changed:
            after = yield from checksums_of(edits, writer)
            self.book.accepted.extend(accepted)
            self._accepted_edits().note(edits, before, after, accepted)
            for segment_id, record in {one.segment_id: one.record for one in accepted}.items():
                self._writers.tag_segment(segment_id, self._tags(segment_id, record))
        return AcceptResult(changed, _in_words(changed, missed, wanted))

    def _step_by_step(self, work: Stepwise[AcceptResult]) -> Stepwise[AcceptResult]:
        """Every step is an action of its own; what fails becomes a notice, and nothing was written then."""
        while True:
            with self._action(keep_notices=True):
                try:
                    next(work)
                except StopIteration as end:
                    return end.value if end.value is not None else NOTHING
            yield

    def _settle(self, prompts: SlicePrompts, mode: str) -> None:
        """Marks that set a slice stay, to be refined; those that added or removed something have done their work."""
        if mode == "set":
            self.book.settle(prompts.segment_id, prompts.plane)
        elif len(prompts.marks):
            prompts.change(MarkSet(), self._window_now())

    def _warn_if_protected(self, xy: Sequence[float]) -> None:
        source, prepared, prompts = self._required()
        if callable(source.segmentation_to_volume):
            return  # a transform that bends space is asked about every voxel, too slow for a click
        height, width = prepared.grid.shape
        mask = np.zeros((height, width), bool)
        mask[min(height - 1, max(0, round(xy[1]))), min(width - 1, max(0, round(xy[0])))] = True
        writer = self._writers.writer()
        edit = slice_edit(mask, prepared.grid, source, writer, prompts.segment_id, "add")
        if edit is not None and not writer.editable_on(prompts.segment_id, edit.extent)[edit.block != 0].any():
            self._tell(
                "This place is protected: masking or the editable intensity range keeps it from being changed.",
                "Change the masking settings of the Segment Editor if it shall be segmented.",
                WARNING,
            )

    def _parameters(self, made_with: MadeWith) -> dict:
        """What else decides the mask, and in which order acceptances were made."""
        return {"order": self.next_order, "cleanup": self._cleanup.to_json(), **made_with.to_json()}

    def _prompts_changed(self, volume_id: str) -> None:
        raise NotImplementedError

    def _tags(self, segment_id: str, record: SlicePromptRecord) -> dict[str, str]:
        facts = record.parameters
        origin = origin_of(self.book, segment_id)
        return {"model": str(facts["model"]), "sha256": str(facts["sha256"]), "origin": origin}

    def _accepted_edits(self) -> AcceptedEdits:
        """Of the volume at hand."""
        volume_id = self._source.volume_id if self._source is not None else ""
        if volume_id not in self._edits_by_volume:
            self._edits_by_volume[volume_id] = AcceptedEdits(self.book)
        return self._edits_by_volume[volume_id]


def _in_words(changed: int, missed: int, wanted: int) -> str:
    if missed and not changed:
        return (
            f"Nothing was written: all {missed} voxels are protected by masking or the editable intensity range. "
            "Change them in the section Masking of the Segment Editor if the structure shall be written there."
        )
    if missed:
        return (
            f"{changed} voxels changed; {missed} of {wanted} are protected by masking or the editable intensity range."
        )
    return f"{changed} voxels changed." if changed else "The segment is like this already."
