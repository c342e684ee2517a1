"""Runs under conditions that nobody plans for: a clock that jumps, thousands of objects in one slice."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest

from SAMBenchmarkLib.core import evaluation
from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.elliptic_fourier import FourierOrder
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMBenchmarkLib.session.stores import open_store
from SAMSegmenterLib.core.geometry import Volume
from support.case_files import write_case, write_volume
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

CELLS_PER_SIDE, PITCH, CELL = 32, 4, 3


def run(case: Case, options: BenchmarkOptions, output, predictor, events=None):
    request = RunRequest([case], options, output, lambda: predictor, scene=False, report=False, store="sqlite")
    result = run_benchmark(request, (events if events is not None else []).append)
    with open_store(output / "results.sqlite", read_only=True) as store:
        return result, list(store.rows(result.option_hash)), store.timings(result.option_hash)


@pytest.mark.parametrize("jump", [-86400.0 * 365, 86400.0 * 365])
def test_a_wall_clock_that_jumps_changes_no_row_no_time_and_no_progress(tmp_path, monkeypatch, jump):
    case, events = write_case(tmp_path), []
    expected = run(case, OPTIONS, tmp_path / "calm", ThresholdPredictor())[1]
    now, calls = time.time(), itertools.count()
    monkeypatch.setattr(time, "time", lambda: now + jump * (next(calls) % 2))  # there and back at every look
    result, rows, timings = run(case, OPTIONS, tmp_path / "jumping", ThresholdPredictor(), events)
    assert result.finished == (case.name,)
    assert [repr(row) for row in rows] == [repr(row) for row in expected]
    assert timings and all(0 <= timing.seconds < 3600 for timing in timings)
    assert all(0 <= event.seconds_left < 3600 for event in events if event.seconds_left is not None)


def test_a_thousand_objects_in_one_slice_are_encoded_once_and_each_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "fourier_order", lambda *_: FourierOrder(1, 2.0))  # tested elsewhere, and slow here
    side = CELLS_PER_SIDE * PITCH
    labels = np.zeros((1, side, side), np.uint16)
    places = list(itertools.product(range(0, side, PITCH), repeat=2))
    for value, (y, x) in enumerate(places, start=1):
        labels[0, y : y + CELL, x : x + CELL] = value
    write_volume(tmp_path / "cells.nrrd", Volume(np.where(labels, 200, 50).astype(np.int16)))
    write_volume(tmp_path / "labels.nrrd", Volume(labels))
    case = Case("cells", tmp_path / "cells.nrrd", tmp_path / "labels.nrrd")
    predictor = ThresholdPredictor()
    options = BenchmarkOptions(
        strategies=("S2",), selections=("predicted_iou",), min_object_pixels=4, plane="axial", timing_repeats=0
    )
    result, rows, _timings = run(case, options, tmp_path / "out", predictor)
    assert [row.label_value for row in rows] == list(range(1, len(places) + 1))
    assert {(row.dice, row.n_gt) for row in rows} == {(1.0, CELL * CELL)} and predictor.encoded_images == 1
    table = next(table for table in result.tables if table.name == "dice_predicted_iou")
    assert len(table.rows) == len(places) + 2
