"""`sam-train fine-tune` from the command line."""

import os
import signal
import subprocess
import sys
import time

import pytest

from SAMBenchmarkLib.cli.sam_train import main
from SAMSegmenterLib.models.safetensors_header import read_metadata
from support.case_files import write_case, write_manifest


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path / "cache"))
    return write_manifest(tmp_path, [write_case(tmp_path, name) for name in ("one", "two", "three")])


def fine_tune(table, *more):
    arguments = ["fine-tune", "--cases", table, "--device", "cpu", "--max-slices", "1", "--epochs", "1", *more]
    return main([str(argument) for argument in arguments])


def test_a_run_prints_what_changed_and_where_to_look(table, tmp_path, capsys):
    assert fine_tune(table, "--output", tmp_path / "out", "--name", "boxes") == 0
    shown = capsys.readouterr()
    for text in ("left box", "mean of structures", "before", "after", "boxes.safetensors", "sam-models import"):
        assert text in shown.out
    assert "training" in shown.err and "encoding slices" in shown.err
    assert max(map(len, shown.out.split("Where to look")[0].splitlines())) <= 160
    assert read_metadata(tmp_path / "out" / "boxes.safetensors")["promptless"] == "false"
    assert len(list((tmp_path / "cache").rglob("*.safetensors"))) == 1  # the three cases show the same
    assert "pixel for pixel" in shown.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--recipe", "nobody"], 2, "There is no recipe 'nobody'"),
        (["--lora", "4"], 2, "LoRA adapts the attention"),
        (["--learning-rate", "-1"], 2, "learning rate is above 0"),
        (["--learning-rate", "fast"], 2, "invalid float value: 'fast'"),
        (["--holdout", "1.5"], 2, "Holdout is a share"),
        (["--split", "voxels"], 2, "no split by 'voxels'"),
        (["--structures", "kidney"], 2, "no structure 'kidney'"),
        (["--recipe", "shi"], 2, "finds one structure"),
        (["--model", "absent"], 2, "no model 'absent'"),
        (["--weights", "absent.pth"], 3, "There is no file absent.pth"),
        (["--name", "a/b"], 2, "cannot be a model's name"),
        (["--finish"], 2, "no finished epoch"),
        (["--min-object-pixels", "100000"], 2, "3 of 3 cases cannot be used"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_leaves_nothing(table, tmp_path, capsys, arguments, code, words):
    try:
        ended = fine_tune(table, "--output", tmp_path / "out", *arguments)
    except SystemExit as error:  # argparse ends the program itself
        ended = error.code
    shown = capsys.readouterr().err
    assert ended == code and words in shown
    assert "hint: " in shown and "Traceback" not in shown
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_help_says_what_the_recipes_do(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["fine-tune", "--help"])
    text = capsys.readouterr().out
    assert ended.value.code == 0
    for option in ("--model", "--weights", "--cases", "--recipe", "--lora", "--holdout", "--seed", "--finish"):
        assert option in text


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for a child")
def test_control_c_keeps_the_state_and_says_how_to_go_on(table, tmp_path):
    code = "import sys; from SAMBenchmarkLib.cli.sam_train import main; sys.exit(main())"
    arguments = ["fine-tune", "--cases", str(table), "--output", str(tmp_path / "out"), "--epochs", "100000"]
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments, "--device", "cpu", "--max-slices", "1"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    deadline = time.monotonic() + 240
    while not (tmp_path / "out" / "state.pt").exists() and time.monotonic() < deadline and process.poll() is None:
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=240)
    assert process.returncode == 130
    assert "goes on where this one stopped" in errors and "--finish" in errors and "Traceback" not in errors
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["state.pt"]
    assert fine_tune(table, "--output", tmp_path / "out", "--epochs", "100000", "--finish") == 0
    assert (tmp_path / "out" / "sam-small-huang.safetensors").exists()
