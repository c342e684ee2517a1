"""A session's marks as a prompt file, and back: to be saved with a scene, kept against a crash, and replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from SAMSegmenterLib.core.prompt_file import PromptFile, SegmentPrompts, SlicePromptRecord, VolumeIdentity
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook, SlicePrompts
from SAMSegmenterLib.session.slice_prediction import WindowChoice


def file_of(
    book: PromptBook,
    volume: VolumeIdentity,
    name_of: Callable[[str], str | None],
    model: str = "",
    window: str = "minmax",
    parameters: Mapping[str, Any] | None = None,
    seed: int = 0,
    with_accepted: bool = True,
) -> PromptFile:
    """What stands in a book: every acceptance, and the marks that are not accepted yet.

    Args:
        name_of: segment id to name, None for a segment that is not there any more; it is left out.
        with_accepted: False leaves the acceptances out.
    """
    segments = []
    for segment_id in book.segments():
        name = name_of(segment_id)
        if name is None:
            continue
        accepted = [one.record for one in book.accepted if with_accepted and one.segment_id == segment_id]
        pending = [_pending(prompts) for prompts in book.of_segment(segment_id) if prompts.is_pending]
        if accepted or pending:
            segments.append(SegmentPrompts(segment_id, name, (*accepted, *pending)))
    return PromptFile(volume, model, window, dict(parameters or {}), seed, tuple(segments))


def fill_book(book: PromptBook, prompt_file: PromptFile) -> int:
    """Put what a file holds into a book; slices that have marks of their own keep them.

    Returns:
        How many slices got marks.
    """
    filled = 0
    known = {(one.segment_id, one.record.parameters.get("order")) for one in book.accepted}
    for segment in prompt_file.segments:
        for record in segment.slices:
            book.keep_ids_above(record.marks)
            if record.accepted and (segment.id, record.parameters.get("order")) not in known:
                book.accepted.append(AcceptedPrompts(segment.id, record))
            filled += _put(book, segment.id, record, prompt_file)
    book.accepted.sort(key=lambda one: int(one.record.parameters.get("order", 0)))
    return filled


def _put(book: PromptBook, segment_id: str, record: SlicePromptRecord, prompt_file: PromptFile) -> bool:
    """Show a record's marks on its slice: those that wait for acceptance, else those that set the slice last."""
    if not len(record.marks) or (record.accepted and record.mode != "set"):
        return False
    prompts = book.slice(segment_id, record.plane)
    own = len(prompts.marks) and not (prompts.accepted is prompts.marks and _came_from_file(prompts, prompt_file))
    if own:
        return False
    prompts.marks, prompts.candidate, prompts.keyframe = record.marks, record.candidate, record.keyframe
    prompts.window = WindowChoice(record.window if record.window is not None else prompt_file.window)
    prompts.accepted = record.marks if record.accepted else prompts.accepted
    return True


def _came_from_file(prompts: SlicePrompts, prompt_file: PromptFile) -> bool:
    return any(record.marks is prompts.marks for segment in prompt_file.segments for record in segment.slices)


def _pending(prompts: SlicePrompts) -> SlicePromptRecord:
    window = prompts.window.text if prompts.window is not None else None
    return SlicePromptRecord(prompts.plane, prompts.marks, prompts.candidate, keyframe=prompts.keyframe, window=window)
