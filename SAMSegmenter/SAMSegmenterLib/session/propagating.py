"""Propagation as the user steers it: from accepted slices to a structure that is accepted in one step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.edits import Edit
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.mask_measures import intersection_over_union
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import BoxMark, Mark, MarkSet, PointMark, PriorMark
from SAMSegmenterLib.core.propagation import VolumeStack
from SAMSegmenterLib.core.slab_boxes import roi_boxes
from SAMSegmenterLib.core.stepwise import Stepwise, finished
from SAMSegmenterLib.core.windowing import MinMax, Window, parse_window
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED
from SAMSegmenterLib.session.accepting import NOTHING
from SAMSegmenterLib.session.packed_masks import PackedMask
from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, SlicePrompts
from SAMSegmenterLib.session.prompts_running import PromptsRunning
from SAMSegmenterLib.session.propagated_records import is_propagated, propagated_record
from SAMSegmenterLib.session.propagation import Making, Propagation
from SAMSegmenterLib.session.propagation_keyframes import KeyframeReader
from SAMSegmenterLib.session.propagation_results import HeldSlice, Keyframe
from SAMSegmenterLib.session.propagation_view import KIND, Surroundings
from SAMSegmenterLib.session.segment_writer import SegmentWriter
from SAMSegmenterLib.session.slice_edits import slice_edit, slices_in_common, without_slices
from SAMSegmenterLib.session.slice_prediction import SliceAnswer, WindowChoice
from SAMSegmenterLib.session.supplied_stack import index_in, pixel_shift, shifted


class Propagating(PromptsRunning):
    """Starts, corrects, accepts and rejects propagation; its results are in `propagation`."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._carried: tuple[SlicePrompts, MarkSet, PackedMask] | None = None
        self.propagation = Propagation(
            Surroundings(
                self._board,
                lambda: self._source,
                lambda: self._plane,
                lambda: self.book,
                lambda: self.service.generation,
                self._clock,
                self._propagation_changed,
                self._tell,
                self._tell_error,
            )
        )

    def propagate(
        self, first: int | None = None, last: int | None = None, segments: Sequence[str] | None = None
    ) -> bool:
        """Carry slices of segments through the stack that the slice shown belongs to, from those accepted by hand.

        A segment without one starts from its preview on the slice shown, else from what it is there already.

        Args:
            first, last: range of slices, inclusive; None goes on until the structure ends.
            segments: ids of those that travel in one pass, without overlap; None takes all that have accepted slices in
                the stack, or else the selected one.

        Returns:
            Whether it began; results come with later ticks, in `propagation`.
        """
        with self._action():
            self._required()
            self._let_preview_arrive()
            stack = self.propagation.shown_stack
            reader = self._keyframe_reader(stack)
            ids = self._travelling(segments, reader)
            low, high = _limited(first, last, stack)
            making = self._making(reader, ids[0])
            self.propagation.begin(stack, reader.gather(ids, low, high), making, low, high)
            self.log.add("propagate", first=first, last=last, segments=len(ids))
            return True
        return False

    def propagate_within_roi(self, corners_ras: np.ndarray, segments: Sequence[str] | None = None) -> bool:
        """As `propagate`, over the slices that a region of interest spans.

        Args:
            corners_ras: (N, 3) its corners in the volume's RAS (`Source.volume`), mm.
            segments: as for `propagate`.
        """
        with self._action():
            self._required()
            corners = np.asarray(corners_ras, np.float64).reshape(-1, 3)
            return self.propagate(*self._spanned(corners), segments)
        return False

    def propagate_one(self, step: int) -> bool:
        """Carry the mask of the slice shown to the next slice up (1) or down (-1); other results stay.

        Returns:
            Whether it began; nothing is done while a pass is under way.
        """
        with self._action():
            self._required()
            propagation, segment_id = self.propagation, self._segment_id
            if propagation.is_running:
                return False
            self._let_preview_arrive()
            index, stack = propagation.index_of(self._plane), propagation.stack
            if index is None:
                raise InputError("The results wait on slices of another direction.", "Accept or reject them first.")
            target = index + (1 if step > 0 else -1)
            if not stack.first <= target <= stack.last:
                raise InputError("This is the last slice of the volume.", "Propagate the other way.")
            reader, known = self._keyframe_reader(stack), propagation.results.known(segment_id)
            if target in propagation.results.fixed(segment_id) or target in reader.accepted(segment_id):
                raise InputError("The next slice is accepted already.", "Go on from there.")
            seed = reader.on_shown(segment_id) if index not in known else None
            mask = known[index] if seed is None else seed.packed
            propagation.begin_one(stack, seed, segment_id, index, mask, target, self._making(reader, segment_id))
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
        with self._action():
            return finished(self.accepting_propagation(first, last))
        return NOTHING

    def accepting_propagation(self, first: int | None = None, last: int | None = None) -> Stepwise[AcceptResult]:
        """As `accept_propagation`, in steps; nobody may write, undo or change marks in between."""
        work = None
        with self._action():
            self._refresh_source()
            self._follow()
            self.propagation.cancel()
            self.segmentation_changed()  # a keyframe that was undone meanwhile is written, too
            waiting = self.propagation.results.waiting(first, last)
            if not waiting:
                raise InputError("There is nothing to accept.", "Propagate first, or choose another range.")
            work = self._accept_propagated(waiting)
        return NOTHING if work is None else (yield from self._step_by_step(work))

    def _accept_propagated(self, waiting: Sequence[HeldSlice | Keyframe]) -> Stepwise[AcceptResult]:
        result = yield from self._write_propagated(waiting)
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
            _source, prepared, prompts = self._required()
            index = self.propagation.index_of(self._plane)
            held = self.propagation.results.pending.get(self._segment_id, {}).get(index)
            if held is None or held.prompts is None:
                raise InputError("No prompts were carried to this slice.", "Mark the structure on it.")
            shift = pixel_shift(prompts.plane, held.plane)
            marks = MarkSet(tuple(self._carried_marks(held, shift)))
            window = WindowChoice(self.propagation.making.window_text)
            prompts.change(marks, window)
            prompts.candidate, prompts.window = None, window
            mask = shifted(held.mask, shift, prepared.grid.shape)
            self._carried = (prompts, marks, PackedMask.of(mask))
            self.log.add("carried prompts", marks=len(marks))
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

    def run_prompts(self, prompts: PromptFile) -> AcceptResult:
        """As `PromptsRunning.run_prompts`; propagation stops, as nobody copies slices for it meanwhile."""
        self.propagation.cancel()
        return super().run_prompts(prompts)

    def segmentation_changed(self, for_all_volumes: bool = True) -> None:
        """As `Accepting.segmentation_changed`; propagated slices whose acceptance was undone wait again."""
        with self._action(keep_notices=True):
            super().segmentation_changed(for_all_volumes)
            self._follow_acceptances()

    def _propagation_changed(self) -> None:
        self._changed |= {KIND, "progress", "status"}

    def _follow_acceptances(self) -> None:
        standing = {id(one.record) for one in self.book.accepted}
        if self.propagation.results.follow(lambda record: id(record) in standing):
            self._propagation_changed()

    def _travelling(self, segments: Sequence[str] | None, reader: KeyframeReader) -> tuple[str, ...]:
        """Ids of the segments that are propagated."""
        if segments is None:
            known = [segment_id for segment_id in self.book.segments() if self._writers.segment_name(segment_id)]
            segments = [segment_id for segment_id in known if reader.accepted(segment_id)] or [self._segment_id]
        ids = tuple(dict.fromkeys(segments))
        if not ids or any(self._writers.segment_name(segment_id) is None for segment_id in ids):
            raise InputError("A segment is not there any more.", "Choose the segments again.")
        return ids

    def _keyframe_reader(self, stack: VolumeStack) -> KeyframeReader:
        shown, preview = index_in(stack, self._plane), None
        if shown is not None and self.preview_is_current:
            record = self._record_of_preview(self._preview, self._mode)
            plane, shape = stack.plane(shown), stack.grid(shown).shape
            packed = PackedMask.of(shifted(self._preview.mask, pixel_shift(plane, self._plane), shape))
            segment_id = self._preview.segment_id
            preview = Keyframe(segment_id, plane, shown, packed, record, in_segment=False)
        return KeyframeReader(stack, self._source, self.book, self._writers, shown, preview)

    def _making(self, reader: KeyframeReader, segment_id: str) -> Making:
        return Making(self._one_window(reader, segment_id), self._cleanup)

    def _one_window(self, reader: KeyframeReader, segment_id: str) -> Window:
        """What the model is shown of every slice: the window chosen, for automatic choice that of an accepted slice."""
        if self._window not in (AUTO, DISPLAYED):
            return parse_window(self._window)
        records = [one.record for one in reader.accepted(segment_id).values()]
        records += [reader.preview.record] if reader.preview is not None else []
        if self._window == AUTO and records and records[-1].window not in (None, AUTO, DISPLAYED):
            return parse_window(records[-1].window)
        return self._source.displayed if self._source.displayed is not None else MinMax()

    def _spanned(self, corners_ras: np.ndarray) -> tuple[int, int]:
        """First and last slice of a region of interest."""
        stack, volume, axis = self.propagation.shown_stack, self._source.volume, self._plane.axis
        if axis is not None:
            indices = roi_boxes(corners_ras, volume.ijk_to_ras, volume.shape_kji, axis)
            return min(indices), max(indices)
        start, onward = (np.array(stack.plane(index).origin_ras) for index in (0, 1))
        along = (corners_ras - start) @ (onward - start) / ((onward - start) @ (onward - start))
        first, last = int(np.ceil(along.min() - 1e-6)), int(np.floor(along.max() + 1e-6))
        return min(first, last), max(first, last)

    def _write_propagated(self, waiting: Sequence[HeldSlice | Keyframe]) -> Stepwise[AcceptResult]:
        writer, order = self._writers.writer(), self.next_order
        edits: list[Edit] = []
        accepted: list[AcceptedPrompts] = []
        written: list[HeldSlice | Keyframe] = []
        for one, edit in self._edits_of(waiting, writer):
            edits.append(edit)
            written.append(one)
            accepted.append(AcceptedPrompts(one.segment, self._record_of_slice(one, order + len(accepted))))
            yield
        if not edits:
            return AcceptResult(0, "The masks lie outside the segmentation's voxels: nothing was written.")
        result = yield from self._committing(edits, accepted, writer)
        if result.changed:
            of_written = set(map(id, written))
            self.propagation.results.forget(one for one in waiting if id(one) not in of_written)
            self.propagation.accepted(written, [one.record for one in accepted])
            for one in accepted:
                prompts = self.book.find(one.segment_id, one.record.plane)
                if prompts is not None:
                    self._settle(prompts, self._mode)
            self._request_preview()
            self._marks_changed()
        return result

    def _edits_of(
        self, waiting: Sequence[HeldSlice | Keyframe], writer: SegmentWriter
    ) -> Iterator[tuple[HeldSlice | Keyframe, Edit]]:
        """Slices that cover voxels of the segmentation, with edits that change nothing on slices that are fixed."""
        stack, results, source = self.propagation.stack, self.propagation.results, self._source
        fixed = {segment_id: results.fixed(segment_id) for segment_id in results.segments}
        near = 0
        if stack.last > stack.first:
            near = slices_in_common(stack.grid(stack.first), stack.grid(stack.first + 1), source, writer)
        for one in waiting:
            edit = slice_edit(one.mask, stack.grid(one.index), source, writer, one.segment, self._mode)
            if edit is None:
                continue
            if isinstance(one, HeldSlice):
                around = range(one.index - near, one.index + near + 1)
                beside = [stack.grid(index) for index in around if index in fixed[one.segment]]
                edit = without_slices(edit, beside, source, writer)
            yield one, edit

    def _record_of_slice(self, one: HeldSlice | Keyframe, order: int) -> SlicePromptRecord:
        """Everything needed to write a slice again."""
        if isinstance(one, HeldSlice):
            parameters = {**self._parameters(one.made_with), "cleanup": {}, "order": order}
            return propagated_record(one, self._mode, self.propagation.making.window_text, parameters)
        return replace(one.record, mode=self._mode, parameters={**one.record.parameters, "order": order})

    def _carried_marks(self, held: HeldSlice, shift: tuple[int, int]) -> Iterator[Mark]:
        """Marks on the slice shown, where the first pixel of the result lies at `shift`."""
        for xy, label in zip(held.prompts.points + shift, held.prompts.labels, strict=True):
            yield PointMark(self.book.new_id("p"), xy, int(label))
        if held.prompts.box is not None:
            yield BoxMark(self.book.new_id("b"), held.prompts.box + np.tile(shift, 2))
        if held.prior is not None:
            shape = self._slice_at(self._plane).grid.shape
            yield PriorMark(self.book.new_id("m"), shifted(held.prior.mask, shift, shape))

    def _show_preview(self, context: tuple, asked: float, answer: SliceAnswer) -> None:
        """As `Previewing._show_preview`; of carried prompts, the candidate that is most like what was propagated."""
        prompts = self.prompts
        if self._carried is not None and prompts is not None and context == self._context(prompts):
            of, marks, packed = self._carried
            if of is prompts and marks is prompts.marks and prompts.candidate is None:
                likeness = [intersection_over_union(mask, packed.mask) for mask in answer.masks]
                prompts.candidate = int(np.argmax(likeness))
            self._carried = None
        super()._show_preview(context, asked, answer)

    def _committing(
        self, edits: Sequence[Edit], accepted: Sequence[AcceptedPrompts], writer: SegmentWriter
    ) -> Stepwise[AcceptResult]:
        """As `Accepting._committing`; a slice that was accepted by hand becomes a keyframe of propagation."""
        result = yield from super()._committing(edits, accepted, writer)
        for one in accepted if result.changed else ():
            if is_propagated(one.record):
                continue
            index = self.propagation.index_of(one.record.plane)
            if index is not None and self.propagation.depends_on(one.segment_id, index):
                keyframe = self._keyframe_reader(self.propagation.stack).of(one, index)
                if keyframe is not None:
                    self.propagation.corrected(keyframe)
        return result

    def _follow(self) -> None:
        super()._follow()
        self.propagation.follow(lambda segment_id: self._writers.segment_name(segment_id) is not None)
        self.propagation.supply()

    def _begin_what_is_due(self) -> None:
        self.propagation.advance()
        super()._begin_what_is_due()

    def _progress_now(self) -> ProgressEvent | None:
        at_hand = super()._progress_now()
        return self.propagation.progress or at_hand


def _limited(first: int | None, last: int | None, stack: VolumeStack) -> tuple[int | None, int | None]:
    """A range in order, cut to the stack.

    Raises:
        InputError: nothing is left of it.
    """
    if first is not None and last is not None and first > last:
        first, last = last, first
    low = None if first is None else max(stack.first, first)
    high = None if last is None else min(stack.last, last)
    if (low is not None and low > stack.last) or (high is not None and high < stack.first):
        raise InputError("The range lies outside the volume.", "Choose another range.")
    return low, high
