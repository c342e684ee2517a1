"""What is told about propagated slices: a table of all of them, and a few words for each structure."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Sequence

import numpy as np

from SAMSegmenterLib.cli.segment_propagate import PropagationPlan
from SAMSegmenterLib.core.propagation import KEYFRAME, StopReason
from SAMSegmenterLib.session.propagation_results import HeldSlice

COLUMNS = ("segment", "slice", "confidence", "origin", "final", "ended_because", "box", "points", "mask")


def table_text(plan: PropagationPlan, held: Iterable[HeldSlice]) -> str:
    """A tab-separated table with a line for every slice of every structure.

    Boxes and points are those that were carried there, in the slice's pixels; points inside have a plus before them,
    those outside a minus.
    """
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in held:
        name = " ".join(plan.names[one.segment].replace('"', "'").split())
        final = "yes" if one.final else "no"
        told = (f"{one.slice_confidence:.4f}", one.origin, final, str(one.stop_reason or ""))
        writer.writerow((name, one.index, *told, *_prompts(one)))
    return file.getvalue()


def summary_of(plan: PropagationPlan, held: Sequence[HeldSlice]) -> list[str]:
    """Lines for every structure: where it was found, why each direction ended, and where to look first."""
    lines = []
    for target in plan.job.targets:
        own = [one for one in held if one.segment == target.segment_id]
        found = [one.index for one in own if one.final]
        if not found:
            lines.append(f"  {target.name}: nothing was prompted, it stays empty")
            continue
        lines.append(f"  {target.name}: {_slices(plan)} {_spans(found)} ({len(found)} of them)")
        lines += [f"    {line}" for line in _ends(plan, own)]
        carried = [one for one in own if one.final and one.origin != KEYFRAME]
        if carried:
            worst = min(carried, key=lambda one: (one.slice_confidence, one.index))
            lines.append(f"    look first at {plan.slice_name(worst.index)} (confidence {worst.slice_confidence:.2f})")
    return lines


def _ends(plan: PropagationPlan, own: Sequence[HeldSlice]) -> list[str]:
    keyframes = [one.index for one in plan.keyframes if one.segment_id == own[0].segment]
    lines = []
    for direction, outermost, word in ((-1, min(keyframes), "down"), (1, max(keyframes), "up")):
        ended = [one for one in own if one.stop_reason and (one.index - outermost) * direction >= 0]
        ended = [one for one in ended if one.direction == direction]
        if ended:
            last = max(ended, key=lambda one: one.index * direction)
            lines.append(f"{word}: ended at {plan.slice_name(last.index)}, {last.stop_reason}")
        elif reason := _nowhere_to_go(plan, own[0].segment, outermost, direction):
            lines.append(f"{word}: ended at {plan.slice_name(outermost)}, {reason}")
    return lines


def _nowhere_to_go(plan: PropagationPlan, segment_id: str, outermost: int, direction: int) -> StopReason | None:
    """What keeps a direction from leaving its keyframe; None where it can leave."""
    stack, parameters = plan.stack, plan.parameters
    if outermost + direction in parameters.stop_marks.get(segment_id, ()):
        return StopReason.MARK
    if outermost == (stack.last if direction > 0 else stack.first):
        return StopReason.VOLUME
    return StopReason.RANGE if outermost == (parameters.last if direction > 0 else parameters.first) else None


def _slices(plan: PropagationPlan) -> str:
    return "tilted slices" if plan.choice.plane.axis is None else f"slices {plan.choice.letter}"


def _spans(indices: Sequence[int]) -> str:
    """Slice numbers as "4 to 11, 15"."""
    spans = []
    for _, run in itertools.groupby(enumerate(sorted(indices)), key=lambda pair: pair[1] - pair[0]):
        numbers = [number for _, number in run]
        spans.append(f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else str(numbers[0]))
    return ", ".join(spans)


def _prompts(one: HeldSlice) -> tuple[str, str, str]:
    """Box, points and whether a mask was carried, as text."""
    if one.prompts is None:
        return "", "", ""
    box = "" if one.prompts.box is None else _numbers(one.prompts.box)
    signs = np.where(one.prompts.labels == 1, "+", "-")
    points = " ".join(f"{sign}({_numbers(xy)})" for sign, xy in zip(signs, one.prompts.points, strict=True))
    return box, points, "yes" if one.prior is not None else "no"


def _numbers(values: Iterable[float]) -> str:
    return ",".join(f"{value:.6g}" for value in values)
