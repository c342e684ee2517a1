"""Scores are told apart by prompt and group, and written as a table."""

import csv
import math

import pytest

from SAMBenchmarkLib.validation.scores import of_prompt, write_scores


def test_compact_means_nearly_all_in_one_part_and_not_small(a_score):
    assert a_score(pixels=100, part=0.9).about.compact
    assert not a_score(pixels=99, part=1.0).about.compact
    assert not a_score(pixels=500, part=0.89).about.compact


def test_scores_are_found_by_prompt_and_group(a_score):
    scores = [a_score(prompt="box"), a_score(prompt="point"), a_score(prompt="point", group="new sources")]
    assert of_prompt(scores, "point") == scores[1:]
    assert of_prompt(scores, "point", "new sources") == scores[2:]


def test_a_method_that_was_not_run_is_undefined(a_score):
    assert a_score(ellipse=0.25).baseline("ellipse") == 0.25
    assert math.isnan(a_score().baseline("ellipse"))


def test_scores_are_written_with_a_line_per_model_object_and_prompt(tmp_path, a_score):
    target = tmp_path / "scores.csv"
    write_scores({"m": [a_score(chosen=0.25, ellipse=0.75), a_score(prompt="point")], "n": [a_score()]}, target)
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [(row["model"], row["prompt"]) for row in rows] == [("m", "box"), ("m", "point"), ("n", "box")]
    assert float(rows[0]["chosen"]) == 0.25 and float(rows[0]["ellipse"]) == 0.75 and rows[0]["otsu"] == ""
    assert rows[0]["case_id"] == "a/s1" and float(rows[0]["largest_part"]) == pytest.approx(1)
