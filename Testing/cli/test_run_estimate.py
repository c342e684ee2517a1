"""What is said before a run starts, and a run that only says it."""

from __future__ import annotations

import copy
import re

import pytest

from SAMBenchmarkLib.cli.run_estimate import HandedOn
from SAMBenchmarkLib.cli.sam_benchmark import main
from support.case_files import write_case, write_manifest
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import BuggyPredictor, no_predictor

QUICK = ["--min-object-pixels", "20", "--timing-repeats", "0", "--no-scene", "--no-report", "--no-cache"]


@pytest.fixture
def run(tmp_path):
    def command(*further: str, loader=ThresholdPredictor, cases=("one", "two")) -> int:
        manifest = tmp_path / "cases.csv"
        if not manifest.exists():
            write_manifest(tmp_path, [write_case(tmp_path, name) for name in cases])
        given = ["run", "--manifest", str(manifest), "--output", str(tmp_path / "out"), "--strategies", "S2,S5"]
        return main([*given, *QUICK, *further], lambda _: loader)

    return command


def test_a_new_run_tells_its_time_from_its_first_case(run, capsys):
    assert run() == 0
    said = capsys.readouterr().err
    assert re.search(r"Estimate: about \S+ \w+ for 2 cases, 8 slices, 16 objects, the others taken to be as", said)
    assert run() == 0
    assert "Estimate" not in capsys.readouterr().err  # what is left is told by the progress


def test_a_dry_run_lists_cases_and_writes_nothing(run, tmp_path, capsys):
    assert run("--dry-run") == 0
    printed = capsys.readouterr().out
    assert [line.split() for line in printed.splitlines()[:3]] == [
        ["case", "slices", "objects"], ["one", "4", "8"], ["two", "4", "8"],
    ]  # fmt: skip
    assert "for 2 cases, 8 slices, 16 objects, with threshold on cpu." in printed
    assert re.search(r"sets of prompts decoded +32", printed)
    assert not (tmp_path / "out").exists()


def test_a_dry_run_says_which_cases_would_fail(run, tmp_path, capsys):
    run("--dry-run")
    (tmp_path / "two.nrrd").write_bytes(b"nonsense")
    capsys.readouterr()
    assert run("--dry-run") == 1
    captured = capsys.readouterr()
    assert "cannot be evaluated: two: " in captured.err and "for 2 cases, 4 slices" in captured.out


def test_what_is_wrong_is_said_by_the_run_and_once(run, tmp_path, capsys):
    run("--dry-run")
    for name in ("one", "two"):
        (tmp_path / f"{name}.nrrd").write_bytes(b"nonsense")
    capsys.readouterr()
    assert run() == 1
    said = capsys.readouterr().err
    assert "Estimate" not in said and said.count("failed: one: ") == 1


def test_a_model_that_is_missing_ends_the_run_as_ever(run, capsys):
    assert run(loader=no_predictor) == 3
    assert capsys.readouterr().err.count("error: ") == 1


def test_classical_methods_are_counted_and_what_is_not_is_said(run, capsys):
    assert run("--dry-run", "--baselines", "otsu") == 0
    said = capsys.readouterr().out
    assert re.search(r"objects given to classical methods +16", said) and "cases read" in said
    assert "Not counted: loading the model" in said


def test_a_fault_of_the_program_does_not_end_the_run_before_it_began(run, capsys):
    assert run(loader=BuggyPredictor) == 1
    said = capsys.readouterr().err
    assert "Estimate" not in said and "failed: one: A fault of the program" in said


def test_the_model_is_loaded_once_and_a_copy_loads_its_own():
    loaded = []

    def load():
        loaded.append(ThresholdPredictor())
        return loaded[-1]

    handed = HandedOn(load)
    assert handed.look() is handed.look() is handed()
    assert handed() is loaded[1] and len(loaded) == 2
    handed.look()
    assert copy.copy(handed)() is not handed()  # a copy is what another process gets
