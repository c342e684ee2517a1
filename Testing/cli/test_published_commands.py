"""Every published table has a command that is understood, and that makes the table that it names."""

from __future__ import annotations

import csv
import shlex
from pathlib import Path

import pytest

from SAMBenchmarkLib.cli.sam_benchmark import build_parser, main
from SAMBenchmarkLib.core.published_commands import COMMANDS
from SAMBenchmarkLib.core.published_values import published_values
from SAMSegmenterLib.core.timed_task import WITH, WITHOUT
from support.case_files import write_case, write_manifest
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.stopwatch_files import record

QUICK = ["--min-object-pixels", "20", "--max-slices", "1", "--no-scene", "--no-report", "--no-cache"]
FEW = ["--grid-sizes", "8,16", "--click-rounds", "2", "--point-rounds", "2", "--shift-repeats", "1"]


@pytest.fixture
def data(tmp_path, monkeypatch):
    """What the place holders of the commands stand for, in the folder at hand."""
    cases = [write_case(tmp_path), write_case(tmp_path, "second", shift=2)]
    write_manifest(tmp_path, cases)
    for folder, case in zip(("reference", "drawn"), cases, strict=True):
        (tmp_path / folder).mkdir()
        case.labels.rename(tmp_path / folder / "a.seg.nrrd") if folder == "drawn" else None
    (tmp_path / "reference" / "a.seg.nrrd").write_bytes(cases[0].labels.read_bytes())
    cases[1].labels.write_bytes((tmp_path / "drawn" / "a.seg.nrrd").read_bytes())
    (tmp_path / "study").mkdir()
    lines = record(WITHOUT, "a", "liver", 90, edits=2) + record(WITH, "a", "liver", 60, marks=2)
    (tmp_path / "study" / "log.txt").write_text("\n".join(lines), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def words(command: str) -> list[str]:
    return shlex.split(command)[1:]


def run(command: str) -> None:
    given = words(command)
    loader = PromptlessPredictor if "S0" in given else ThresholdPredictor
    quick = [] if given[0] != "run" else [*QUICK, *(FEW if "--protocols" in given else [])]
    if given[0] == "run" and "--timing-repeats" not in given:
        quick += ["--timing-repeats", "0"]
    assert main([*given, *quick], lambda _: loader) == 0


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.where)
def test_every_command_is_understood(one):
    assert build_parser().parse_args(words(one.command)).command in ("run", "agreement", "stopwatch")


@pytest.mark.parametrize("one", COMMANDS, ids=lambda one: one.where)
def test_every_command_makes_the_table_it_names(data, one):
    if "--correction-effort" in one.command:
        pytest.importorskip("cv2")
        pytest.importorskip("skimage")
    run(one.command)
    if "section 4.10" in one.where:  # the second run, with another model
        assert main([*words(one.command), *QUICK, "--timing-repeats", "0"], lambda _: _tuned) == 0
    with (Path("results") / one.makes).open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.DictReader(file))


def _tuned() -> ThresholdPredictor:
    from dataclasses import replace

    predictor = ThresholdPredictor(name="tuned")
    predictor.spec = replace(predictor.spec, sha256="e" * 64)
    return predictor


def test_every_published_table_with_a_counterpart_has_a_command():
    texts = " ".join(one.where.replace(" to ", " ") for one in COMMANDS)
    for table in ("Table 2", "Table 3", "Table 4", "Table 5", "Table 6", "Table 7", "Table 8"):
        assert published_values("Huang2024", table) and f"Huang {table.lower()}" in texts
    assert "Mazurowski figure 2" in texts and "Mazurowski figure 4" in texts and "Shi tables 2 9" in texts


def test_the_list_is_printed_with_commands_and_files(capsys):
    assert main(["tables"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("    sam-benchmark ") == len(COMMANDS) and "results/csv/timing.csv" in printed
    assert "doi:10.1016/j.media.2023.103061" in printed
