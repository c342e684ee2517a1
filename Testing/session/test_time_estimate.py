"""The time of a run is told from counts and a few calls of the model."""

from __future__ import annotations

from dataclasses import fields
from itertools import count, islice

import pytest

from SAMBenchmarkLib.core.run_cost import Work
from SAMBenchmarkLib.session.time_estimate import case_sizes, duration, estimate
from SAMSegmenterLib.core.errors import InputError
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS


def ticking():
    """A clock by which everything takes a second."""
    ticks = count()
    return lambda: float(next(ticks))


def test_slices_and_objects_are_counted_and_what_fails_says_why(tmp_path):
    case, broken = write_case(tmp_path), write_case(tmp_path, "broken")
    broken.volume.write_bytes(b"nonsense")
    sizes = [size for size, _ in case_sizes([case, broken], OPTIONS.resolved())]
    assert (sizes[0].slices, sizes[0].objects, sizes[0].problem) == (SLICES, 2 * SLICES, "")
    assert sizes[1].slices == 0 and "NRRD" in sizes[1].problem


def test_cases_that_were_not_read_count_as_the_others(tmp_path):
    cases = [write_case(tmp_path, name) for name in "abc"]
    options = OPTIONS.resolved()
    first = islice(case_sizes(cases, options, clock=ticking()), 1)
    known, found = estimate(first, 3, ThresholdPredictor(), options, clock=ticking())
    assert len(known) == found.read == 1
    assert (found.cases, found.slices, found.objects) == (3, 3 * SLICES, 6 * SLICES)
    assert found.seconds == sum(getattr(found.work, field.name) for field in fields(Work))  # a second each
    assert (found.work.read, found.work.stacked) == (3, 3 * 2 * 2 * 2)  # structures, strategies, selections
    sizes = case_sizes(cases, options, clock=ticking())
    again = estimate(sizes, 3, ThresholdPredictor(), options, workers=2, clock=ticking())[1]
    assert again.slices == 3 * SLICES and again.seconds == found.seconds / 2


def test_no_case_at_all_gives_the_reason(tmp_path):
    broken = write_case(tmp_path)
    broken.volume.write_bytes(b"nonsense")
    with pytest.raises(InputError, match="None of the cases"):
        estimate(case_sizes([broken], OPTIONS.resolved()), 1, ThresholdPredictor(), OPTIONS.resolved())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "about 1 s"), (45, "about 45 s"), (720, "about 12 min"), (9000, "about 2.5 h"), (4e5, "about 4.6 days")],
)
def test_durations_are_as_rough_as_an_estimate(seconds, said):
    assert duration(seconds) == said
