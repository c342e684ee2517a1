"""Iterative points: each lies deepest in what is still wrong. Source: Mazurowski et al. 2023, algorithm 1,
doi:10.1016/j.media.2023.102918."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.clicking import Click, Clicker, click_by_click
from SAMBenchmarkLib.core.protocols.contract import MAZUROWSKI_RULES, Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.farthest_point import farthest_point
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMSegmenterLib.core.arrays import Mask

NAME = "mazurowski-points"


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings = options.protocol_settings
    positive = target.mask if settings.label_source == "class" else target.labelled

    def clicker() -> Clicker:
        return _clicker(target.mask, positive, settings.distance or "exact", target.rng(NAME))

    yield from click_by_click(model, target, clicker, settings.point_rounds, MAZUROWSKI_RULES, NAME)


def _clicker(reference: Mask, positive: Mask, distance: str, rng: np.random.Generator) -> Clicker:
    def following(prediction: Mask, clicks: Sequence[Click]) -> Click | None:
        point = farthest_point(reference ^ prediction, distance, rng)
        return None if point is None else (point, int(positive[point[1], point[0]]))

    return following


evaluate = object_by_object(_answers)
