"""Click after click: each one corrects the mask that the clicks before it gave."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from SAMBenchmarkLib.core.protocols.contract import Answer, Target
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.selection import select
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts

CLICKS = "clicks"
"""Strategy of the rows; `round` is the number of clicks."""

Click = tuple[tuple[int, int], int]
"""((x, y), label)."""

Clicker = Callable[[Mask, Sequence[Click]], Click | None]
"""Prediction (at first an empty one) and clicks so far -> the next click, None when nothing is left to correct."""


def click_by_click(
    model: SliceModel,
    target: Target,
    make_clicker: Callable[[], Clicker],
    rounds: int,
    rules: Mapping[str, str],
    variant: str,
    feed_previous_logits: bool = False,
) -> Iterator[Answer]:
    """One course of clicks for each mask selection: the mask that is scored is the one that the next click corrects.

    All clicks so far go into one call of the model. A course ends early when nothing is left to correct.

    Args:
        make_clicker: makes the rule of one course; its first click must be the same every time.
        rules: mask selection -> rule.

    Yields:
        One answer per round and selection.
    """
    first: Candidates | None = None  # all courses begin with the same click
    for selection, rule in rules.items():
        clicker, clicks, previous = make_clicker(), [], None
        prediction = np.zeros_like(target.mask)
        for number in range(1, rounds + 1):
            click = clicker(prediction, clicks)
            if click is None:
                break
            clicks.append(click)
            said = Prompts([xy for xy, _label in clicks], [label for _xy, label in clicks])
            answer = first if number == 1 and first is not None else model.decode([said], previous)[0]
            first = answer if first is None else first
            chosen = select(answer.masks, answer.scores, target.mask, rule)
            prediction = np.zeros_like(target.mask) if chosen is None else answer.masks[chosen]
            if feed_previous_logits and chosen is not None and answer.low_res is not None:
                previous = [answer.low_res[chosen]]
            yield Answer(CLICKS, said, answer, variant, number, rules={selection: rule})
