"""What a run asks of the model is counted as the run then does it."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, ProtocolSettings
from SAMBenchmarkLib.core.run_cost import STEP_TITLES, Speed, Work, work_of
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

FEW = ProtocolSettings(
    click_rounds=2, shift_edges=(0, 3, 6), shift_repeats=2, grid_sizes=(4, 8), point_rounds=2, modes=(1, 4, 5),
    relative_jitter=(0.1,), relative_repeats=1, uncertainty_boxes=3, scribble_repeats=2,
)  # fmt: skip


def test_strategies_and_grids_are_counted():
    both = ("oracle", "predicted_iou")
    options = BenchmarkOptions(strategies=("S1", "S2", "S5"), points_per_side=8, selections=both, timing_repeats=0)
    expected = Work(
        encodings=10, prompts=60, grid_points=640, scored=2 * (60 + 30), described=30, read=4, stacked=5 * 6
    )
    assert work_of(options, 10, 30, 4, 5) == expected
    without = replace(options, strategies=(), protocols=("huang-grid",), protocol_settings=FEW)
    expected = Work(encodings=10, grid_points=10 * (16 + 64), scored=2 * 2 * 30, described=30)
    assert work_of(without, 10, 30) == expected


def test_what_is_done_beside_the_model_is_counted():
    options = BenchmarkOptions(strategies=("S2",), selections=("oracle",), timing_repeats=0, baselines=("all",))
    found = work_of(replace(options, correction_effort=True), 10, 30, 4, 5)
    assert (found.classical, found.scored, found.corrected) == (30, 30 * 7, 30 * 7)  # the model and six methods
    assert found.stacked == 5 * 7
    assert work_of(replace(options, stride=2), 10, 30, 4, 5).stacked == 0  # distances across gaps are undefined
    assert work_of(replace(options, max_slices=9), 10, 30, 4, 5).stacked == 0


def test_the_timing_table_is_counted_once_and_not_for_every_slice():
    options = BenchmarkOptions(strategies=("S1", "S2", "S5"), points_per_side=8, timing_repeats=20)
    more, less = (work_of(one, 10, 30) for one in (options, replace(options, timing_repeats=0)))
    assert more.encodings - less.encodings == 20 + 3
    assert more.prompts - less.prompts == 2 * (20 + 3)
    assert more.grid_points - less.grid_points == 3 * 64


def test_a_promptless_model_is_asked_once_per_slice():
    options = BenchmarkOptions(strategies=("S0",), timing_repeats=0)
    assert work_of(options, 10, 30).prompts == 10


@pytest.mark.parametrize("protocol", PROTOCOL_TITLES)
def test_no_protocol_places_more_clicks_than_was_counted(tmp_path, protocol, monkeypatch):
    from SAMBenchmarkLib.core.protocols import huang_rounds, mazurowski_modes, mazurowski_points

    placed = []
    for module, name in (
        (huang_rounds, "next_click"), (mazurowski_modes, "farthest_point"), (mazurowski_points, "farthest_point"),
    ):  # fmt: skip
        place = getattr(module, name)
        monkeypatch.setattr(module, name, lambda *args, place=place, **more: placed.append(1) or place(*args, **more))
    options = replace(OPTIONS, strategies=("S5",), protocols=(protocol,), protocol_settings=FEW)
    case = write_case(tmp_path)
    run_benchmark(RunRequest([case], options, tmp_path / "out", ThresholdPredictor, scene=False, report=False))
    counted = work_of(options, SLICES, 2 * SLICES).clicks
    assert len(placed) <= counted and (counted > 0) == (len(placed) > 0)


@pytest.mark.parametrize("protocol", PROTOCOL_TITLES)
def test_no_protocol_asks_for_more_than_was_counted(tmp_path, protocol):
    options = replace(OPTIONS, strategies=("S5",), protocols=(protocol,), protocol_settings=FEW, selections=("oracle",))
    predictor = ThresholdPredictor()
    case = write_case(tmp_path)
    run_benchmark(RunRequest([case], options, tmp_path / "out", lambda: predictor, scene=False, report=False))
    counted = work_of(options, SLICES, 2 * SLICES)
    assert 0 < predictor.decoded_prompts <= counted.prompts
    assert predictor.decoded_prompts >= counted.prompts / 4  # parts and clicks may be fewer
    assert predictor.encoded_images <= counted.encodings


def test_seconds_are_the_sum_of_all_steps():
    assert Speed(10, 1, 0.1, 0.01).seconds(Work(2, 3, 4, 5)) == pytest.approx(20 + 3 + 0.4 + 0.05)
    every = {field.name: 1 for field in fields(Work)}
    assert Speed(**every).seconds(Work(**every)) == len(every) == len(STEP_TITLES)
