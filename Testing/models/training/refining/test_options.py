"""A refiner's schedule, and options that make no sense."""

import inspect
import json

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.training.refining.options import RefiningOptions


def test_the_rate_rises_stays_and_falls_over_the_second_half():
    options = RefiningOptions(steps=400, learning_rate=1.0)
    assert options.rate_at(0) == pytest.approx(1 / 50)
    assert options.rate_at(100) == options.rate_at(200) == 1.0
    assert options.rate_at(300) == pytest.approx(0.5) and options.rate_at(399) == pytest.approx(1 / 200)


def test_the_network_is_the_one_that_is_used_unasked():
    assert inspect.signature(RefiningNetwork).parameters["widths"].default == RefiningOptions().widths


def test_the_summary_is_what_json_gives_back():
    summary = RefiningOptions().summary()
    assert json.loads(json.dumps(summary)) == summary and summary["steps"] == 2600 and summary["batch"] == 32


@pytest.mark.parametrize("wrong", [{"steps": 0}, {"batch": 0}, {"seed": -1}, {"learning_rate": 0}, {"save_every": 0}])
def test_options_out_of_range_are_refused(wrong):
    with pytest.raises(InputError, match=next(iter(wrong)).replace("_", " ")):
        RefiningOptions(**wrong)
