"""`sam-train refine`: what it leaves behind, how it stops and goes on, and what it says about bad input."""

import json
import signal

import numpy as np
import pytest
import torch
from PIL import Image

from SAMBenchmarkLib.cli import train_refine
from SAMBenchmarkLib.cli.sam_train import main
from SAMSegmenterLib.models.refining.files import open_refiner
from SAMSegmenterLib.models.registry import bundled_path
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training.refining import loop, shards
from SAMSegmenterLib.models.training.refining.loop import SCHEMA
from SAMSegmenterLib.models.training.state import load_state
from SAMSegmenterLib.models.training.training_log import read_log
from SAMSegmenterLib.models.weights import file_sha256
from support.catalogue_folder import write_disks
from support.refining_samples import disk_window
from support.tiny_training import tiny_sam


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.fixture(autouse=True)
def small_files(monkeypatch):
    monkeypatch.setattr(shards, "SHARD_SIZE", 4)


@pytest.fixture
def data(tmp_path):
    return write_disks(tmp_path / "data")


@pytest.fixture
def made_up(monkeypatch):
    """Samples without pictures and a model."""
    monkeypatch.setattr(shards, "answered", lambda sam, drawn, rng: [disk_window(int(rng.integers(1000)))])
    monkeypatch.setattr(shards, "PICTURE_SIDE", 64)


def refine(data, output, *more):
    given = ["--data", str(data), "--output", str(output), "--samples", "6", "--steps", "3", "--batch", "4"]
    return main(["refine", *given, "--threads", "1", *more])


def content(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_training_leaves_samples_log_picture_state_and_a_refiner_that_can_be_used(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert refine(data, output, "--hold-back", "elsewhere", "--licence", "CC0", "--seed", "4") == 0
    shown = capsys.readouterr()
    assert "Trained 3 steps in" in shown.out and "on 6 windows from 2 slices of 1 source." in shown.out
    assert str(output / "refiner.safetensors") in shown.out
    assert "reading images" in shown.err and "drawing samples" in shown.err and "training" in shown.err
    names = {path.name for path in output.iterdir()}
    assert names == {"samples", "log.jsonl", "training.png", "state.pt", "refiner.safetensors"}
    assert [path.name for path in sorted((output / "samples").iterdir())] == ["samples-000.npz", "samples-001.npz"]
    with Image.open(output / "training.png") as picture:
        assert picture.format == "PNG"
    metadata = read_metadata(output / "refiner.safetensors")
    assert metadata["weights_sha256"] == file_sha256(bundled_path()) and metadata["licence"] == "CC0"
    training = json.loads(metadata["training"])
    assert training["sources"] == ["disks"] and training["slices"] == 2 and training["samples"] == 6
    assert training["steps"] == 3 and training["seed"] == 4 and training["notes"] == []
    assert open_refiner(output / "refiner.safetensors", 256) is not None


@pytest.mark.usefixtures("made_up")
def test_a_signal_while_samples_are_drawn_keeps_complete_files_and_the_same_command_goes_on(
    data, tmp_path, monkeypatch, capsys
):
    calls, original = [], shards.answered

    def answered(*given):
        calls.append(1)
        if len(calls) == 5:
            signal.raise_signal(signal.SIGINT)
        return original(*given)

    assert refine(data, tmp_path / "whole") == 0
    with monkeypatch.context() as patch:
        patch.setattr(shards, "answered", answered)
        assert refine(data, tmp_path / "parts") == 130
    assert "The same command again goes on" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "parts" / "samples").iterdir()] == ["samples-000.npz"]
    assert refine(data, tmp_path / "parts") == 0
    whole, parts = content(tmp_path / "whole"), content(tmp_path / "parts")
    assert {name: whole[name] for name in whole if name.endswith("npz")} == {
        name: parts[name] for name in parts if name.endswith("npz")
    }


@pytest.mark.usefixtures("made_up")
def test_a_signal_while_it_trains_ends_the_step_and_the_same_command_goes_on_to_the_same_refiner(
    data, tmp_path, monkeypatch, capsys
):
    original, calls = loop.refining_losses, []

    def refining_losses(*given):
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGTERM)
        return original(*given)

    monkeypatch.setattr("SAMSegmenterLib.models.training.resumable.time.monotonic", lambda: 0.0)
    assert refine(data, tmp_path / "whole") == 0
    with monkeypatch.context() as patch:
        patch.setattr(loop, "refining_losses", refining_losses)
        assert refine(data, tmp_path / "parts") == 130
    assert "stopping after the step at hand" in capsys.readouterr().err
    assert load_state(tmp_path / "parts", SCHEMA).run.step == 2
    assert not (tmp_path / "parts" / "refiner.safetensors").exists()
    assert refine(data, tmp_path / "parts") == 0
    assert "Resumed after step 2 of 3." in capsys.readouterr().out
    whole, parts = content(tmp_path / "whole"), content(tmp_path / "parts")
    for name in ("refiner.safetensors", "samples-000.npz", "samples-001.npz", "log.jsonl"):
        assert whole[name] == parts[name], name


