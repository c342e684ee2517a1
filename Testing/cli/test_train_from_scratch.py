"""`sam-train from-scratch`: what it leaves behind, how it stops and goes on, and what it says about bad input."""

import json
import signal

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from SAMBenchmarkLib.cli import train_from_scratch
from SAMBenchmarkLib.cli.sam_train import main
from SAMSegmenterLib.models.architectures import build
from SAMSegmenterLib.models.safetensors_header import read_metadata
from SAMSegmenterLib.models.training import loop
from SAMSegmenterLib.models.training.state import load_state
from SAMSegmenterLib.models.training.training_log import read_log
from support.tiny_training import tiny_sam


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def write_cases(folder, count=3, subjects=True, masks=True):
    """Pictures of a disk, and the catalogue."""
    folder.mkdir()
    rows, columns = np.ogrid[:48, :64]
    cases = []
    for number in range(count):
        mask = ((rows - 24) ** 2 + (columns - 20 - 6 * number) ** 2 <= 12**2) & masks
        Image.fromarray(np.where(columns < 20 + number, 200, 60).astype(np.uint8).repeat(48, 0)).save(
            folder / f"{number}.png"
        )
        Image.fromarray(mask.astype(np.uint8)).save(folder / f"{number}_label.png")
        subject = f"s{number}" if subjects else "s"
        entry = {"id": f"disks/{number}", "source": "disks", "subject": subject, "license": "CC0", "dim": 2}
        cases.append({**entry, "image": f"{number}.png", "label": f"{number}_label.png"})
    (folder / "catalog.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return folder


@pytest.fixture
def data(tmp_path):
    return write_cases(tmp_path / "data")


@pytest.fixture
def tiny(monkeypatch):
    """A network that trains in milliseconds stands in for the small one."""
    monkeypatch.setattr(train_from_scratch, "_initial_network", lambda start, seed: tiny_sam())


def train(data, output, *more, stages="64x4"):
    given = ["--data", str(data), "--output", str(output), "--stages", stages, "--images", "2", "--objects", "1"]
    return main(["from-scratch", *given, "--threads", "1", *more])


def same_weights(first, second):
    one, two = (load_file(folder / "weights.safetensors") for folder in (first, second))
    return one.keys() == two.keys() and all(torch.equal(one[name], two[name]) for name in one)


@pytest.mark.usefixtures("tiny")
def test_a_training_leaves_weights_log_picture_and_state(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert train(data, output, "--licence", "CC0", "--plot-every", "2", stages="64g1,64x2") == 0
    shown = capsys.readouterr()
    assert "Trained 3 steps in" in shown.out and "on 2 slices of 1 source." in shown.out
    assert str(output / "weights.safetensors") in shown.out
    assert "reading images" in shown.err and "training" in shown.err and "64 px, loss" in shown.err
    names = {path.name for path in output.iterdir()}
    assert names == {"weights.safetensors", "log.jsonl", "training.png", "state.pt"}
    assert [(record["step"], "box_mask" in record) for record in read_log(output / "log.jsonl")] == [
        (1, False),
        (2, True),
        (3, True),
    ]
    with Image.open(output / "training.png") as picture:
        assert picture.format == "PNG"
    metadata = read_metadata(output / "weights.safetensors")
    training = json.loads(metadata["training"])
    assert metadata["licence"] == "CC0"
    assert training["sources"] == ["disks"] and training["slices"] == 2 and training["steps"] == 3
    assert training["start_weights"] == "random" and training["notes"] == []
    assert training["options"]["stages"][1]["batch"]["images"] == 3


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_the_step_at_hand_and_the_same_command_goes_on_to_the_same_weights(
    data, tmp_path, monkeypatch, capsys, name
):
    original, calls = loop.step_loss, []

    def step_loss(*given):
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(getattr(signal, name))
        return original(*given)

    assert train(data, tmp_path / "whole") == 0
    with monkeypatch.context() as patch:
        patch.setattr(loop, "step_loss", step_loss)
        assert train(data, tmp_path / "parts") == 130
    shown = capsys.readouterr()
    assert "stopping after the step at hand" in shown.err and "The same command again goes on" in shown.err
    assert load_state(tmp_path / "parts").run.step == 2
    assert json.loads(read_metadata(tmp_path / "parts" / "weights.safetensors")["training"])["steps"] == 2
    assert train(data, tmp_path / "parts") == 0
    assert "Resumed after step 2 of 4." in capsys.readouterr().out
    assert same_weights(tmp_path / "whole", tmp_path / "parts")


@pytest.mark.usefixtures("tiny")
def test_training_twice_with_one_seed_gives_the_same_weights(data, tmp_path):
    for folder, seed in (("first", "5"), ("again", "5"), ("other", "6")):
        assert train(data, tmp_path / folder, "--seed", seed, stages="64x2") == 0
    assert same_weights(tmp_path / "first", tmp_path / "again")
    assert not same_weights(tmp_path / "first", tmp_path / "other")


@pytest.mark.usefixtures("tiny")
def test_a_finished_training_says_so_and_a_longer_schedule_goes_on(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert train(data, output, stages="64x2") == 0
    before = (output / "weights.safetensors").read_bytes()
    capsys.readouterr()
    assert train(data, output, stages="64x2") == 0
    assert "is finished: 2 of 2 steps" in capsys.readouterr().out
    assert (output / "weights.safetensors").read_bytes() == before
    assert train(data, output, stages="64x2,96x1") == 0
    assert "Resumed after step 2 of 3." in capsys.readouterr().out
    assert [record["size"] for record in read_log(output / "log.jsonl")] == [64, 64, 96]


@pytest.mark.usefixtures("tiny")
def test_weights_that_were_lost_are_written_again(data, tmp_path):
    output = tmp_path / "out"
    assert train(data, output, stages="64x2") == 0
    before = (output / "weights.safetensors").read_bytes()
    (output / "weights.safetensors").unlink()
    assert train(data, output, stages="64x2") == 0
    assert (output / "weights.safetensors").read_bytes() == before


@pytest.mark.usefixtures("tiny")
def test_other_options_or_images_are_refused_by_name_and_nothing_is_touched(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert train(data, output, stages="64x2") == 0
    before = {path.name: path.read_bytes() for path in output.iterdir()}
    assert train(data, output, "--learning-rate", "0.01", stages="64x3") == 2
    assert "learning rate 0.001, now 0.01" in capsys.readouterr().err
    assert train(data, output, stages="96x3") == 2
    assert "the first 2 steps 64x2 (3 images of 1 objects), now 96x2" in capsys.readouterr().err
    more = write_cases(tmp_path / "more", count=5)
    assert train(more, output, stages="64x3") == 2
    shown = capsys.readouterr().err
    assert "other number of slices" in shown and "other images and labels" in shown and "other sources" not in shown
    assert {path.name: path.read_bytes() for path in output.iterdir()} == before


def test_given_weights_are_where_training_starts(data, tmp_path, capsys):
    start = tmp_path / "start.pt"
    torch.manual_seed(3)
    sam = build("small")
    torch.save(sam.state_dict(), start)
    output = tmp_path / "out"
    assert train(data, output, "--start", str(start), "--learning-rate", "1e-9", stages="64x1") == 0
    trained, given = load_state(output), sam.state_dict()
    assert trained.options["crutch_steps"] == 0
    name = "mask_decoder.transformer.layers.0.mlp.lin1.weight"
    assert torch.allclose(trained.model[name], given[name], atol=1e-6)
    assert not torch.equal(
        trained.model["image_encoder.stem.1.running_mean"], given["image_encoder.stem.1.running_mean"]
    )
    torch.save({**given, name: given[name] + 1}, start)
    assert train(data, output, "--start", str(start), "--learning-rate", "1e-9", stages="64x2") == 2
    assert "other start weights" in capsys.readouterr().err


def test_start_weights_that_are_missing_or_no_network_are_refused(data, tmp_path, capsys):
    torch.save({"w": torch.zeros(2)}, tmp_path / "w.pt")
    assert train(data, tmp_path / "out", "--start", str(tmp_path / "w.pt")) == 3
    assert "not those of a SAM network" in capsys.readouterr().err
    assert train(data, tmp_path / "out", "--start", str(tmp_path / "missing.pt")) == 3
    assert "missing.pt" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_weights_of_another_architecture_are_no_start(data, tmp_path, monkeypatch, capsys):
    (tmp_path / "vit.pt").write_bytes(b"any")
    monkeypatch.setattr(train_from_scratch, "load_network", lambda path: tiny_sam())
    monkeypatch.setattr("SAMSegmenterLib.models.architectures.recognise", lambda state: "vit_b")
    assert train(data, tmp_path / "out", "--start", str(tmp_path / "vit.pt")) == 3
    shown = capsys.readouterr().err
    assert "no weights of the small model" in shown and "fine-tune" in shown


@pytest.mark.usefixtures("tiny")
def test_a_bad_loss_ends_with_3_and_names_the_weights_so_far(data, tmp_path, monkeypatch, capsys):
    original, calls = loop.step_loss, []

    def step_loss(*given):
        loss, record = original(*given)
        calls.append(1)
        return (loss * float("nan") if len(calls) == 3 else loss), record

    monkeypatch.setattr(loop, "step_loss", step_loss)
    assert train(data, tmp_path / "out") == 3
    shown = capsys.readouterr().err
    assert "no longer a number after step 2" in shown
    assert f"--start {tmp_path / 'out' / 'weights.safetensors'}" in shown
    assert json.loads(read_metadata(tmp_path / "out" / "weights.safetensors")["training"])["steps"] == 2
    assert load_state(tmp_path / "out").run.step == 2


@pytest.mark.usefixtures("tiny")
def test_want_of_memory_is_told_on_the_terminal_and_in_the_weights(data, tmp_path, monkeypatch, caplog):
    original = loop.step_loss

    def step_loss(sam, batch, *more):
        if len(batch.images) > 1:
            raise MemoryError
        return original(sam, batch, *more)

    monkeypatch.setattr(loop, "step_loss", step_loss)
    assert train(data, tmp_path / "out", stages="64x1") == 0
    note = "Memory did not suffice: from step 1 on, a step has 1 in place of 3 images."
    assert note in caplog.text
    assert json.loads(read_metadata(tmp_path / "out" / "weights.safetensors")["training"])["notes"] == [note]


@pytest.mark.usefixtures("tiny")
def test_a_picture_that_cannot_be_drawn_does_not_end_the_training(data, tmp_path, monkeypatch, caplog):
    def full_disk(records, target):
        raise OSError("no space")

    monkeypatch.setattr("SAMBenchmarkLib.report.training_plot.write_training_plot", full_disk)
    assert train(data, tmp_path / "out", stages="64x1") == 0
    assert "training.png is not drawn: no space" in caplog.text


@pytest.mark.usefixtures("tiny")
def test_one_subject_only_is_trained_on_with_a_warning(tmp_path, caplog):
    data = write_cases(tmp_path / "one", subjects=False)
    assert train(data, tmp_path / "out", stages="64x1") == 0
    assert "nothing remains to measure the weights on" in caplog.text


def test_empty_masks_end_with_2_and_leave_nothing(tmp_path, capsys, caplog):
    data = write_cases(tmp_path / "empty", masks=False)
    assert train(data, tmp_path / "out") == 2
    assert "None of the 2 training cases can be used" in capsys.readouterr().err
    assert "disks/0 is left out" in caplog.text and "holds no labels" in caplog.text
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("tiny")
def test_an_image_without_a_mask_and_a_mask_without_an_image_are_left_out_by_name(tmp_path, caplog):
    data = write_cases(tmp_path / "data", count=6)
    (data / "1.png").unlink()
    (data / "2_label.png").unlink()
    assert train(data, tmp_path / "out", stages="64x1") == 0
    assert "1.png" in caplog.text and "2_label.png" in caplog.text
    assert "disks/1 is left out" in caplog.text and "disks/2 is left out" in caplog.text


@pytest.mark.parametrize("content", [None, "{", '{"cases": []}'])
def test_an_empty_folder_of_images_ends_with_2(tmp_path, capsys, content):
    folder = tmp_path / "data"
    folder.mkdir()
    if content is not None:
        (folder / "catalog.json").write_text(content, encoding="utf-8")
    assert train(folder, tmp_path / "out") == 2
    shown = capsys.readouterr().err
    assert "catalog.json" in shown and "hint:" in shown
    assert not (tmp_path / "out").exists()


def test_a_folder_with_something_else_in_it_is_no_output(data, tmp_path, capsys):
    output = tmp_path / "documents"
    output.mkdir()
    (output / "letter.txt").write_text("dear", encoding="utf-8")
    assert train(data, output) == 2
    assert "not empty" in capsys.readouterr().err
    assert [path.name for path in output.iterdir()] == ["letter.txt"]


def test_a_damaged_state_ends_with_3(data, tmp_path, capsys):
    output = tmp_path / "out"
    output.mkdir()
    (output / "log.jsonl").touch()
    (output / "state.pt").write_bytes(b"damaged")
    assert train(data, output) == 3
    assert "not the state of a training" in capsys.readouterr().err
