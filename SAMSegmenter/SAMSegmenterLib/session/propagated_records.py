"""Records of propagated slices in a prompt file, told from those of slices that were accepted by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.propagation_results import HeldSlice

PROPAGATED = "propagated"
"""Parameter of the records of propagated slices, with what is known about the slice; also their segments' origin."""

BY_HAND = "accepted by hand"
"""Origin of segments whose slices were accepted one by one."""


def is_propagated(record: SlicePromptRecord) -> bool:
    """Whether a record is of a propagated slice, not of one accepted by hand."""
    return PROPAGATED in record.parameters


def propagated_record(held: HeldSlice, mode: str, window: str, parameters: Mapping[str, Any]) -> SlicePromptRecord:
    """The record of a propagated slice that is being accepted; its mask depends on other slices, so it is kept.

    Args:
        held: the slice.
        mode: how the mask changes the segment.
        window: text of the window that the model was shown.
        parameters: order, model and arithmetic.
    """
    facts = {"origin": held.origin, "confidence": round(held.slice_confidence, 4)}
    return SlicePromptRecord(
        held.plane,
        mode=mode,
        accepted=True,
        window=window,
        parameters={**parameters, PROPAGATED: facts},
        mask=held.mask,
    )


def origin_of(book: PromptBook, segment_id: str) -> str:
    """How a segment came about, in words, from what was accepted for it."""
    records = [one.record for one in book.accepted if one.segment_id == segment_id]
    origins = {PROPAGATED if is_propagated(record) else BY_HAND for record in records}
    return " and ".join(sorted(origins))


def by_hand(
    book: PromptBook, segment_id: str, index_of: Callable[[SlicePlane], int | None]
) -> dict[int, AcceptedPrompts]:
    """Slices of a segment that were accepted by hand, by number, in their order; of each slice the last acceptance.

    Args:
        index_of: number of a slice in the stack, None for a slice that is not in it.
    """
    found: dict[int | None, AcceptedPrompts] = {}
    for one in book.accepted:
        if one.segment_id == segment_id and not is_propagated(one.record):
            found[index_of(one.record.plane)] = one
    return {index: found[index] for index in sorted(index for index in found if index is not None)}
