"""`sam-segment --propagate`: what is asked for, checked before any model is loaded."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from SAMSegmenterLib.cli.segment_inputs import axis_of
from SAMSegmenterLib.cli.segment_job import SegmentJob
from SAMSegmenterLib.cli.segment_propagate_arguments import (
    check_tunable,
    kinds_of,
    range_of,
    slices_of,
    stops_of,
    tuned,
)
from SAMSegmenterLib.cli.segment_propagate_stack import StackChoice, stack_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import PromptFile, SlicePromptRecord
from SAMSegmenterLib.core.propagation import PropagationParameters, VolumeStack
from SAMSegmenterLib.core.slicing import slice_grid
from SAMSegmenterLib.session.propagated_records import is_propagated
from SAMSegmenterLib.session.volume_source import VolumeSource

IN_PROMPT_FILE = "propagation"
"""Name under which the parameters of a prompt file say how to propagate."""

_ALSO_IN_FILE = ("first", "last", "step_mm", "stop_marks")


@dataclass(frozen=True, eq=False)
class Keyframe:
    """Prompts of a slice that masks are carried from.

    Args:
        segment_id: the structure.
        record: its prompts.
        index: number of the slice in the stack.
    """

    segment_id: str
    record: SlicePromptRecord
    index: int


@dataclass(frozen=True, eq=False)
class PropagationPlan:
    """Everything that a propagation needs besides the model.

    Args:
        job: where the masks go, and which model makes them; its stretch has no steps any more.
        keyframes: in the order in which their masks are made.
        as_they_are: whether the masks are those of the prompts, without asking the model.
        choice: the stack.
        stack: its slices.
        parameters: how masks travel; the window is chosen later.
        table, picture: files to write besides, or None.
    """

    job: SegmentJob
    keyframes: tuple[Keyframe, ...]
    as_they_are: bool
    choice: StackChoice
    stack: VolumeStack
    parameters: PropagationParameters
    table: Path | None = None
    picture: Path | None = None

    @property
    def prompt_file(self) -> PromptFile:
        """Its window and parameters hold where a record has none of its own."""
        return self.job.stretches[0].prompt_file

    @property
    def source(self) -> VolumeSource:
        """The volume."""
        return self.job.stretches[0].source

    @property
    def names(self) -> dict[str, str]:
        """Names of the structures by id."""
        return {one.segment_id: one.name for one in self.job.targets}

    def slice_name(self, index: int) -> str:
        """What a slice is called: "slice k 12"."""
        return f"slice {self.choice.letter} {index}" if self.choice.plane.axis is not None else f"tilted slice {index}"


def plan_of(given: argparse.Namespace, job: SegmentJob) -> PropagationPlan:
    """What the command line asks for.

    Args:
        job: of prompts, boxes or a segmentation.

    Raises:
        InputError: the slices make no stack, or range, stop marks and prompts contradict each other.
    """
    (stretch,) = job.stretches
    volume, steps = stretch.source.volume, _chosen(given, job)
    asked = {**_from_file(stretch.prompt_file), **_from_words(given)}
    choice = stack_of(volume, [record.plane for _, record in steps], asked.pop("step_mm", None))
    stack = VolumeStack(volume, choice.plane, choice.step_mm)
    keyframes = tuple(
        Keyframe(segment_id, record, index) for (segment_id, record), index in zip(steps, choice.indices, strict=True)
    )
    parameters = _parameters(choice, _by_id(job, asked.pop("stop_marks", {})), asked)
    emptied = replace(job, stretches=(replace(stretch, steps=()),))
    outputs = (Path(text).expanduser().absolute() if text else None for text in (given.confidence_table, given.picture))
    plan = PropagationPlan(emptied, keyframes, given.refine is not None, choice, stack, parameters, *outputs)
    _check(plan)
    return plan


def _parameters(
    choice: StackChoice, stops: Mapping[str, frozenset[int]], asked: Mapping[str, Any]
) -> PropagationParameters:
    tilted = choice.plane.axis is None
    try:
        return PropagationParameters(
            axis=choice.plane.axis or 0,
            plane=choice.plane if tilted else None,
            step_mm=choice.step_mm,
            stop_marks=stops,
            **asked,
        )
    except InputError as error:
        raise InputError(error.message, error.hint or "Correct what --tune or the prompt file says.") from error


def _chosen(given: argparse.Namespace, job: SegmentJob) -> list[tuple[str, SlicePromptRecord]]:
    """The steps of a job that become keyframes; slices that were propagated before are found anew."""
    (stretch,) = job.stretches
    steps = [step for step in stretch.steps if not is_propagated(step[1])]
    if not steps:
        raise InputError(
            "The prompt file holds propagated slices alone, and nothing that they came from.",
            "Leave --propagate out to write them once more.",
        )
    if given.refine is not None:
        wanted = slices_of(given.keyframes)
        steps = [step for step in steps if step[1].plane.index in wanted]
        missing = sorted(set(wanted) - {record.plane.index for _, record in steps})
        if missing:
            raise InputError(f"No structure has a mask on slice {missing[0]}.", "Name other slices by --keyframes.")
    elif given.axis is not None:
        axis = axis_of(stretch.source.volume, given.axis)
        steps = [step for step in steps if step[1].plane.axis == axis]
        if not steps:
            raise InputError(f"No prompt lies on a slice along {'kji'[axis]}.", "Leave --axis out.")
    for _, record in steps:
        try:
            slice_grid(stretch.source.volume, record.plane)
        except InputError as error:  # outside the volume
            raise InputError(error.message, error.hint or "Check that the prompts belong to this volume.") from error
    return steps


def _from_words(given: argparse.Namespace) -> dict[str, Any]:
    first, last = range_of(given.range)
    named = {"first": first, "last": last, "step_mm": given.step, "stop_marks": stops_of(given.stop_at) or None}
    return {**{name: value for name, value in named.items() if value is not None}, **tuned(given.tune)}


def _from_file(prompt_file: PromptFile) -> dict[str, Any]:
    """What a prompt file says under "propagation"; files may be written by hand."""
    said = prompt_file.parameters.get(IN_PROMPT_FILE, {})
    if not isinstance(said, Mapping):
        raise _wrong(IN_PROMPT_FILE, said)
    for name, value in said.items():
        if name == "stop_marks":
            _check_stops(value)
        elif not _is_of(kinds_of(name if name in _ALSO_IN_FILE else check_tunable(name)), value):
            raise _wrong(name, value)
    return {name: value for name, value in said.items() if value is not None}


def _check_stops(value: Any) -> None:
    lists = list(value.values()) if isinstance(value, Mapping) else [None]
    if not all(isinstance(one, list) and all(type(number) is int for number in one) for one in lists):
        raise _wrong("stop_marks", value)


def _is_of(kinds: tuple[type, ...], value: Any) -> bool:
    return type(value) in kinds


def _wrong(name: str, value: Any) -> InputError:
    return InputError(f"The prompt file is wrong: the parameter '{name}' of the propagation cannot be {value!r}.")


def _by_id(job: SegmentJob, stops: Mapping[str, list[int]]) -> dict[str, frozenset[int]]:
    """Stop marks by the id of their structure; ids go before names."""
    ids = {one.segment_id: one.segment_id for one in job.targets}
    names = [one.name for one in job.targets]
    for one in job.targets:
        if names.count(one.name) == 1:
            ids.setdefault(one.name, one.segment_id)
    found: dict[str, frozenset[int]] = {}
    for segment, numbers in stops.items():
        if segment not in ids:
            raise InputError(
                f"There is no structure '{segment}' to stop.",
                f"Choose from: {', '.join(sorted({*names, *(one.segment_id for one in job.targets)}))}.",
            )
        found[ids[segment]] = found.get(ids[segment], frozenset()) | set(numbers)
    return found


def _check(plan: PropagationPlan) -> None:
    """Refuse what could not give a result, before the work."""
    stack, parameters = plan.stack, plan.parameters
    numbers = f"{stack.first} to {stack.last}"
    if stack.first == stack.last:
        raise InputError(
            "The volume has a single slice in that direction: there is nowhere to go.", "Leave --propagate out."
        )
    for number in (parameters.first, parameters.last):
        if number is not None and not stack.first <= number <= stack.last:
            raise InputError(f"The range leaves the volume: there is no slice {number}.", f"It has slices {numbers}.")
    first = stack.first if parameters.first is None else parameters.first
    last = stack.last if parameters.last is None else parameters.last
    for one in plan.keyframes:
        named = f"'{plan.names[one.segment_id]}' on {plan.slice_name(one.index)}"
        if not first <= one.index <= last:
            raise InputError(f"The range {first}:{last} leaves out the prompts of {named}.", "Widen the range.")
        if one.index in parameters.stop_marks.get(one.segment_id, ()):
            raise InputError(
                f"{named} has prompts and a stop mark: it cannot be there and not be there.",
                "Take one of the two away.",
            )
    for segment_id, marks in parameters.stop_marks.items():
        for number in sorted(marks):
            if not stack.first <= number <= stack.last:
                raise InputError(
                    f"The stop mark of '{plan.names[segment_id]}' lies outside the volume: there is no slice {number}.",
                    f"It has slices {numbers}.",
                )
