from __future__ import annotations

import csv
import re

import pytest

from SAMSegmenterLib.cli.segment_propagate_report import COLUMNS, _spans
from support.segment_command import Bench, boxes_around


@pytest.fixture
def rows(tmp_path):
    """The table of a propagation of the left box from slice 7, by slice."""
    bench = Bench.of(tmp_path)
    (left, _right) = boxes_around(bench.truth)
    contents = {"schema": "sam-boxes/1", "axis": "k", "structures": [{**left, "slices": left["slices"][3:4]}]}
    words = ("--boxes", bench.json("b.json", contents), "--propagate", "--range", "4:11")
    assert bench.run(*words, "--tune", "margin=2", "--confidence-table", str(tmp_path / "t.tsv")) == 0
    with (tmp_path / "t.tsv").open(encoding="utf-8", newline="") as file:
        return {int(row["slice"]): row for row in csv.DictReader(file, delimiter="\t")}


def test_every_slice_has_a_line_with_its_confidence_and_origin(rows):
    assert list(rows) == list(range(4, 12)) and tuple(rows[7]) == COLUMNS
    assert {row["segment"] for row in rows.values()} == {"left box"}
    assert all(0 <= float(row["confidence"]) <= 1 and row["final"] == "yes" for row in rows.values())
    assert (rows[7]["origin"], float(rows[7]["confidence"])) == ("keyframe", 1)
    assert {rows[index]["origin"] for index in rows if index != 7} <= {"carried", "repaired", "fused"}


def test_the_ends_say_why_and_no_other_slice_does(rows):
    assert {index for index, row in rows.items() if row["ended_because"]} == {4, 11}
    assert rows[11]["ended_because"] == "the end of the range"


def test_the_prompts_that_were_carried_are_shown(rows):
    assert (rows[7]["box"], rows[7]["points"], rows[7]["mask"]) == ("", "", "")
    if rows[8]["box"]:
        x0, y0, x1, y1 = map(float, rows[8]["box"].split(","))
        assert x0 < 6 and y0 < 5 and x1 > 17 and y1 > 19
    inside = re.match(r"\+\(([\d.]+),([\d.]+)\)", rows[8]["points"])
    assert 6 <= float(inside[1]) < 18 and 5 <= float(inside[2]) < 20 and rows[8]["mask"] in ("yes", "no")


@pytest.mark.parametrize(
    ("options", "down", "up"),
    [
        (("--stop-at", "left box=8", "--range", "7:11"), "the end of the range", "a stop mark"),
        (("--range", "6:7"), None, "the end of the range"),
    ],
)
def test_a_direction_that_cannot_leave_its_slice_has_a_reason_too(tmp_path, capsys, options, down, up):
    bench = Bench.of(tmp_path)
    (left, _right) = boxes_around(bench.truth)
    contents = {"schema": "sam-boxes/1", "axis": "k", "structures": [{**left, "slices": left["slices"][3:4]}]}
    assert bench.run("--boxes", bench.json("b.json", contents), "--propagate", *options) == 0
    said = capsys.readouterr().out
    assert f"up: ended at slice k 7, {up}\n" in said and said.count("down: ended at slice k ") == 1
    assert down is None or f"down: ended at slice k 7, {down}\n" in said


@pytest.mark.parametrize(("numbers", "said"), [([3], "3"), ([4, 5, 6], "4 to 6"), ([9, 1, 2, 5], "1 to 2, 5, 9")])
def test_slices_are_named_in_runs(numbers, said):
    assert _spans(numbers) == said
