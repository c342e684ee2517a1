"""Carries masks through a volume and writes what was found; what is finished when something stops it is kept."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.segment_propagate import Keyframe, PropagationPlan
from SAMSegmenterLib.cli.segment_propagate_keyframes import KeyframeMasks, masks_of, window_for
from SAMSegmenterLib.cli.segment_propagate_picture import picture_of
from SAMSegmenterLib.cli.segment_propagate_progress import SliceCountdown
from SAMSegmenterLib.cli.segment_propagate_report import summary_of, table_text
from SAMSegmenterLib.cli.segment_run import (
    LoadModel,
    Tally,
    answers_of,
    check_place,
    keep_partial,
    load_registered,
    partial_path,
    segmentation_of,
    tell_remarks,
)
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.cleanup import CleanUp, clean
from SAMSegmenterLib.core.errors import EXIT_OK, Cancelled, InputError, SAMError, StoreError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.promptless import check_takes_prompts
from SAMSegmenterLib.core.propagation import KEYFRAME, SliceResult, propagate
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.windowing import Window
from SAMSegmenterLib.files.writing import check_label_format, write_labels
from SAMSegmenterLib.session.label_writer import LabelWriter
from SAMSegmenterLib.session.propagated_records import PROPAGATED
from SAMSegmenterLib.session.propagation_results import HeldSlice
from SAMSegmenterLib.session.replay import ReplayedSlice
from SAMSegmenterLib.session.slice_edits import slice_edit
from SAMSegmenterLib.session.slice_prediction import MadeWith

_ENDINGS = {"table": (".tsv", "--confidence-table"), "picture": (".png", "--picture")}


class _Held:
    """The latest report of every slice of every structure."""

    def __init__(self, made_with: MadeWith) -> None:
        self._made_with = made_with
        self._by_place: dict[tuple[str, int], HeldSlice] = {}

    def add(self, result: SliceResult) -> None:
        self._by_place[result.segment, result.index] = HeldSlice.of(result, self._made_with)

    def in_order(self, segments: Sequence[str]) -> list[HeldSlice]:
        """Structure by structure, slice by slice."""
        return [self._by_place[key] for key in sorted(self._by_place, key=lambda key: (segments.index(key[0]), key[1]))]

    @property
    def was_carried(self) -> bool:
        return any(one.origin != KEYFRAME for one in self._by_place.values())

    def __len__(self) -> int:
        return sum(one.final for one in self._by_place.values())


def check_outputs(plan: PropagationPlan, output: Path, inputs: Sequence[Path], overwrite: bool) -> None:
    """Find out before the work whether table and picture can be written beside the segmentation.

    Raises:
        InputError: another ending, no such folder, a file that is there already, or one of the others.
    """
    for name, (ending, option) in _ENDINGS.items():
        path = getattr(plan, name)
        if path is None:
            continue
        if path.suffix.lower() != ending:
            raise InputError(
                f"{option} writes {ending[1:].upper()} files, not {path.name}.", f"Let it end in {ending}."
            )
        check_place(path, [*inputs, output], overwrite)


def run_propagation(plan: PropagationPlan, output: Path, load: LoadModel = load_registered) -> int:
    """Make the keyframes' masks, carry them with progress on the terminal, and write what was found.

    Returns:
        The exit code.

    Raises:
        InputError: a mask that nothing can be carried from.
        SAMError: something went wrong on the way; what was finished is in the partial file.
        Cancelled: the user stopped; likewise.
    """
    check_label_format(output, plan.job.ijk_to_world)
    _tell(plan.job.notes)
    predictor = load(plan.job.model)
    check_takes_prompts(predictor.spec)
    held, tally, stop = _Held(MadeWith.of(predictor)), Tally(), StopSwitch()
    with stop.watching():  # to the end, so that Ctrl+C in the last moment does not lose the result
        try:
            masks, window = _start(plan, predictor, held, tally, load, stop)
            _carry(plan, masks, window, predictor, held, stop)
        except (Cancelled, KeyboardInterrupt, SAMError, MemoryError) as error:
            if held.was_carried or (len(held) and not isinstance(error, InputError)):
                _keep_partial(plan, held, predictor, output)
            raise
        slices = held.in_order(list(plan.names))
        write_labels(output, _segmentation(plan, slices, predictor))
        _write_beside(plan, slices, window, plan.table, plan.picture)
    tell_remarks(tally)
    found = len({one.segment for one in slices})
    print(f"{output}: {len(held)} slices of {found} structure(s), {len(plan.keyframes)} prompted")
    print("\n".join(summary_of(plan, slices)))
    return EXIT_OK


def _start(
    plan: PropagationPlan, predictor: Predictor, held: _Held, tally: Tally, load: LoadModel, stop: StopSwitch
) -> tuple[KeyframeMasks, Window]:
    """Masks of the keyframes, and the window for all other slices."""

    def note(keyframe: Keyframe, mask: Mask) -> None:
        held.add(_as_result(plan, keyframe.segment_id, keyframe.index, mask))

    with TerminalProgress() as progress:
        masks, remarks = masks_of(plan, _answers(plan, predictor, tally, load, stop, progress), note)
    window, about_windows = window_for(plan, predictor, masks, stop)
    _tell([*remarks, *([about_windows] if about_windows else [])])
    return masks, window


def _answers(
    plan: PropagationPlan,
    predictor: Predictor,
    tally: Tally,
    load: LoadModel,
    stop: StopSwitch,
    progress: TerminalProgress,
) -> Iterator[ReplayedSlice]:
    """What the model makes of the prompts."""
    (stretch,) = plan.job.stretches
    steps = [(one.segment_id, one.record) for one in plan.keyframes]
    job = replace(plan.job, stretches=(replace(stretch, steps=steps),), total=len(steps), stage="segmenting")
    for step in answers_of(job, predictor, _writer(plan), load, stop, progress):
        tally.count(step, plan.names[step.segment_id])
        yield step


def _carry(
    plan: PropagationPlan,
    masks: KeyframeMasks,
    window: Window,
    predictor: Predictor,
    held: _Held,
    stop: StopSwitch,
) -> None:
    parameters, volume = replace(plan.parameters, window=window), plan.source.volume
    first = plan.stack.first if parameters.first is None else parameters.first
    last = plan.stack.last if parameters.last is None else parameters.last
    starts: dict[str, set[int]] = {}
    for index, by_segment in masks.items():
        for segment_id in by_segment:
            starts.setdefault(segment_id, set()).add(index)
    with TerminalProgress() as progress:
        countdown = SliceCountdown(starts, first, last, progress, plan.slice_name)
        for result in propagate(volume, masks, predictor, parameters, stop):
            held.add(result)
            countdown.advance(result)


def _as_result(plan: PropagationPlan, segment_id: str, index: int, mask: Mask) -> SliceResult:
    return SliceResult(segment_id, plan.stack.plane(index), index, mask, None, 1.0, origin=KEYFRAME)


def _segmentation(plan: PropagationPlan, slices: Sequence[HeldSlice], predictor: Predictor) -> Segmentation:
    """Slices that count, as they are to be written: keyframes last, so that tilted neighbours change nothing there."""
    writer = _writer(plan)
    kept = sorted((one for one in slices if one.final), key=lambda one: (one.origin == KEYFRAME, one.index))
    for one in kept:
        grid = plan.stack.grid(one.index)
        is_keyframe = one.origin == KEYFRAME
        mask = one.mask if is_keyframe else _cleaned(plan, one, grid.spacing_yx)
        edit = slice_edit(mask, grid, plan.source, writer, one.segment, "set" if is_keyframe else "add")
        if edit is not None:
            writer.commit([edit], "SAM: propagation")
    return segmentation_of(plan.job, writer, {one.segment: _tags(plan, one.segment, predictor) for one in slices})


def _cleaned(plan: PropagationPlan, one: HeldSlice, spacing_yx: tuple[float, float] | None) -> Mask:
    """A carried mask after the clean-up of its structure; which part was clicked is known of keyframes alone."""
    record = next(keyframe.record for keyframe in plan.keyframes if keyframe.segment_id == one.segment)
    said = {**plan.prompt_file.parameters, **record.parameters}.get("cleanup", {})
    cleanup = CleanUp.from_json(said)
    if cleanup.keep == "clicked":
        cleanup = replace(cleanup, keep="all")
    return one.mask if cleanup == CleanUp() else clean(one.mask, np.zeros((0, 2)), cleanup, spacing_yx)


def _tags(plan: PropagationPlan, segment_id: str, predictor: Predictor) -> tuple[tuple[str, str], ...]:
    numbers = sorted({one.index for one in plan.keyframes if one.segment_id == segment_id})
    keyframes = f"{plan.choice.letter} {','.join(map(str, numbers))}"
    spec = predictor.spec
    return ("model", spec.name), ("sha256", spec.sha256), ("origin", PROPAGATED), ("keyframes", keyframes)


def _writer(plan: PropagationPlan) -> LabelWriter:
    return LabelWriter(plan.job.lattice, {one.segment_id: one.value for one in plan.job.targets})


def _write_beside(
    plan: PropagationPlan, slices: Sequence[HeldSlice], window: Window | None, table: Path | None, picture: Path | None
) -> None:
    if table is not None:
        with atomic_path(table) as temporary:
            temporary.write_bytes(table_text(plan, slices).encode("utf-8"))
    if picture is not None and window is not None:
        contents = picture_of(plan, slices, window)
        with atomic_path(picture) as temporary:
            temporary.write_bytes(contents)


def _keep_partial(plan: PropagationPlan, held: _Held, predictor: Predictor, output: Path) -> None:
    slices = held.in_order(list(plan.names))
    keep_partial(_segmentation(plan, slices, predictor), output, f"{len(held)} slices are finished")
    if plan.table is not None:
        try:
            _write_beside(plan, slices, None, partial_path(plan.table), None)
        except StoreError as error:
            print(f"note: the table could not be kept: {error}", file=sys.stderr)


def _tell(notes: Sequence[str]) -> None:
    for note in notes:
        print(f"note: {note}", file=sys.stderr)
