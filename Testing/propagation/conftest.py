"""Structures, cases and slices for the tests of the measurement of propagation."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from SAMBenchmarkLib.propagation.cases import PreparedCase, VolumeCase
from SAMBenchmarkLib.propagation.choosing import ChosenPart
from SAMBenchmarkLib.propagation.measure_part import Measured, measure_part
from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMBenchmarkLib.propagation.record import (
    OWN,
    About,
    CostFigures,
    KeyframeFigures,
    MethodFigures,
    Record,
    TrustFigures,
)
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMBenchmarkLib.propagation.structures import StructurePart, find_parts
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.windowing import Limits
from support.fake_predictor import ThresholdPredictor
from support.phantoms import BACKGROUND, FIRST, matrix

WINDOW = Limits(0, 255)
"""Leaves the phantoms' intensities as they are."""


def column(first: int = 4, last: int = 15, depth: int = 20, size: int = 40) -> tuple[Volume, Segmentation]:
    """A square column of 12 x 12 pixels on slices `first` to `last`, label 1; the ground about it is noise."""
    labels = np.zeros((depth, size, size), np.uint8)
    labels[first : last + 1, 10:22, 8:20] = 1
    ground = np.random.default_rng(1).integers(0, 2 * BACKGROUND, labels.shape)
    array = np.where(labels == 1, FIRST, ground).astype(np.int16)
    return Volume(array, matrix()), Segmentation.from_labels(labels, matrix(), {1: "column"})


@pytest.fixture
def a_column() -> Any:
    """`a_column(first, last, depth, size)`."""
    return column


@pytest.fixture
def some_slices() -> ModelSlices:
    """The column's slices, before a predictor that finds pixels of equal grey."""
    return ModelSlices(column()[0], 0, ThresholdPredictor(), WINDOW)


@pytest.fixture
def a_part() -> Any:
    """`a_part(first, last, ...)`: a part of a structure, by its ends."""

    def make(
        first: int = 4, last: int = 15, start: int = 4, touches: tuple[bool, bool] = (False, False)
    ) -> StructurePart:
        return StructurePart(1, "column", 1, first, last, start, 1, *touches)

    return make


@pytest.fixture
def a_case() -> Any:
    """`a_case(volume, segmentation)`: ready to be measured along k."""

    def make(volume: Volume, segmentation: Segmentation) -> PreparedCase:
        case = VolumeCase("d/one", "d", "one", Path("v.nrrd"), Path("l.nrrd"))
        return PreparedCase(case, 0, volume, segmentation)

    return make


@pytest.fixture
def a_record() -> Any:
    """`a_record(source, subject, own, **dice of other methods)`."""

    def make(source: str = "a", subject: str = "s", own: float = 0.9, failure: str = "", **others: Any) -> Record:
        about = About(source, subject, f"{source}/{subject}", 0, 1, "organ", 1, 2, 11, 6, 500)
        if failure:
            return Record(about, failure=failure)
        more = {name: others.pop(name) for name in ("keyframes", "trust", "cost", "ends") if name in others}
        told, low, high, missed = (
            others.pop(name, default) for name, default in (("told", own), ("low", 0.0), ("high", 1.0), ("missed", 0.0))
        )
        methods = {OWN: MethodFigures(own, told, low, high, missed)}
        methods |= {name.replace("_", " "): MethodFigures(dice, dice) for name, dice in others.items()}
        return Record(
            about,
            0.95,
            methods,
            **{
                "keyframes": KeyframeFigures((3, 9), own, own + 0.02, 0, 0.9, 0.7, 0.5, 0.4),
                "trust": TrustFigures(0.7, 1.0),
                "cost": CostFigures(12, 11, 22, 1.05, 1.0),
                **more,
            },
        )

    return make


@pytest.fixture
def a_measured(a_column: Any, a_case: Any) -> Measured:
    """The column, measured without the other methods."""
    volume, segmentation = a_column()
    case = a_case(volume, segmentation)
    (part,) = find_parts(segmentation, 0)
    chosen, parameters = ChosenPart(case.case, 0, part), PropagationParameters(window=Limits(0, 255))
    return measure_part(case, chosen, MeteredPredictor(ThresholdPredictor()), parameters, with_baselines=False)
