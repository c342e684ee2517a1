"""Time that a measurement of propagation takes: the model's calls, counted by hand, and timed by a clock that ticks."""

from __future__ import annotations

from functools import partial
from itertools import count

import pytest

from SAMBenchmarkLib.propagation.cases import catalogue_cases
from SAMBenchmarkLib.propagation.choosing import Choice, choose_parts
from SAMBenchmarkLib.propagation.journal import Journal
from SAMBenchmarkLib.propagation.measure import MeasureOptions, measure
from SAMBenchmarkLib.propagation.time_estimate import propagation_seconds, propagation_work
from SAMBenchmarkLib.session.step_seconds import model_speed
from support.fake_predictor import ThresholdPredictor
from support.propagation_files import write_cylinders

CHAINS = 10
"""Of projections that differ in mode or extension."""


@pytest.fixture
def chosen(tmp_path):
    return choose_parts(catalogue_cases(write_cylinders(tmp_path / "data")), Choice())


def ticking():
    ticks = count()
    return partial(model_speed, clock=lambda: float(next(ticks)))


def test_propagation_alone_looks_a_little_beyond_the_ends_and_stays_within_once():
    work = propagation_work([10, 30], slices=16, times_seen=1, with_baselines=False)
    assert (work.encodings, work.prompts) == (14 + 16, 2 * (14 + 16) + 10 + 30)
    work = propagation_work([10], slices=100, times_seen=1, with_baselines=False)
    assert (work.encodings, work.prompts) == (14, 2 * 14 + 10)


def test_other_methods_go_through_the_whole_volume_which_structures_may_share():
    work = propagation_work([10, 10], slices=100, times_seen=1, with_baselines=True)
    assert (work.encodings, work.prompts) == (200, 2 * 28 + 20 + CHAINS * 28 + 3 * 200)
    assert propagation_work([10, 10], slices=100, times_seen=0.5, with_baselines=True).encodings == 100


def test_a_slice_is_encoded_once_and_the_calls_are_multiplied(chosen):
    predictor = ThresholdPredictor()
    assert propagation_seconds(chosen, predictor, MeasureOptions(), ticking()) == 3 * (
        16 * (1 + 3) + 14 * (2 + CHAINS) + 10
    )
    assert predictor.encode_calls == 1 and predictor.decode_calls <= 4
    alone = MeasureOptions(with_baselines=False)
    assert propagation_seconds(chosen, predictor, alone, ticking()) == 3 * (14 * (1 + 2) + 10)


@pytest.mark.parametrize("with_baselines", [True, False])
def test_the_calls_told_are_near_those_that_are_made(chosen, with_baselines):
    told = propagation_work([one.part.slices for one in chosen], 16, 1, with_baselines)
    decoded = []
    decode = ThresholdPredictor.decode

    class Counting(ThresholdPredictor):
        def decode(self, embedding, prompts, *more):
            decoded.extend(prompts)
            return decode(self, embedding, prompts, *more)

    predictor = Counting()
    measure(chosen, predictor, MeasureOptions(with_baselines=with_baselines), Journal(None, ""))
    assert 0.7 < told.encodings / predictor.encoded_images < 1.4
    assert 0.7 < told.prompts / len(decoded) < 1.4
