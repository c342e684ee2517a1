"""What a run asks of the model is counted as the run then does it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, ProtocolSettings
from SAMBenchmarkLib.core.run_cost import Speed, Work, work_of
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
    options = BenchmarkOptions(strategies=("S1", "S2", "S5"), points_per_side=8, selections=("oracle", "predicted_iou"))
    assert work_of(options, 10, 30) == Work(10, 60, 640, 2 * (60 + 30))
    without = BenchmarkOptions(strategies=(), protocols=("huang-grid",), protocol_settings=FEW)
    assert work_of(without, 10, 30) == Work(10, 0, 10 * (16 + 64), 2 * 2 * 30)


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
