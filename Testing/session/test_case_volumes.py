"""Whole structures in a run: measured once all slices are stored, also when it was resumed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import Cancelled
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS


def run(case, output, options=OPTIONS, load=ThresholdPredictor, **callbacks):
    request = RunRequest([case], output=output, options=options, load_predictor=load, scene=False, report=False)
    return run_benchmark(request, **callbacks)


def volume_rows(output):
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        [stored] = store.runs()
        return list(store.rows(stored.option_hash, variant=VOLUME)), store.count_finished_slices(stored.option_hash)


def test_a_run_ends_with_a_row_for_every_structure_strategy_and_selection(tmp_path):
    run(write_case(tmp_path), tmp_path / "out")
    rows, counts = volume_rows(tmp_path / "out")
    assert {(row.strategy, row.selection) for row in rows} == {
        (strategy, selection) for strategy in OPTIONS.strategies for selection in OPTIONS.selections
    }
    assert {row.slice for row in rows} == {WHOLE_VOLUME} and list(counts.values()) == [SLICES]
    assert all(row.n_slices == SLICES and row.hd_mm == row.hd_mm for row in rows if row.dice)


def test_a_run_that_was_stopped_measures_the_same_volumes_in_the_end(tmp_path):
    case = write_case(tmp_path)
    run(case, tmp_path / "undisturbed")
    predictor = ThresholdPredictor()
    with pytest.raises(Cancelled):
        run(case, tmp_path / "out", load=lambda: predictor, should_stop=lambda: predictor.encoded_images >= 3)
    assert volume_rows(tmp_path / "out")[0] == []
    run(case, tmp_path / "out")
    assert repr(volume_rows(tmp_path / "out")) == repr(volume_rows(tmp_path / "undisturbed"))


def test_slices_that_were_left_out_leave_distances_undefined(tmp_path):
    run(write_case(tmp_path), tmp_path / "out", replace(OPTIONS, stride=2))
    rows, _counts = volume_rows(tmp_path / "out")
    assert rows and all(row.n_slices_left_out and row.hd_mm != row.hd_mm for row in rows)
