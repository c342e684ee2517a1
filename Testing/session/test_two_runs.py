"""Two runs into one folder at the same time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.cases import read_manifest
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import StoreError
from support.case_files import SLICES, write_case, write_manifest
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

_DEADLINE_S = 300


@pytest.fixture
def a_run_at_work(tmp_path):
    """A process that evaluates two cases and waits in the middle of the second slice."""
    manifest = write_manifest(tmp_path, [write_case(tmp_path, name) for name in ("a", "b")])
    output = tmp_path / "out"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "SAM_TEST_SLICES": "1"}
    command = [sys.executable, "-m", "support.faulty_predictors", str(manifest), str(output), "1"]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + _DEADLINE_S
    while finished(output) < 1 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process, read_manifest(manifest), output
    process.kill()
    process.wait()


def finished(output) -> int:
    if not (output / "results.sqlite").exists():
        return 0
    try:
        with ResultStore(output / "results.sqlite", read_only=True) as store:
            return sum(sum(store.count_finished_slices(run.option_hash).values()) for run in store.runs())
    except StoreError:  # it is being made
        return 0


def evaluate(cases, output, options=OPTIONS):
    request = RunRequest(cases, options, output, ThresholdPredictor, scene=False, report=False)
    return run_benchmark(request)


def test_two_runs_into_one_store_neither_mix_nor_compute_anything_twice(a_run_at_work):
    process, cases, output = a_run_at_work
    with pytest.raises(StoreError, match="Another run with the same options"):
        evaluate(cases, output)
    assert evaluate(cases, output, replace(OPTIONS, strategies=("S5",))).finished == ("a", "b")
    assert finished(output) == 2 * SLICES + 1
    process.kill()
    process.wait()
    assert evaluate(cases, output).finished == ("a", "b")
    assert finished(output) == 4 * SLICES
    assert not list(output.glob(".running*"))
