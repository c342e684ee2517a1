"""Summaries of scores, worked by hand."""

import csv
import math

import pytest

from SAMSegmenterLib.models.training.validation import ObjectScore
from SAMSegmenterLib.models.training.validation_table import (
    calibration,
    markdown_table,
    means_per_source,
    write_scores,
)


def score(source, chosen, oracle=1.0, predicted=0.5, true=0.5, prompt="box"):
    return ObjectScore(source, "s", prompt, 100, oracle, chosen, predicted, true, 0.6, 0.4)


def test_sources_count_equally_whatever_their_number_of_objects():
    table = means_per_source([score("a", 0.2), score("a", 0.4), score("a", 0.6), score("b", 0.8)], "box")
    assert table["a"]["chosen"] == pytest.approx(0.4) and table["a"]["objects"] == 3
    assert table["mean of sources"]["chosen"] == pytest.approx(0.6)
    assert table["mean of sources"]["ellipse"] == pytest.approx(0.6)
    assert means_per_source([score("a", 0.2)], "point") == {}


def test_calibration_error_is_the_distance_of_the_bins_means():
    scores = [score("a", 0, predicted=0.95, true=0.85), score("a", 0, predicted=0.95, true=0.75)]
    scores += [score("a", 0, predicted=0.15, true=0.15), score("a", 0, predicted=0.12, true=0.12)]
    result = calibration(scores)
    assert result["expected_error"] == pytest.approx((0.1 + 0.2) / 4)
    assert result["spearman"] == pytest.approx(0.9487, abs=1e-3)
    assert math.isnan(calibration(scores[:2])["spearman"])


def test_errors_of_opposite_sign_in_one_bin_cancel():
    scores = [score("a", 0, predicted=0.55, true=true) for true in (0.45, 0.65, 0.55)]
    assert calibration(scores)["expected_error"] == pytest.approx(0.0, abs=1e-9)


def test_the_table_has_a_line_per_source_and_the_baselines():
    scores = [score("a", 0.25, 0.5), score("a", 0.1, 0.2, prompt="point")]
    lines = markdown_table(scores, ("box", "point")).splitlines()
    assert lines[2] == "| a | 1 | 0.250 / 0.500 | 0.100 / 0.200 | 0.600 | 0.400 |"
    assert lines[3].startswith("| mean of sources | 1 |") and len(lines) == 4


def test_scores_are_written_as_csv(tmp_path):
    write_scores([score("a", 0.25)], tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows[0]["source"] == "a" and float(rows[0]["chosen"]) == 0.25 and len(rows) == 1
