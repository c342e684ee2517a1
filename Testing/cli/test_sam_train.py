"""`sam-train`: a run on a small folder of images, resumed, measured; and what it says about bad input."""

import json

import pytest
from safetensors.torch import load_file

from SAMBenchmarkLib.cli.sam_train import main
from SAMSegmenterLib.models.safetensors_header import read_metadata
from support.catalogue_folder import write_disks


@pytest.fixture
def data(tmp_path):
    return write_disks(tmp_path / "data")


def train(data, output, *more):
    return main(["from-scratch", "--data", str(data), "--output", str(output), "--hold-back", "elsewhere", *more])


def test_a_run_leaves_weights_that_validate_can_measure(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert train(data, output, "--stages", "64g1,64x1", "--images", "2") == 0
    weights = output / "weights.safetensors"
    assert read_metadata(weights)["architecture"] == "small"
    assert json.loads(read_metadata(weights)["training"])["sources"] == ["disks"]
    first = load_file(weights)
    assert train(data, output, "--stages", "64g1,64x1", "--images", "2") == 0  # finished: nothing more is trained
    second = load_file(weights)
    assert all((first[name] == second[name]).all() for name in first)
    arguments = ["validate", "--data", str(data), "--hold-back", "elsewhere", "--weights", str(weights)]
    assert main([*arguments, "--slices", "1", "--no-baselines"]) == 0
    shown = capsys.readouterr().out
    assert "| disks | 1 | 1 |" in shown and "| elsewhere | 1 | 1 |" in shown
    arguments[0] = "thresholds"
    assert main([*arguments, "--slices", "1", "--points-per-side", "2"]) == 0
    assert json.loads(read_metadata(weights)["s1_thresholds"])["points_per_side"] == 2


def test_a_folder_without_a_catalogue_ends_with_2_and_a_hint(tmp_path, capsys):
    assert train(tmp_path, tmp_path / "out") == 2
    assert "catalog.json" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_source_that_is_not_there_is_named(data, tmp_path, capsys):
    assert train(data, tmp_path / "out", "elsewhere", "nowhere") == 2
    assert "nowhere" in capsys.readouterr().err


def test_stages_that_make_no_sense_are_refused(data, tmp_path, capsys):
    with pytest.raises(SystemExit):
        train(data, tmp_path / "out", "--stages", "128by7")
    assert "128by7" in capsys.readouterr().err
    assert train(data, tmp_path / "out", "--stages", "100x5") == 2
    assert "multiple of 32" in capsys.readouterr().err
