from __future__ import annotations

from pathlib import Path

import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMSegmenterLib.core.errors import InputError
from support.fake_predictor import ThresholdPredictor

A = Case("a", Path("v"), Path("l"))


@pytest.mark.parametrize(
    ("cases", "workers", "expected"),
    [([], 1, "no case"), ([A, A], 1, "Two cases are called 'a'"), ([A], 0, "workers is 1 or more")],
)
def test_what_cannot_be_run_is_refused(cases, workers, expected):
    with pytest.raises(InputError, match=expected):
        RunRequest(cases, BenchmarkOptions(), Path("out"), ThresholdPredictor, workers=workers)
