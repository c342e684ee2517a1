"""What a protocol is given and what it gives back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.prompts import Prompts

RUN_RULES = {"oracle": "oracle_dice", "predicted_iou": "predicted_iou", "first": "first"}
"""Rule behind each mask selection of a run."""

MAZUROWSKI_RULES = {"oracle": "oracle_iou", "predicted_iou": "predicted_iou", "first": "first"}
"""All three are reported: the text takes the highest confidence, the released program the first candidate."""


@dataclass(frozen=True, eq=False)
class Answer:
    """Candidate masks for one set of prompts, and where they belong in the table of results.

    Args:
        strategy, variant, round, repeat: as in the key of a row; S0-S6 as such leave the last three at their defaults.
        prompts: None where nothing was said of the object.
        rules: mask selection -> rule; None scores the selections of the run.
        figures: further columns of the rows.
    """

    strategy: str
    prompts: Prompts | None
    candidates: Candidates
    variant: str = ""
    round: int = 0
    repeat: int = 0
    rules: Mapping[str, str] | None = None
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Target:
    """One object of a slice.

    Args:
        number: its place among the objects of the slice.
        mask: (H, W) bool, not empty.
        labelled: (H, W) bool, pixels of any structure of the reference.
        draw_key: seed, case, frame, plane, slice and label: what its random numbers are derived from.
        slab_box: number of slices -> (x0, y0, x1, y1) around the structure on all slices of the slab that this one is
            in; 0 stands for the whole structure. By default the slice is all there is.
    """

    number: int
    mask: Mask
    labelled: Mask
    draw_key: tuple[object, ...]
    slab_box: Callable[[int], tuple[int, int, int, int]] | None = None

    def rng(self, *more: object) -> np.random.Generator:
        """Random numbers that depend on the object and on what is named here, never on the order of the work."""
        text = json.dumps([*self.draw_key, *more])
        return np.random.default_rng(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big"))


Evaluate = Callable[[SliceModel, Sequence[Target], BenchmarkOptions], Iterator[tuple[Target, Answer]]]
"""A protocol: all answers about the objects of one slice."""


def object_by_object(answers: Callable[[SliceModel, Target, BenchmarkOptions], Iterator[Answer]]) -> Evaluate:
    """A protocol that treats every object by itself."""

    def evaluate(
        model: SliceModel, targets: Sequence[Target], options: BenchmarkOptions
    ) -> Iterator[tuple[Target, Answer]]:
        for target in targets:
            for answer in answers(model, target, options):
                yield target, answer

    return evaluate
