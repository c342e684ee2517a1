"""`sam-benchmark propagate`: tables on the terminal, files in a folder, going on after a stop, bad input in words."""

import csv
import json
import re

import pytest

from SAMBenchmarkLib.cli.sam_benchmark import main
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import no_predictor
from support.propagation_files import write_cylinders


@pytest.fixture
def data(tmp_path):
    return write_cylinders(tmp_path / "data")


@pytest.fixture
def propagate(monkeypatch):
    """`propagate(options, load=...)`: runs the command; the environment names no data, and the code stays the same."""
    monkeypatch.delenv("SAM_TEST_DATA", raising=False)
    monkeypatch.setattr("SAMBenchmarkLib.propagation.journal.code_digest", lambda: "of one version")

    def run(*options, load=ThresholdPredictor):
        return main(["propagate", *map(str, options)], lambda given: load)

    return run


def test_tables_are_printed_and_a_folder_gets_everything(propagate, data, tmp_path, capsys):
    assert propagate("--data", data, "--output", tmp_path / "out") == 0
    shown = capsys.readouterr().out
    assert "# Propagation with threshold" in shown and "| rods | 2 | 2 | " in shown and "| tubes | 1 | 1 |" in shown
    assert "| Dice: above the best baseline (" in shown and "The references of tubes were made by a model" in shown
    names = {path.name for path in (tmp_path / "out").iterdir()}
    files = {"structures.csv", "criteria.csv", "table.md", "structures.png", "report.html", "structures.jsonl"}
    assert names == files | {"pictures"} and len(list((tmp_path / "out" / "pictures").iterdir())) == 3
    assert (tmp_path / "out" / "table.md").read_text("utf-8") in shown
    with (tmp_path / "out" / "structures.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["case"] for row in rows] == ["rods/0", "rods/1", "rods/2"]
    assert {(row["first"], row["last"]) for row in rows} == {("3", "12")}
    assert all(float(row["propagation: dice"]) > 0.95 for row in rows)


def test_a_new_measurement_tells_its_time(propagate, data, tmp_path, capsys):
    command = ("--data", data, "--no-baselines", "--output", tmp_path / "out")
    assert propagate(*command) == 0
    said = capsys.readouterr().err
    assert re.search(r"Estimate: about \S+ \w+ for 3 structures, all volumes taken to be as long as the first\.", said)
    assert propagate(*command) == 0
    assert "Estimate" not in capsys.readouterr().err  # what is left is told by the progress


def test_a_second_start_measures_nothing_again(propagate, data, tmp_path, capsys):
    command = ("--data", data, "--no-baselines", "--output", tmp_path / "out")
    assert propagate(*command) == 0
    first = capsys.readouterr().out
    predictors = []

    def load():
        predictors.append(ThresholdPredictor())
        return predictors[-1]

    assert propagate(*command, load=load) == 0
    assert predictors[0].encode_calls == 0 and capsys.readouterr().out == first


def test_what_was_not_finished_is_measured_by_the_second_start(propagate, data, tmp_path, capsys):
    command = ("--data", data, "--no-baselines", "--output", tmp_path / "out")
    assert propagate(*command) == 0
    journal = tmp_path / "out" / "structures.jsonl"
    lines = journal.read_text("utf-8").splitlines()
    journal.write_text("\n".join([*lines[:2], lines[2][:100]]), encoding="utf-8")  # a crash in the middle of a line
    predictor = ThresholdPredictor()
    assert propagate(*command, load=lambda: predictor) == 0
    assert 0 < predictor.encoded_images <= 16
    again = journal.read_text("utf-8").splitlines()
    assert len(again) == 3 and json.loads(again[2])["record"]["about"]["case"] == "rods/2"


def test_other_parameters_are_measured_anew(propagate, data, tmp_path, capsys):
    command = ("--data", data, "--no-baselines", "--output", tmp_path / "out", "--sources", "tubes")
    assert propagate(*command) == 0
    predictor = ThresholdPredictor()
    assert propagate(*command, "--parameters", "window=limits:0,255", load=lambda: predictor) == 0
    assert predictor.encode_calls > 0 and "Parameters: window=limits:0,255." in capsys.readouterr().out


def test_pictures_of_other_parameters_do_not_mix(propagate, data, tmp_path, capsys):
    one = ("--sources", "rods", "--max-structures", "1")
    command = ("--data", data, *one, "--no-baselines", "--output", tmp_path / "out")
    sheets = []
    for changed in ((), ("--parameters", "min_evidence=1", "patience=1"), ()):
        assert propagate(*command, *changed) == 0
        sheets.append((tmp_path / "out" / "structures.png").read_bytes())
    assert sheets[0] == sheets[2] != sheets[1]


def test_pairs_of_files_are_measured_and_their_folder_is_the_dataset(propagate, data, capsys):
    files = ("--volume", data / "0.nrrd", data / "1.nrrd", "--labels", data / "0_label.nrrd", data / "1_label.nrrd")
    assert propagate(*files, "--no-baselines", "--axis", "0") == 0
    assert "| data | 2 | 2 | " in capsys.readouterr().out


def test_pseudonyms_leave_no_name_of_a_patient_a_file_or_a_folder_in_any_result(propagate, tmp_path, capsys):
    data = write_cylinders(tmp_path / "Mueller", 2)
    names = {kind: [data / f"{name}{kind}" for name in ("anna", "carl")] for kind in (".nrrd", "_label.nrrd")}
    for kind, paths in names.items():
        for number, path in enumerate(paths):
            (data / f"{number}{kind}").rename(path)
    command = ("--volume", *names[".nrrd"], "--labels", *names["_label.nrrd"], "--no-baselines", "--axis", "0")
    command += ("--output", tmp_path / "out", "--pseudonyms", tmp_path / "key.csv")
    assert propagate(*command) == 0
    shown = capsys.readouterr().out
    words = (b"mueller", b"anna", b"carl")
    for path in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        told = path.read_bytes().lower() + str(path.relative_to(tmp_path)).lower().encode()
        assert not any(word in told for word in words), path
    assert "| folder-1 | 2 | 2 | " in shown
    key = (tmp_path / "key.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:4] for line in key[1:]] == [
        ["case-0001", "patient-0001", "anna", "anna"], ["case-0002", "patient-0002", "carl", "carl"],
    ]  # fmt: skip
    predictor = ThresholdPredictor()
    assert propagate(*command, load=lambda: predictor) == 0
    assert predictor.encode_calls == 0, "numbers are those of the key: nothing is computed again"


def test_pseudonyms_keep_the_datasets_of_a_catalogue_apart(propagate, data, tmp_path, capsys):
    more = ("--no-baselines", "--pseudonyms", tmp_path / "key.csv")
    assert propagate("--data", data, *more) == 2
    assert (
        "--pseudonyms is for the files of --output" in capsys.readouterr().err and not (tmp_path / "key.csv").exists()
    )
    among = ("--pseudonyms", tmp_path / "out" / "key.csv")
    assert propagate("--data", data, *more, *among, "--output", tmp_path / "out") == 2
    assert "would go along with the results" in capsys.readouterr().err and not (tmp_path / "out").exists()
    assert propagate("--data", data, *more, "--output", tmp_path / "out") == 0
    assert "| rods | 2 | 2 | " in capsys.readouterr().out
    with (tmp_path / "out" / "structures.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["case"] for row in csv.DictReader(stream)] == ["case-0001", "case-0002", "case-0003"]


def test_coarser_slices_are_fewer(propagate, data, capsys):
    assert propagate("--data", data, "--no-baselines", "--resample", "2") == 2
    assert "No structure spans enough slices" in capsys.readouterr().err  # 10 slices became 5


def test_the_number_of_structures_is_spread_over_cases(propagate, data, tmp_path):
    options = ("--axis", "all", "--max-structures", "2", "--no-baselines", "--sources", "rods")
    assert propagate("--data", data, *options, "--output", tmp_path / "out") == 0
    with (tmp_path / "out" / "structures.csv").open(encoding="utf-8", newline="") as stream:
        assert sorted(row["case"] for row in csv.DictReader(stream)) == ["rods/0", "rods/1"]


def test_parameters_are_listed(propagate, capsys):
    assert propagate("--parameters", "?") == 0
    assert "window" in capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Nothing to measure is named"),
        (("--data", "absent"), "There is no catalog.json"),
        (("--data", "DATA", "--sources", "moon"), "There is no source moon"),
        (("--data", "DATA", "--volume", "v.nrrd"), "do not go with"),
        (("--volume", "v.nrrd"), "1 volumes came with 0 label files"),
        (("--volume", "v.nrrd", "--labels", "l.nrrd"), "There is no file v.nrrd"),
        (("--data", "DATA", "--parameters", "speed=3"), "no parameter 'speed'"),
        (("--data", "DATA", "--min-pixels", "5000"), "No structure spans enough slices"),
    ],
)
def test_bad_input_is_told_in_words(propagate, data, capsys, options, said):
    assert propagate(*(data if option == "DATA" else option for option in options)) == 2
    assert said in capsys.readouterr().err


def test_a_folder_with_something_else_is_left_alone(propagate, data, capsys):
    before = sorted(path.name for path in data.iterdir())
    assert propagate("--data", data, "--output", data) == 2
    assert "holds no results" in capsys.readouterr().err and sorted(path.name for path in data.iterdir()) == before


def test_a_missing_model_is_told(propagate, data, capsys):
    assert propagate("--data", data, load=no_predictor) == 3
    assert "not on this computer" in capsys.readouterr().err


def test_a_case_that_cannot_be_read_is_left_out(propagate, data, caplog, capsys):
    (data / "1.nrrd").write_bytes(b"NRRD0004 and then nothing")
    assert propagate("--data", data, "--no-baselines") == 0
    assert "rods/1 is left out" in caplog.text and "2 structures" in capsys.readouterr().out


def test_numbers_that_are_none_are_refused(propagate, data, capsys):
    with pytest.raises(SystemExit):
        propagate("--data", data, "--max-structures", "0")
    assert "whole number of 1 or more" in capsys.readouterr().err
