"""Parameters of propagation from the command line."""

from dataclasses import dataclass, field
from enum import Enum

import pytest

from SAMBenchmarkLib.propagation import parameter_texts
from SAMBenchmarkLib.propagation.parameter_texts import known_parameters, parameters_from, switched_over
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.windowing import Limits, MinMax


class Way(Enum):
    SHORT = "short"
    LONG = "long"


@dataclass(frozen=True)
class Stop:
    overlap: float = 0.4
    patience: int = 2


@dataclass(frozen=True)
class Parameters:
    axis: int = 0
    points: bool = True
    margin: int = 2
    reach: float | None = None
    way: Way = Way.SHORT
    window: MinMax = field(default_factory=MinMax)
    stop: Stop = field(default_factory=Stop)


@pytest.fixture(autouse=True)
def grouped(monkeypatch):
    """Parameters with a group, whatever propagation has at present."""
    monkeypatch.setattr(parameter_texts, "PropagationParameters", Parameters)


def test_values_have_the_kind_of_the_default():
    found = parameters_from(["points=off", "margin=5", "stop.overlap=1", "stop.patience=3", "way=long", "reach=2.5"])
    assert found == Parameters(points=False, margin=5, way=Way.LONG, reach=2.5, stop=Stop(1.0, 3))
    assert isinstance(found.stop.overlap, float) and parameters_from([]) == Parameters()


@pytest.mark.parametrize("text", ["points=none", "margin=none", "stop.overlap=none"])
def test_nothing_is_no_value_where_there_is_one_by_default(text):
    with pytest.raises(InputError, match="wrong kind of value"):
        parameters_from([text])


def test_windows_are_written_as_elsewhere_and_none_is_none():
    assert parameters_from(["window=limits:0,9", "reach=none"]).window == Limits(0, 9)


def test_names_are_listed_with_their_groups():
    assert known_parameters() == ["points", "margin", "reach", "way", "window", "stop.overlap", "stop.patience"]


def test_switches_are_turned_over():
    assert switched_over() == ["points=off"]


@pytest.mark.parametrize(
    "text",
    ["speed=3", "axis=1", "margin", "=3", "stop=3", "margin.x=3", "margin=wide", "points=2", "way=middle", "stop.x=1"],
)
def test_others_are_refused(text):
    with pytest.raises(InputError):
        parameters_from([text])
