"""The files that a measurement leaves."""

import csv

import pytest

from SAMBenchmarkLib.propagation.document import Facts
from SAMBenchmarkLib.propagation.measure import Measurement
from SAMBenchmarkLib.propagation.output import open_folder, write_output
from SAMSegmenterLib.core.errors import StoreError

FACTS = Facts("sam-small")


def read(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_line_per_structure_whatever_was_run_on_it(a_record, tmp_path):
    open_folder(tmp_path)
    records = [a_record(), a_record("b", failure="empty"), a_record("c", same_prompt=0.25)]
    written = write_output(tmp_path, Measurement(records, 3), FACTS)
    assert [path.name for path in written] == [
        "structures.csv",
        "criteria.csv",
        "table.md",
        "structures.png",
        "report.html",
    ]
    rows = read(written[0])
    assert [row["same prompt: dice"] for row in rows] == ["", "", "0.25"]
    assert [row["failure"] for row in rows] == ["", "empty", ""]
    assert {row["answer"] for row in read(written[1])} <= {"met", "missed", "not measured"}


def test_two_times_the_same_figures_give_the_same_files(a_record, tmp_path):
    contents = []
    for name in ("one", "two"):
        open_folder(tmp_path / name)
        written = write_output(tmp_path / name, Measurement([a_record()], 1), FACTS)
        contents.append([path.read_bytes() for path in written])
    assert contents[0] == contents[1]


def test_a_place_that_is_taken_is_told(tmp_path):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError):
        open_folder(tmp_path / "taken")