@pytest.mark.usefixtures("made_up")
def test_a_finished_training_says_so_and_a_refiner_that_was_lost_is_written_again(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert refine(data, output) == 0
    before = content(output)
    capsys.readouterr()
    assert refine(data, output) == 0
    assert "is finished: 3 steps" in capsys.readouterr().out
    assert content(output) == before
    (output / "refiner.safetensors").unlink()
    assert refine(data, output) == 0
    assert content(output)["refiner.safetensors"] == before["refiner.safetensors"]


@pytest.mark.usefixtures("made_up")
def test_other_options_images_or_weights_are_refused_by_name_and_nothing_is_touched(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert refine(data, output) == 0
    before = content(output)
    assert refine(data, output, "--batch", "2", "--seed", "9") == 2
    shown = capsys.readouterr().err
    assert "batch 4, now 2" in shown and "seed 1, now 9" in shown and "another output folder" in shown
    assert refine(data, output, "--samples", "7") == 2
    assert "samples 6, now 7" in capsys.readouterr().err
    (output / "state.pt").unlink()  # as if it was stopped while it drew samples
    assert refine(data, output, "--hold-back", "elsewhere") == 2
    assert "other images and labels" in capsys.readouterr().err
    assert content(output) == {name: value for name, value in before.items() if name != "state.pt"}


def test_weights_of_another_architecture_or_of_none_are_refused(data, tmp_path, monkeypatch, capsys):
    torch.save({"w": torch.zeros(2)}, tmp_path / "w.pt")
    assert refine(data, tmp_path / "out", "--weights", str(tmp_path / "w.pt")) == 3
    assert "not those of a SAM network" in capsys.readouterr().err
    assert refine(data, tmp_path / "out", "--weights", str(tmp_path / "missing.pt")) == 3
    assert "missing.pt" in capsys.readouterr().err
    monkeypatch.setattr(train_refine, "load_network", lambda path: tiny_sam())
    monkeypatch.setattr("SAMSegmenterLib.models.architectures.recognise", lambda state: "vit_b")
    assert refine(data, tmp_path / "out", "--weights", str(tmp_path / "w.pt")) == 3
    shown = capsys.readouterr().err
    assert "no weights of the small model" in shown and "hint:" in shown
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("made_up")
def test_a_bad_loss_ends_with_3_and_keeps_the_state(data, tmp_path, monkeypatch, capsys):
    original, calls = loop.refining_losses, []

    def refining_losses(*given):
        calls.append(1)
        return original(*given) * (float("nan") if len(calls) == 2 else 1)

    monkeypatch.setattr(loop, "refining_losses", refining_losses)
    assert refine(data, tmp_path / "out") == 3
    shown = capsys.readouterr().err
    assert "no longer a number after step 1" in shown and "--seed" in shown
    assert load_state(tmp_path / "out", SCHEMA).run.step == 1
    assert [record["step"] for record in read_log(tmp_path / "out" / "log.jsonl")] == [1]
    assert not (tmp_path / "out" / "refiner.safetensors").exists()


@pytest.mark.usefixtures("made_up")
def test_want_of_memory_is_told_in_the_refiner(data, tmp_path, monkeypatch, caplog):
    original = loop.refining_losses

    def refining_losses(logits, *more):
        if len(logits) > 2:
            raise MemoryError
        return original(logits, *more)

    monkeypatch.setattr(loop, "refining_losses", refining_losses)
    assert refine(data, tmp_path / "out") == 0
    note = "Memory did not suffice: from step 1 on, a step has 2 in place of 4 windows."
    assert note in caplog.text
    assert json.loads(read_metadata(tmp_path / "out" / "refiner.safetensors")["training"])["notes"] == [note]


def test_a_folder_without_images_and_a_source_that_is_not_there_end_with_2(data, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert refine(tmp_path / "empty", tmp_path / "out") == 2
    shown = capsys.readouterr().err
    assert "catalog.json" in shown and "hint:" in shown
    assert refine(data, tmp_path / "out", "--hold-back", "nowhere") == 2
    shown = capsys.readouterr().err
    assert "There is no source nowhere" in shown and "Known are: disks" in shown
    assert not (tmp_path / "out").exists()


def test_masks_that_are_missing_or_empty_end_with_2_and_leave_nothing(data, tmp_path, capsys, caplog):
    for path in data.glob("*_label.png"):
        path.unlink() if path.name[0] in "01" else Image.fromarray(np.zeros((48, 64), np.uint8)).save(path)
    assert refine(data, tmp_path / "out") == 2
    assert "training cases can be used" in capsys.readouterr().err
    assert "_label.png" in caplog.text
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--samples", "--steps", "--batch", "--threads"])
def test_numbers_below_one_are_refused(data, tmp_path, capsys, option):
    assert refine(data, tmp_path / "out", option, "0") == 2
    assert "0" in capsys.readouterr().err and not (tmp_path / "out").exists()


def test_a_folder_with_something_else_or_another_training_is_no_output(data, tmp_path, capsys):
    output = tmp_path / "documents"
    output.mkdir()
    (output / "letter.txt").write_text("dear", encoding="utf-8")
    assert refine(data, output) == 2
    assert "not empty" in capsys.readouterr().err
    (output / "letter.txt").rename(output / "log.jsonl")
    torch.save({"described": '{"schema": "sam-training/1"}'}, output / "state.pt")
    before = content(output)
    assert refine(data, output) == 3
    assert "state.pt is not the state of a training" in capsys.readouterr().err
    assert content(output) == before


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["refine", "--help"])
    assert ended.value.code == 0
    assert "example: sam-train refine --data" in capsys.readouterr().out
