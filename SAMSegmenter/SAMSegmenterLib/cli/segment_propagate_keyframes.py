"""The masks that propagation starts from: made by the model from prompts, or taken from a segmentation."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from SAMSegmenterLib.cli.segment_propagate import Keyframe, PropagationPlan
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import PriorMark
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import ShouldStop
from SAMSegmenterLib.core.windowing import MinMax, Window, parse_window
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED
from SAMSegmenterLib.session.replay import ReplayedSlice, request_of
from SAMSegmenterLib.session.slice_prediction import predict_slice

KeyframeMasks = dict[int, dict[str, Mask]]
"""Slice number -> structure id -> (H, W) bool."""

_MOST_TAKEN = 0.5
"""Share of a mask that structures which come later may take; two masks of the same thing are a mistake."""


def masks_of(
    plan: PropagationPlan,
    answers: Iterator[ReplayedSlice],
    on_mask: Callable[[Keyframe, Mask], None],
) -> tuple[KeyframeMasks, tuple[str, ...]]:
    """Masks of all keyframes, no two on each other, and what the user should know about them.

    Several prompts of a structure on the same slice set, add and remove, in their order.

    Args:
        answers: of the model, one for every keyframe; not asked when the masks are taken as they are.
        on_mask: told of every mask as soon as it is made.

    Raises:
        InputError: a mask is empty, fills its slice, or lies mostly under another one.
    """
    found: KeyframeMasks = {}
    masks = map(_given, plan.keyframes) if plan.as_they_are else (step.mask for step in answers)
    for one, mask in zip(plan.keyframes, masks, strict=True):
        before = found.setdefault(one.index, {}).get(one.segment_id)
        found[one.index][one.segment_id] = _combined(before, mask, one.record.mode)
        on_mask(one, found[one.index][one.segment_id])
    for index, by_segment in found.items():
        for segment_id, mask in by_segment.items():
            _check(plan, segment_id, index, mask)
    return _apart(plan, found)


def window_for(
    plan: PropagationPlan, predictor: Predictor, masks: KeyframeMasks, stop: ShouldStop
) -> tuple[Window, str]:
    """The window that all slices are shown with, and a note when keyframes had several.

    Automatic choice takes what served the largest mask best.
    """
    record = max(plan.keyframes, key=lambda one: int(masks[one.index][one.segment_id].sum())).record
    texts = {one.record.window or plan.prompt_file.window for one in plan.keyframes}
    text = record.window or plan.prompt_file.window
    note = (
        f"the prompts were made with {len(texts)} windows; all other slices are shown with '{text}' (--window chooses)"
        if len(texts) > 1
        else ""
    )
    if text == DISPLAYED:
        return plan.source.displayed or MinMax(), note
    if text == AUTO:
        text = predict_slice(request_of(plan.prompt_file, record, plan.source), predictor, stop).window
    return parse_window(text), note


def _given(keyframe: Keyframe) -> Mask:
    return np.any([mark.mask for mark in keyframe.record.marks if isinstance(mark, PriorMark)], axis=0)


def _combined(before: Mask | None, mask: Mask, mode: str) -> Mask:
    """A slice after one more of its prompts."""
    if before is None:
        return np.zeros_like(mask) if mode == "remove" else mask
    return mask if mode == "set" else before | mask if mode == "add" else before & ~mask


def _check(plan: PropagationPlan, segment_id: str, index: int, mask: Mask) -> None:
    named = f"'{plan.names[segment_id]}' on {plan.slice_name(index)}"
    if not mask.any():
        raise InputError(
            f"The mask of {named} is empty: there is nothing to carry.",
            "Correct the prompts of that slice, or leave them out.",
        )
    if mask.all():
        raise InputError(
            f"The mask of {named} fills the whole slice: it cannot be told where the structure ends.",
            "Correct the prompts of that slice, or leave them out; a box helps most.",
        )


def _apart(plan: PropagationPlan, found: KeyframeMasks) -> tuple[KeyframeMasks, tuple[str, ...]]:
    """Masks of a slice without what structures that come later hold, and notes on what was taken."""
    order = [one.segment_id for one in plan.job.targets]
    result: KeyframeMasks = {}
    notes = []
    for index, masks in sorted(found.items()):
        held = np.zeros_like(next(iter(masks.values())))
        for segment_id in sorted(masks, key=order.index, reverse=True):
            mask = masks[segment_id] & ~held
            taken = int(masks[segment_id].sum()) - int(mask.sum())
            named = f"'{plan.names[segment_id]}' on {plan.slice_name(index)}"
            if taken > _MOST_TAKEN * masks[segment_id].sum():
                raise InputError(
                    f"The mask of {named} overlaps those of other structures by more than half.",
                    "Two structures were prompted at the same place: correct the prompts of one of them.",
                )
            if taken:
                notes.append(f"{taken} pixels of {named} are given to the structures that come later")
            held |= mask
            result.setdefault(index, {})[segment_id] = mask
    ordered = {index: {one: masks[one] for one in order if one in masks} for index, masks in result.items()}
    return ordered, tuple(notes)
