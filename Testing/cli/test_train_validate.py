"""`sam-train validate`: tables on the terminal, files where they are asked for, and what it says about bad input."""

import csv
import json

import pytest
from safetensors.torch import save_file

from SAMBenchmarkLib.cli.sam_train import main
from support.catalogue_folder import write_disks
from support.random_networks import randomised


@pytest.fixture
def data(tmp_path):
    return write_disks(tmp_path / "data")


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """Two files of random weights; the first says that it was trained on "disks", the second on nothing."""
    folder = tmp_path_factory.mktemp("weights")
    for name, seed, sources in (("first", 0, ["disks"]), ("second", 1, [])):
        tensors = {key: value.contiguous() for key, value in randomised("small", seed).state_dict().items()}
        save_file(tensors, folder / f"{name}.safetensors", {"training": json.dumps({"sources": sources})})
    return folder


def validate(data, weights, *more, hold_back=("elsewhere",)):
    given = ["validate", "--data", str(data), "--weights", str(weights / "first.safetensors"), "--device", "cpu"]
    return main([*given, "--slices", "1", *(["--hold-back", *hold_back] if hold_back else []), *more])


def test_tables_are_printed_and_a_folder_gets_everything(data, weights, tmp_path, capsys):
    pytest.importorskip("cv2")
    pytest.importorskip("skimage")
    assert validate(data, weights, "--output", str(tmp_path / "out")) == 0
    shown = capsys.readouterr().out
    assert "# Validation of first" in shown and "| disks | 1 | 1 |" in shown and "| elsewhere | 1 | 1 |" in shown
    assert "box less ellipse" in shown or "box less Otsu" in shown or "box less GrabCut" in shown
    assert (tmp_path / "out" / "table.md").read_text("utf-8") in shown
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".csv", ".md", ".png"}


def test_a_second_model_is_compared_on_the_same_objects(data, weights, tmp_path, capsys):
    target = tmp_path / "scores.csv"
    against = str(weights / "second.safetensors")
    assert validate(data, weights, "--no-baselines", "--against", against, "--output", str(target)) == 0
    shown = capsys.readouterr().out
    assert "## Compared with second" in shown and "| disks | this one |" in shown and "| elsewhere | neither |" in shown
    assert "generalisation, box: trained with a source less without it" in shown
    with target.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["model"] for row in rows] == ["first"] * 8 + ["second"] * 8
    assert [(row["case_id"], row["prompt"]) for row in rows[:8]] == [
        (row["case_id"], row["prompt"]) for row in rows[8:]
    ]


def test_a_model_is_compared_with_itself_without_its_refiner(data, weights, capsys):
    against = ("--against", str(weights / "first.safetensors"), "--against-refiner", "none")
    assert validate(data, weights, "--no-baselines", *against) == 0
    assert "## Compared with first without refiner" in capsys.readouterr().out
    assert validate(data, weights, "--no-baselines", "--against-refiner", "none") == 2
    assert "needs second weights" in capsys.readouterr().err


def test_two_runs_print_the_same(data, weights, capsys):
    shown = []
    for _ in range(2):
        assert validate(data, weights, "--no-baselines") == 0
        shown.append(capsys.readouterr().out)
    assert shown[0] == shown[1]


def test_a_source_that_was_trained_on_is_no_new_one(data, weights, capsys):
    assert validate(data, weights, "--no-baselines", hold_back=("disks",)) == 2
    assert "first was trained on disks" in capsys.readouterr().err


def test_nothing_to_measure_is_said(data, weights, tmp_path, capsys):
    catalogue = json.loads((data / "catalog.json").read_text("utf-8"))
    (data / "catalog.json").write_text(json.dumps({"cases": catalogue["cases"][:1]}), encoding="utf-8")
    assert validate(data, weights, "--no-baselines", hold_back=()) == 2
    assert "No case is left to measure" in capsys.readouterr().err


def test_an_output_that_cannot_be_is_refused_before_the_work(data, weights, tmp_path, capsys):
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    assert validate(data, weights, "--output", str(tmp_path / "taken")) == 2
    shown = capsys.readouterr()
    assert "is a file" in shown.err and not shown.out


@pytest.mark.parametrize("slices", ["0", "-3", "many"])
def test_a_number_of_slices_that_is_none_is_refused(data, weights, capsys, slices):
    with pytest.raises(SystemExit):
        validate(data, weights, "--slices", slices)
    assert "whole number of 1 or more" in capsys.readouterr().err


def test_weights_that_are_not_there_are_named(data, tmp_path, capsys):
    assert main(["validate", "--data", str(data), "--weights", str(tmp_path / "absent.pth")]) == 2
    assert "absent.pth" in capsys.readouterr().err
