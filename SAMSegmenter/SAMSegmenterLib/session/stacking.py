"""A box in space as one box per slice, and the masks of all marked slices at once, accepted in one step."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet
from SAMSegmenterLib.core.slab_boxes import box_on_image, extreme_point_boxes, roi_boxes
from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.core.stepwise import Stepwise, finished
from SAMSegmenterLib.session.accepting import NOTHING
from SAMSegmenterLib.session.analysing import Analysing
from SAMSegmenterLib.session.model_service import REQUEST
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.preview import AcceptResult
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, SlicePrompts
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import SliceAnswer, SliceRequest, WindowChoice, predict_slice
from SAMSegmenterLib.session.stack_preview import StackPreview, StackSlice

_ROI_PREFIX = "r"


class Stacking(Analysing):
    """Prompts in space, and all marked slices of a segment in one go."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._stack: StackPreview | None = None

    @property
    def stack(self) -> StackPreview | None:
        """Masks of many slices, as far as they are done; None when there are none."""
        return self._stack

    def boxes_from_roi(self, corners_ras: np.ndarray, axis: int | None = None) -> int:
        """Put a box on each slice that a region of interest spans, as prompts of the selected segment.

        Args:
            corners_ras: (N, 3) its corners in the volume's RAS (`Source.volume`), mm.
            axis: array axis that the slices are stacked along; that of the slice shown when None.

        Returns:
            How many slices have a box now; 0 when nothing was done.
        """
        with self._action():
            source, _prepared, _prompts = self._required()
            along = self._stack_axis(axis)
            volume = source.volume
            return self._put_boxes(along, roi_boxes(corners_ras, volume.ijk_to_ras, volume.shape_kji, along))
        return 0

    def boxes_from_extreme_points(self, points_ras: np.ndarray, axis: int | None = None, margin: float = 0.0) -> int:
        """The same from extreme points (N, 3): leftmost, rightmost, foremost, hindmost, top and bottom.

        Args:
            margin: voxels added to every side in the slice.
        """
        with self._action():
            source, _prepared, _prompts = self._required()
            along = self._stack_axis(axis)
            volume = source.volume
            boxes = extreme_point_boxes(points_ras, volume.ijk_to_ras, volume.shape_kji, along, margin)
            return self._put_boxes(along, boxes)
        return 0

    def predict_stack(self) -> int:
        """Make the masks of all slices of the selected segment that have marks which are not accepted.

        Returns:
            How many slices there are; their masks come with later ticks, in `stack`.
        """
        with self._action():
            self._required()
            waiting = [prompts for prompts in self.book.of_segment(self._segment_id) if prompts.is_pending]
            if not waiting:
                raise InputError("No slice of this segment has prompts that are not accepted.", "Mark it first.")
            self.drop_stack()
            self._stack = StackPreview(self._segment_id, deque(waiting), len(waiting))
            self._changed.add("stack")
            self._next_of_stack()
            return len(waiting)
        return 0

    def drop_stack(self) -> None:
        """Stop, and show the masks of the stack no longer; the marks stay."""
        with self._action(keep_notices=True):
            self._board.stop("stack")
            if self._stack is not None:
                self._stack = None
                self._changed.add("stack")

    def cancel(self) -> None:
        """As `Following.cancel`; the masks of the stack that are done stay."""
        with self._action():
            super().cancel()
            if self._stack is not None:
                self._stack.waiting.clear()
                self._stack.total = self._stack.done
                self._changed.add("stack")

    def accept_stack(self) -> AcceptResult:
        """Write the masks of all slices that are done, as one undo step."""
        with self._action():
            return finished(self.accepting_stack())
        return NOTHING

    def accepting_stack(self) -> Stepwise[AcceptResult]:
        """As `accept_stack`, in steps; nobody may write, undo or change marks in between."""
        work = None
        with self._action():
            self._required()
            if self._stack is None or not self._stack.slices:
                raise InputError("There is nothing to accept.", "Make the masks of the slices first.")
            work = self._accept_stack(self._stack)
        return NOTHING if work is None else (yield from self._step_by_step(work))

    def _accept_stack(self, stack: StackPreview) -> Stepwise[AcceptResult]:
        count = len(stack.slices)
        result = yield from self._write_stack(stack)
        if result.changed:
            self.drop_stack()
            self._drop_preview()
            self._marks_changed()
        self.log.add("accepted", changed=result.changed, mode=self._mode, slices=count)
        self._tell(result.message)
        return result

    def reject_stack(self) -> bool:
        """Drop the masks of the stack, and the marks they were made from; False when there is no stack.

        Marks that were accepted before are as they were then; the segment is as it was.
        """
        with self._action():
            stack = self._stack
            if stack is None:
                return False
            self.drop_stack()
            for prompts in self.book.of_segment(stack.segment_id):
                if prompts.is_pending:
                    accepted = prompts.accepted if prompts.accepted is not None else MarkSet()
                    prompts.change(accepted, self._window_now())
            self._drop_preview()
            self._marks_changed()
            self.log.add("rejected", slices=stack.total)
            return True
        return False

    def _stack_axis(self, axis: int | None) -> int:
        along = self._plane.axis if axis is None else axis
        if along is None:
            raise InputError("The view is tilted against the volume's slices.", "Choose an axial view, or an axis.")
        return along

    def _put_boxes(self, axis: int, boxes: Mapping[int, np.ndarray]) -> int:
        self._remove_boxes(axis, boxes)
        for index, box in boxes.items():
            plane = SlicePlane.lattice(axis, index)
            grid = slice_grid(self._source.volume, plane)
            prompts = self.book.slice(self._segment_id, plane)
            earlier = [mark.id for mark in prompts.marks if mark.id.startswith(_ROI_PREFIX)]
            mark_id = earlier[0] if earlier else self.book.new_id(_ROI_PREFIX)
            prompts.change(prompts.marks.with_(BoxMark(mark_id, box_on_image(box, grid))), self._window_now())
        self.log.add("boxes", axis=axis, slices=len(boxes))
        self._tell(f"{len(boxes)} slices have a box now.")
        self._marks_changed()
        self._request_preview()
        return len(boxes)

    def _remove_boxes(self, axis: int, keep: Mapping[int, np.ndarray]) -> None:
        """Take away what an earlier region left on slices that this one does not span; accepted ones stay."""
        for prompts in self.book.of_segment(self._segment_id):
            if prompts.plane.axis != axis or prompts.plane.index in keep or not prompts.is_pending:
                continue
            marks = prompts.marks
            for mark in [mark for mark in marks if mark.id.startswith(_ROI_PREFIX)]:
                marks = marks.without(mark.id)
            if len(marks) < len(prompts.marks):
                prompts.change(marks, self._window_now())

    def _begin_what_is_due(self) -> None:
        if self._stack is not None and self._stack.waiting and not self._board.is_running("stack", "preview"):
            self._next_of_stack()
        super()._begin_what_is_due()

    def _next_of_stack(self) -> None:
        """One job per slice: clicks pass in between, and no more than one slice is copied at a time."""
        stack = self._stack
        while stack.waiting and not stack.waiting[0].is_pending:  # accepted by hand, or taken back, meanwhile
            stack.waiting.popleft()
            stack.total -= 1
            self._changed.add("stack")
        if not stack.waiting:
            return
        prompts = stack.waiting.popleft()
        prompts.window = prompts.window if prompts.window is not None else self._window_now()
        prepared = PreparedSlice.of(self._source, prompts.plane)
        request = SliceRequest(prepared, prompts.marks, prompts.window, self._cleanup)
        self._board.start(
            "stack",
            lambda predictor, on_progress, should_stop: predict_slice(request, predictor, should_stop),
            REQUEST,
            lambda answer: self._show_of_stack(stack, prompts, request, answer),
            lambda error: self._stack_failed(stack, prompts, error),
        )

    def _show_of_stack(
        self, stack: StackPreview, prompts: SlicePrompts, request: SliceRequest, answer: SliceAnswer
    ) -> None:
        asked = request.marks, request.window, request.cleanup
        if not prompts.is_pending or asked != (prompts.marks, prompts.window, self._cleanup):
            stack.waiting.append(prompts)
            return
        prompts.window = WindowChoice(answer.window)
        best = answer.candidates.best
        chosen = prompts.candidate if prompts.candidate is not None and prompts.candidate < len(answer.masks) else best
        mask = answer.masks[chosen]
        self._changed |= {"stack", "status"}
        if not mask.any():
            stack.skipped += 1
            return
        record = SlicePromptRecord(
            prompts.plane,
            prompts.marks,
            chosen,
            accepted=True,
            window=answer.window,
            parameters=self._parameters(answer.made_with),
        )
        grid = replace(answer.image, pixels=np.broadcast_to(np.uint8(0), mask.shape))
        score = float(answer.candidates.scores[chosen])
        stack.slices[prompts.plane] = StackSlice(grid, np.packbits(mask), score, record, prompts)
        if stack.is_complete and stack.skipped:
            self._tell(f"The model found nothing on {stack.skipped} of {stack.total} slices.")

    def _stack_failed(self, stack: StackPreview, prompts: SlicePrompts, error: BaseException) -> None:
        if isinstance(error, Cancelled):  # something else needed the worker; its turn comes again
            stack.waiting.appendleft(prompts)
            return
        stack.waiting.clear()
        stack.total = stack.done
        self._tell_error(error)
        self._changed |= {"stack", "status"}

    def _write_stack(self, stack: StackPreview) -> Stepwise[AcceptResult]:
        writer, order = self._writers.writer(), self.next_order
        edits, accepted = [], []
        for number, one in enumerate(tuple(stack.slices.values())):
            mask = one.mask
            edit = slice_edit(mask, one.grid, self._source, writer, stack.segment_id, self._mode)
            if edit is not None:
                edits.append(edit)
                parameters = {**one.record.parameters, "order": order + number}
                record = replace(one.record, mode=self._mode, parameters=parameters, mask=mask)
                accepted.append(AcceptedPrompts(stack.segment_id, record))
            yield
        if not edits:
            return AcceptResult(0, "The masks lie outside the segmentation's voxels: nothing was written.")
        result = yield from self._committing(edits, accepted, writer)
        for one in accepted if result.changed else ():
            prompts = self.book.slice(one.segment_id, one.record.plane)
            self._settle(prompts, self._mode)
        return result

    def _marks_changed(self) -> None:
        self._renew_stack()

    def _renew_preview(self) -> None:
        self._renew_stack()
        super()._renew_preview()

    def _renew_stack(self) -> None:
        """Have masks made anew that are not as asked for any more; `_next_of_stack` leaves out what was accepted."""
        stack, cleanup = self._stack, self._cleanup.to_json()
        for plane, held in tuple(stack.slices.items()) if stack is not None else ():
            if not held.is_current(cleanup):
                del stack.slices[plane]
                stack.waiting.append(held.prompts)
                self._changed.add("stack")

    def _drop_all(self) -> None:
        super()._drop_all()
        self._board.stop("stack")
        if self._stack is not None:
            self._stack = None
            self._changed.add("stack")
