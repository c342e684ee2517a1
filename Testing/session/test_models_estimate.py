from __future__ import annotations

from pathlib import Path

import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_sources import MemorySource
from SAMBenchmarkLib.session.models_estimate import estimate_models
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S5",), max_slices=3)


def _source(name):
    return MemorySource(Case(name, Path(), Path()), *two_boxes_volume())


def test_slices_of_all_cases_in_memory_are_counted(a_fake_predictor):
    found = estimate_models(
        [_source("a"), _source("b")], ("one",), OPTIONS, lambda _name: a_fake_predictor, ignore_progress, never_stop
    )
    assert (found.slices, found.models) == (6, 1)


@pytest.mark.parametrize(("sources", "models"), [([], ("one",)), ([_source("a")], ())])
def test_nothing_to_estimate_is_an_error(sources, models, a_fake_predictor):
    with pytest.raises(InputError, match="nothing to estimate"):
        estimate_models(sources, models, OPTIONS, lambda _name: a_fake_predictor, ignore_progress, never_stop)
