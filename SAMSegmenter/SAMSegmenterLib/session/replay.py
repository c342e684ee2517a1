"""Accepted prompts done again, without a window: the same masks, bit for bit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.cleanup import CleanUp, clean
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.marks import PointMark
from SAMSegmenterLib.core.predictor import EverythingParameters, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord, identity_of
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prepared_slice import PreparedSlice
from SAMSegmenterLib.session.propagated_records import PROPAGATED, is_propagated
from SAMSegmenterLib.session.segment_writer import SegmentWriter
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import (
    MadeWith,
    SliceRequest,
    WindowChoice,
    predict_slice,
)
from SAMSegmenterLib.session.slice_proposals import propose
from SAMSegmenterLib.session.source_provider import Source
from SAMSegmenterLib.session.volume_source import VolumeSource


@dataclass(frozen=True, eq=False)
class ReplayedSlice:
    """One acceptance that was done again.

    Args:
        segment_id: the segment.
        plane: the slice.
        mask: (H, W) bool that was written.
        changed: voxels of the segmentation that differ now.
        same: whether the mask equals the one in the file, None when the file holds none.
        remark: why it may differ, or was not as before; empty when all is well.
        notices: what the user should know about the prompts and the mask.
    """

    segment_id: str
    plane: SlicePlane
    mask: Mask
    changed: int
    same: bool | None
    remark: str = ""
    notices: tuple[str, ...] = ()


def replay(
    prompt_file: PromptFile,
    volume: Volume,
    predictor: Predictor,
    writer: SegmentWriter,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    load: Callable[[str], Predictor] | None = None,
    source: VolumeSource | None = None,
) -> Iterator[ReplayedSlice]:
    """Make and write the accepted masks of a prompt file, in the order in which they were accepted.

    A file without acceptances (written by hand, say) has all its slices done, in its order.

    Args:
        volume: the volume they were made on.
        predictor: the file's model.
        writer: its segmentation has the file's segments, by id.
        load: gives another model by name, for slices that were made with one; without it `predictor` does them all.
        source: how volume and segmentation lie to each other, where they do not share their RAS.

    Yields:
        One slice after the other, each written already.

    Raises:
        InputError: another volume, a segment that the writer does not have, or prompts that the model cannot take.
        ModelError: the model fails.
        Cancelled: `should_stop` said so; what was written stays.
    """
    check_belongs(prompt_file, volume)
    placed = source if source is not None else VolumeSource(volume)
    steps = steps_of(prompt_file)
    meter = ProgressMeter("replaying prompts", len(steps), on_progress)
    yield from carry_out(prompt_file, steps, meter, placed, predictor, writer, should_stop, load)


def check_belongs(prompt_file: PromptFile, volume: Volume) -> None:
    """Check that prompts were made on a volume.

    Raises:
        InputError: they were made on another one.
    """
    difference = prompt_file.volume.difference(identity_of(volume))
    if difference is not None:
        raise InputError(f"The prompts belong to another volume. {difference}", "Choose the volume they were made on.")


def carry_out(
    prompt_file: PromptFile,
    steps: Iterable[tuple[str, SlicePromptRecord]],
    meter: ProgressMeter,
    source: VolumeSource,
    predictor: Predictor,
    writer: SegmentWriter,
    should_stop: ShouldStop = never_stop,
    load: Callable[[str], Predictor] | None = None,
) -> Iterator[ReplayedSlice]:
    """Make and write the masks of slices one after the other.

    Args:
        prompt_file: its window and parameters hold where a step has none of its own.
        steps: segment id and prompts; taken one at a time, so that they may be made when asked for.
        meter: counts them.
        source, predictor, writer, load: see `replay`.

    Yields:
        One slice after the other, each written already.

    Raises:
        InputError: a segment that the writer does not have, or prompts that the model cannot take.
        ModelError: the model fails.
        Cancelled: `should_stop` said so; what was written stays.
    """
    for segment_id, record in steps:
        if should_stop():
            raise Cancelled
        chosen = _model_for(record, predictor, load)
        mask, notices = accepted_mask(prompt_file, record, source, chosen, should_stop)
        changed = _write(mask, record, source, writer, segment_id)
        same = None if record.mask is None else bool(np.array_equal(mask, record.mask))
        yield ReplayedSlice(segment_id, record.plane, mask, changed, same, _remark(record, chosen, same), notices)
        meter.advance()


def accepted_mask(
    prompt_file: PromptFile,
    record: SlicePromptRecord,
    source: VolumeSource,
    predictor: Predictor,
    should_stop: ShouldStop = never_stop,
) -> tuple[Mask, tuple[str, ...]]:
    """The mask (H, W) that a record stands for, and what the user should know about it.

    Raises:
        InputError: prompts that the model cannot take, or a slice outside the volume.
    """
    return mask_of(request_of(prompt_file, record, source), prompt_file, record, predictor, should_stop)


def request_of(prompt_file: PromptFile, record: SlicePromptRecord, source: Source) -> SliceRequest:
    """What a record asks of a model, with a copy of its slice.

    Raises:
        InputError: the slice lies outside the volume.

    Thread: main.
    """
    parameters = {**prompt_file.parameters, **record.parameters}
    cleanup = CleanUp.from_json(parameters.get("cleanup", {}))
    text = record.window if record.window is not None else prompt_file.window
    window = WindowChoice(text, source.displayed, source.hounsfield)
    return SliceRequest(PreparedSlice.of(source, record.plane), record.marks, window, cleanup)


def mask_of(
    request: SliceRequest,
    prompt_file: PromptFile,
    record: SlicePromptRecord,
    predictor: Predictor,
    should_stop: ShouldStop = never_stop,
) -> tuple[Mask, tuple[str, ...]]:
    """What `accepted_mask` gives, from what `request_of` gave.

    Raises:
        InputError: prompts that the model cannot take.
    """
    parameters = {**prompt_file.parameters, **record.parameters}
    if is_propagated(record):
        return _stored(request, record), ()
    if "proposal" in parameters:
        return _proposal(request, EverythingParameters(**parameters["proposal"]), predictor, should_stop), ()
    answer = predict_slice(request, predictor, should_stop)
    chosen = record.candidate if record.candidate is not None else answer.candidates.best
    if chosen >= len(answer.masks):
        raise InputError(f"Candidate {chosen} was accepted, but the model gives {len(answer.masks)}.", "Use its model.")
    return answer.masks[chosen], answer.notices


def _stored(request: SliceRequest, record: SlicePromptRecord) -> Mask:
    """The mask of a propagated slice, which depends on other slices and is kept for that reason."""
    if record.mask is None or record.mask.shape != request.prepared.grid.shape:
        raise InputError("A propagated slice comes without its mask.", "Propagate again from the accepted slices.")
    return record.mask


def _proposal(
    request: SliceRequest, parameters: EverythingParameters, predictor: Predictor, should_stop: ShouldStop
) -> Mask:
    clicks = np.array([mark.xy for mark in request.marks if isinstance(mark, PointMark)], np.float64).reshape(-1, 2)
    found = propose(request, predictor, parameters, should_stop)
    index = found.proposals.under(clicks[0]) if len(clicks) else None
    if index is None:
        return np.zeros(found.image.shape, bool)
    return clean(found.proposals.mask(index), clicks, request.cleanup, found.image.spacing_yx)


def steps_of(prompt_file: PromptFile) -> list[tuple[str, SlicePromptRecord]]:
    """Segment id and prompts of every acceptance in the order made; of all slices where none was accepted.

    Raises:
        InputError: parameters of a slice are of another kind than this extension writes.
    """
    every = [(segment.id, record) for segment in prompt_file.segments for record in segment.slices]
    for _, record in every:
        _check_parameters({**prompt_file.parameters, **record.parameters})
    accepted = [step for step in every if step[1].accepted]
    return sorted(accepted or every, key=lambda step: order_of(step[1]))


def order_of(record: SlicePromptRecord) -> int:
    """Number of an acceptance; they are done again in this order."""
    return int(record.parameters.get("order", 0))


def _check_parameters(parameters: Mapping[str, Any]) -> None:
    """Files may be written by hand."""
    for name, kind in (("order", int), ("model", str), ("cleanup", dict), ("proposal", dict), (PROPAGATED, dict)):
        if name in parameters and not isinstance(parameters[name], kind):
            raise InputError(f"The prompt file is wrong: the parameter '{name}' cannot be {parameters[name]!r}.")
    CleanUp.from_json(parameters.get("cleanup", {}))
    try:
        EverythingParameters(**parameters.get("proposal", {}))
    except TypeError as error:
        raise InputError(f"The prompt file is wrong: the parameter 'proposal' does not fit: {error}.") from error


def _model_for(record: SlicePromptRecord, predictor: Predictor, load: Callable[[str], Predictor] | None) -> Predictor:
    name = record.parameters.get("model", predictor.spec.name)
    return load(name) if load is not None and name != predictor.spec.name else predictor


def _write(mask: Mask, record: SlicePromptRecord, source: VolumeSource, writer: SegmentWriter, segment_id: str) -> int:
    if not mask.any():
        return 0
    grid = PreparedSlice.of(source, record.plane).grid
    edit = slice_edit(mask, grid, source, writer, segment_id, record.mode)
    return writer.commit([edit], "SAM: replay") if edit is not None else 0


def _remark(record: SlicePromptRecord, predictor: Predictor, same: bool | None) -> str:
    """Why the bits may differ from those that were accepted."""
    now = MadeWith.of(predictor).to_json()
    differing = [
        f"{name} {record.parameters[name]} then, {now[name]} now"
        for name in now
        if name in record.parameters and record.parameters[name] != now[name]
    ]
    if same is False and not differing:
        return "The mask differs from the one accepted, although model and arithmetic are the same."
    return f"Made differently: {'; '.join(differing)}." if differing else ""
