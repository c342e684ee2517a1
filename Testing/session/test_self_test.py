from __future__ import annotations

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.scene.tables import table_from_node
from SAMBenchmarkLib.session.evaluate_nodes import evaluate
from SAMBenchmarkLib.session.self_test import ball_nodes
from SAMSegmenterLib.session.brightness_predictor import BrightnessPredictor


def test_every_strategy_finds_the_ball(a_scene):
    tables = evaluate(*ball_nodes(), BenchmarkOptions(stride=4), predictor=BrightnessPredictor())
    summary = next(table_from_node(table) for table in tables if table.GetName() == "summary_predicted_iou")
    assert summary.columns["strategy"] == ["S1", "S2", "S3", "S4", "S5", "S6"]
    assert summary.columns["dice_percent_mean"] == [100.0] * 6
