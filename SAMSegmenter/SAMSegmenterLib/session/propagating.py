"""Propagation as the user steers it: from accepted slices to a structure that is accepted in one step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import BoxMark, Mark, MarkSet, PointMark, PriorMark
from SAMSegmenterLib.core.slab_boxes import roi_boxes
from SAMSegmenterLib.core.windowing import MinMax, Window, parse_window
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED
from SAMSegmenterLib.session.accepting import NOTHING
from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts
from SAMSegmenterLib.session.prompts_running import PromptsRunning
from SAMSegmenterLib.session.propagation import Propagation, Surroundings
from SAMSegmenterLib.session.propagation_keyframes import (
    PROPAGATED,
    accepted_keyframe,
    by_hand,
    is_propagated,
    voxel_keyframe,
)
from SAMSegmenterLib.session.propagation_results import HeldSlice, Keyframe, PackedMask
from SAMSegmenterLib.session.segment_writer import SegmentWriter
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import WindowChoice

_TRAIL = 3
"""Slices behind the one shown that tell how the structure moves."""


class Propagating(PromptsRunning):
    """Starts, corrects, accepts and rejects propagation; its results are in `propagation`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.propagation = Propagation(
            Surroundings(
                self._board,
                lambda: self._source,
                lambda: self._plane,
                lambda: self.book,
                lambda: self.service.generation,
                self._note_change,
                self._tell,
                self._tell_error,
            )
        )

    def propagate(
        self, first: int | None = None, last: int | None = None, segments: Sequence[str] | None = None
    ) -> bool:
        """Carry the accepted slices of segments through the stack that the slice shown belongs to.

        Without an accepted slice, the preview of the slice shown is carried, else what the segment is on it already.

        Args:
            first, last: range of slices, inclusive; None goes on until the structure ends.
            segments: ids of those that travel in one pass; the selected one when None.

        Returns:
            Whether it began; results come with later ticks, in `propagation`.
        """
        with self._action():
            self._required()
            ids = tuple(dict.fromkeys(segments)) if segments is not None else (self._segment_id,)
            if not ids or any(self._writers.segment_name(segment_id) is None for segment_id in ids):
                raise InputError("A segment is not there any more.", "Choose the segments again.")
            if first is not None and last is not None and first > last:
                first, last = last, first
            self.propagation.drop()
            stack = self.propagation.stack
            low = None if first is None else max(stack.first, first)
            high = None if last is None else min(stack.last, last)
            if (low is not None and low > stack.last) or (high is not None and high < stack.first):
                raise InputError("The range lies outside the volume.", "Choose another range.")
            gathering = self._gather_keyframes(ids, low, high)
            self.propagation.begin(stack, gathering, self._propagation_window(ids[0]), low, high)
            self.log.add("propagate", first=first, last=last, segments=len(ids))
            return True
        return False

    def propagate_within_roi(self, corners_ras: np.ndarray) -> bool:
        """As `propagate`, over the slices that a region of interest spans.

        Args:
            corners_ras: (N, 3) its corners in the volume's RAS (`Source.volume`), mm.
        """
        with self._action():
            self._required()
            return self.propagate(*self._range_of(np.asarray(corners_ras, np.float64).reshape(-1, 3)))
        return False

    def propagate_one(self, step: int) -> bool:
        """Carry the mask of the slice shown to the next slice up (1) or down (-1); other results stay.

        Returns:
            Whether it began; while a pass is under way nothing is done.
        """
        with self._action():
            self._required()
            if self.propagation.is_running:
                return False
            if self.propagation.index_of(self._plane) is None:
                self.propagation.drop()
            stack, index = self.propagation.stack, self.propagation.index_of(self._plane)
            target = index + (1 if step > 0 else -1)
            if not stack.first <= target <= stack.last:
                raise InputError("This is the last slice of the volume.", "Propagate the other way.")
            segment_id = self._segment_id
            if target in self.propagation.results.fixed(segment_id):
                raise InputError("The next slice is accepted already.", "Go on from there.")
            masks = self._trail(segment_id, index, index - target)
            self.propagation.begin_one(stack, segment_id, masks, target, self._propagation_window(segment_id))
            self.log.add("propagate one", step=target - index)
            return True
        return False

    def toggle_stop_mark(self) -> bool:
        """Mark the slice shown as one that the selected segment does not reach, or take the mark away.

        Returns:
            Whether it is marked now.
        """
        with self._action():
            self._required()
            return self.propagation.toggle_stop_mark(self._segment_id, self._plane)
        return False

    def accept_propagation(self, first: int | None = None, last: int | None = None) -> AcceptResult:
        """Write the results into their segments, as one undo step; a pass under way stops, keyframes stay as they are.

        Args:
            first, last: range of slices, inclusive; None for all. Results outside it wait on.
        """
        result = NOTHING
        with self._action():
            self._refresh_source()
            self._follow()
            self.propagation.cancel()
            waiting = self._waiting(first, last)
            if not waiting:
                raise InputError("There is nothing to accept.", "Propagate first, or choose another range.")
            result = self._write_propagated(waiting)
            self.log.add("accepted", changed=result.changed, mode=self._mode, slices=len(waiting), propagated=True)
            self._tell(result.message)
        return result

    def reject_propagation(self) -> bool:
        """Stop, and drop all results; the segments are as they were. False when there was nothing to drop."""
        with self._action():
            dropped = self.propagation.drop()
            if dropped:
                self.log.add("rejected", propagated=True)
            return dropped
        return False

    def edit_carried_prompts(self) -> bool:
        """Make the prompts that were carried to the slice shown its marks, to be seen and moved.

        Once the mask they give is accepted, the slice is a keyframe, and what depends on it is made again.
        """
        with self._action():
            _source, _prepared, prompts = self._required()
            index = self.propagation.index_of(self._plane)
            held = self.propagation.results.pending.get(self._segment_id, {}).get(index)
            if held is None or held.prompts is None:
                raise InputError("No prompts were carried to this slice.", "Mark the structure, or use its mask.")
            prompts.change(MarkSet(tuple(self._carried_marks(held))), WindowChoice(self.propagation.window_text))
            self._marks_changed()
            self._request_preview()
            return True
        return False

    def cancel(self) -> None:
        """As `Stacking.cancel`; what propagation has found so far stays, and can be accepted."""
        with self._action():
            stopped = self.propagation.cancel()
            super().cancel()
            if stopped:
                self._tell("Propagation stopped.", "What was found can be accepted, or rejected.")
                self._changed |= {"progress", "status"}

    def _note_change(self, name: str) -> None:
        self._changed |= {name, "progress", "status"}

    def _propagation_window(self, segment_id: str) -> Window:
        """What the model is shown of every slice: the window chosen, for automatic choice that of an accepted slice."""
        if self._window not in (AUTO, DISPLAYED):
            return parse_window(self._window)
        accepted = [*by_hand(self.book, segment_id, self.propagation.index_of).values()]
        if self._window == AUTO and accepted and accepted[-1].record.window not in (None, AUTO, DISPLAYED):
            return parse_window(accepted[-1].record.window)
        return self._source.displayed if self._source.displayed is not None else MinMax()

    def _gather_keyframes(self, segments: Sequence[str], first: int | None, last: int | None) -> Iterator[Keyframe]:
        """Keyframes one by one, as it takes a while to read each; the first one at once.

        Raises:
            InputError: a segment has nothing to start from.
        """
        propagation = self.propagation
        for segment_id in segments:
            found = 0
            accepted = by_hand(self.book, segment_id, propagation.index_of)
            for index in _within(list(accepted), first, last):
                keyframe = self._accepted_keyframe(accepted[index], index)
                if keyframe is not None:
                    found += 1
                    yield keyframe
            if not found:
                yield self._seed(segment_id)

    def _accepted_keyframe(self, one: AcceptedPrompts, index: int) -> Keyframe | None:
        stack = self.propagation.stack
        return accepted_keyframe(
            one, stack.plane(index), index, stack.grid(index), self._source, self._writers.writer()
        )

    def _seed(self, segment_id: str) -> Keyframe:
        """The slice shown as a keyframe: its preview, else what the segment is on it."""
        stack, index = self.propagation.stack, self.propagation.index_of(self._plane)
        name = self._writers.segment_name(segment_id)
        if index is None:
            raise InputError(f"'{name}' has no accepted slice in this direction.", "Segment it on one slice first.")
        preview = self._preview
        if preview is not None and preview.segment_id == segment_id and not self._board.is_running("preview"):
            record = self._record_of_preview(preview, self._mode)
            return Keyframe(segment_id, preview.plane, index, PackedMask.of(preview.mask), record, in_segment=False)
        plane, grid = stack.plane(index), stack.grid(index)
        keyframe = voxel_keyframe(segment_id, plane, index, grid, self._source, self._writers.writer())
        if keyframe is None:
            raise InputError(
                f"There is no slice of '{name}' to start from.", "Segment it on the slice that is shown first."
            )
        return keyframe

    def _trail(self, segment_id: str, index: int, back: int) -> dict[int, PackedMask]:
        """Masks of the slice shown and of those behind it, without a gap."""
        known = self.propagation.results.known(segment_id)
        if index not in known:
            accepted = by_hand(self.book, segment_id, self.propagation.index_of)
            keyframe = self._accepted_keyframe(accepted[index], index) if index in accepted else None
            keyframe = keyframe if keyframe is not None else self._seed(segment_id)
            self.propagation.results.put_keyframe(keyframe)
            known = {index: keyframe.packed}
        trail = {}
        for behind in range(_TRAIL):
            if index + behind * back not in known:
                break
            trail[index + behind * back] = known[index + behind * back]
        return trail

    def _range_of(self, corners_ras: np.ndarray) -> tuple[int, int]:
        """First and last slice of a region of interest."""
        stack, volume = self.propagation.stack, self._source.volume
        axis = self.propagation.axis
        if axis is not None:
            indices = roi_boxes(corners_ras, volume.ijk_to_ras, volume.shape_kji, axis)
            return min(indices), max(indices)
        start, onward = (np.array(stack.plane(index).origin_ras) for index in (0, 1))
        step = onward - start
        along = (corners_ras - start) @ step / (step @ step)
        first, last = int(np.ceil(along.min() - 1e-6)), int(np.floor(along.max() + 1e-6))
        return min(first, last), max(first, last)

    def _waiting(self, first: int | None, last: int | None) -> list[HeldSlice | Keyframe]:
        """What an acceptance writes: results that count, and keyframes whose mask is not in the segment."""
        results, found = self.propagation.results, []
        standing = {id(one.record) for one in self.book.accepted}
        for segment_id in results.segments:
            seeds = {
                index: one
                for index, one in results.keyframes.get(segment_id, {}).items()
                if one.record is not None and not (one.in_segment and id(one.record) in standing)
            }
            slices = {**results.held(segment_id), **seeds}
            found += [
                slices[index]
                for index in sorted(slices)
                if (first is None or index >= first) and (last is None or index <= last)
            ]
        return found

    def _write_propagated(self, waiting: list[HeldSlice | Keyframe]) -> AcceptResult:
        writer, order = self._writers.writer(), self.next_order
        edits: list[Edit] = []
        accepted: list[AcceptedPrompts] = []
        written: list[HeldSlice | Keyframe] = []
        for one in waiting:
            edit = self._edit_of(one, writer)
            if edit is not None:
                edits.append(edit)
                written.append(one)
                accepted.append(AcceptedPrompts(one.segment, self._record_of_slice(one, order + len(accepted))))
        if not edits:
            return AcceptResult(0, "The masks lie outside the segmentation's voxels: nothing was written.")
        result = self._commit(edits, accepted, writer)
        if result.changed:
            self.propagation.accepted(written, [one.record for one in accepted])
            for one in accepted:
                prompts = self.book.find(one.segment_id, one.record.plane)
                if prompts is not None:
                    self._settle(prompts, self._mode)
            self._request_preview()
            self._marks_changed()
        return result

    def _edit_of(self, one: HeldSlice | Keyframe, writer: SegmentWriter) -> Edit | None:
        mask = one.mask
        if not mask.any():
            return None
        grid = self.propagation.stack.grid(one.index)
        return slice_edit(mask, grid, self._source, writer, one.segment, self._mode)

    def _record_of_slice(self, one: HeldSlice | Keyframe, order: int) -> SlicePromptRecord:
        """Everything needed to write the slice again; of a propagated one, that is its mask."""
        if isinstance(one, Keyframe):
            parameters = {**one.record.parameters, "order": order}
            return replace(one.record, mode=self._mode, parameters=parameters)
        facts = {"origin": one.origin, "confidence": round(one.slice_confidence, 4)}
        return SlicePromptRecord(
            one.plane,
            mode=self._mode,
            accepted=True,
            window=self.propagation.window_text,
            parameters={**self._parameters(one.made_with), "order": order, "cleanup": {}, PROPAGATED: facts},
            mask=one.mask,
        )

    def _carried_marks(self, held: HeldSlice) -> Iterator[Mark]:
        for xy, label in zip(held.prompts.points, held.prompts.labels, strict=True):
            yield PointMark(self.book.new_id("p"), xy, int(label))
        if held.prompts.box is not None:
            yield BoxMark(self.book.new_id("b"), held.prompts.box)
        if held.prior is not None:
            yield PriorMark(self.book.new_id("m"), held.prior.mask)

    def _commit(
        self, edits: Sequence[Edit], accepted: Sequence[AcceptedPrompts], writer: SegmentWriter
    ) -> AcceptResult:
        """As `Accepting._commit`; a slice that was accepted by hand becomes a keyframe of propagation."""
        result = super()._commit(edits, accepted, writer)
        for one in accepted if result.changed and self.propagation.segments else ():
            index = self.propagation.index_of(one.record.plane)
            if index is not None and not is_propagated(one.record):
                keyframe = self._accepted_keyframe(one, index)
                if keyframe is not None:
                    self.propagation.corrected(keyframe)
        return result

    def tick(self, wait_seconds: float = 0.0) -> bool:
        """As `Following.tick`; the worker gets its slices first, so that it has them while this waits."""
        if self._source is not None:
            self.propagation.supply()
        return super().tick(wait_seconds)

    def _follow(self) -> None:
        super()._follow()
        self.propagation.follow(lambda segment_id: self._writers.segment_name(segment_id) is not None)

    def _progress_now(self) -> ProgressEvent | None:
        at_hand = super()._progress_now()
        return self.propagation.progress or at_hand

    def _begin_what_is_due(self) -> None:
        self.propagation.advance()
        super()._begin_what_is_due()


def _within(indices: list[int], first: int | None, last: int | None) -> list[int]:
    """Indices in a range; those nearest to it on either side when none is in it."""
    low = first if first is not None else min(indices, default=0)
    high = last if last is not None else max(indices, default=0)
    inside = [index for index in indices if low <= index <= high]
    if inside:
        return inside
    return [*[index for index in indices if index < low][-1:], *[index for index in indices if index > high][:1]]
