"""Stopping and failing in the middle of a propagation, and what is written when."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.core.errors import ModelError
from support.fake_predictor import PromptlessPredictor
from support.segment_command import Bench, boxes_around


@pytest.fixture
def bench(tmp_path):
    return Bench.of(tmp_path)


def carried(bench, *more, output="out.seg.nrrd"):
    """Exit code of a propagation of both boxes from slice 7."""
    structures = [{**one, "slices": one["slices"][3:4]} for one in boxes_around(bench.truth)]
    contents = {"schema": "sam-boxes/1", "axis": "k", "structures": structures}
    words = ("--boxes", bench.json("b.json", contents), "--propagate", "--range", "4:11")
    return bench.run(*words, *more, output=output)


def after(bench, calls, act):
    """Have the predictor do something at one of its answers."""
    decode = bench.predictor.decode

    def decoded(*arguments, **named):
        if bench.predictor.decode_calls == calls:
            act()
        return decode(*arguments, **named)

    bench.predictor.decode = decoded


def fail(error):
    raise error


def test_ctrl_c_keeps_the_finished_slices_and_their_table_under_names_that_say_so(bench, capsys):
    after(bench, 6, lambda: signal.raise_signal(signal.SIGINT))
    table = ("--confidence-table", str(bench.folder / "t.tsv"), "--picture", str(bench.folder / "p.png"))
    assert carried(bench, *table) == 130
    assert bench.files == {"b.json", "out.partial.seg.nrrd", "t.partial.tsv"}
    labels, truth = bench.labels("out.partial.seg.nrrd"), bench.truth.layers[0]
    assert np.array_equal(labels[labels > 0], truth[labels > 0]) and np.array_equal(labels[7], truth[7])
    slices = len(np.flatnonzero((labels == 1).any(axis=(1, 2)))) + len(np.flatnonzero((labels == 2).any(axis=(1, 2))))
    assert 2 < slices < 16
    assert f"{slices} slices are finished; they are in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"),
    [(ModelError("The model broke.", "Try again."), 3), (MemoryError(), 3), (KeyboardInterrupt(), 130)],
)
def test_whatever_stops_the_work_the_finished_slices_are_kept(bench, error, code):
    after(bench, 6, lambda: fail(error))
    assert carried(bench, output="x.nii.gz") == code
    assert bench.files == {"b.json", "x.partial.nii.gz"}
    labels = bench.labels("x.partial.nii.gz")
    assert np.array_equal(labels[7], bench.truth.layers[0][7]) and 2 <= labels.any(axis=(1, 2)).sum() < 8


def test_a_failure_before_the_first_mask_leaves_nothing(bench):
    after(bench, 0, lambda: fail(ModelError("The model broke.")))
    assert carried(bench) == 3
    assert bench.files == {"b.json"}


def test_a_failure_among_the_prompts_keeps_the_masks_that_are_made(bench, capsys):
    after(bench, 1, lambda: fail(ModelError("The model broke.")))
    assert carried(bench) == 3
    labels = bench.labels("out.partial.seg.nrrd")
    assert np.array_equal(labels == 1, (bench.truth.layers[0] == 1) & (np.arange(16) == 7)[:, None, None])
    assert "1 slices are finished" in capsys.readouterr().err


def test_a_model_that_takes_no_prompts_is_refused(bench, capsys):
    bench.predictor = PromptlessPredictor()
    assert carried(bench) == 2
    assert "takes no prompts" in capsys.readouterr().err and bench.files == {"b.json"}


def test_progress_counts_every_slice_and_ends_with_no_time_left(bench, monkeypatch):
    seen = []

    class Watched(TerminalProgress):
        def __call__(self, event):
            seen.append(event)
            super().__call__(event)

    monkeypatch.setattr("SAMSegmenterLib.cli.segment_propagate_run.TerminalProgress", Watched)
    assert carried(bench) == 0
    carrying = [event for event in seen if event.stage == "propagating"]
    assert carrying[-1].done == carrying[-1].total == 14 and carrying[-1].seconds_left == 0
    assert [event.done for event in seen if event.stage == "segmenting"] == [1, 2]
    assert all("slice k" in event.message and event.seconds_left is not None for event in carrying)


def test_clean_up_is_done_to_carried_slices_and_never_to_those_taken_as_they_are(bench):
    array = bench.truth.layers[0].copy()
    more = ("--propagate", "--keyframes", "7", "--range", "4:11", "--minimum-px", "5000")
    assert bench.run("--refine", "truth.seg.nrrd", *more) == 0
    assert np.array_equal(bench.labels()[7], array[7])
    assert np.flatnonzero(bench.labels().any(axis=(1, 2))).tolist() == [7]


@pytest.mark.parametrize("option", ["--confidence-table", "--picture"])
def test_a_file_beside_the_result_is_replaced_only_when_wanted(bench, capsys, option):
    path = bench.folder / ("t.tsv" if option == "--confidence-table" else "t.png")
    path.write_text("mine", encoding="utf-8")
    assert carried(bench, option, str(path)) == 2
    assert "--overwrite" in capsys.readouterr().err and path.read_text(encoding="utf-8") == "mine"
    assert carried(bench, option, str(path), "--overwrite") == 0
    assert path.read_bytes() != b"mine"


def test_the_segmentation_is_there_before_table_and_picture(bench, monkeypatch, capsys):
    monkeypatch.setattr("SAMSegmenterLib.cli.segment_propagate_run.table_text", lambda *_: fail(OSError(28, "full")))
    assert carried(bench, "--confidence-table", str(bench.folder / "t.tsv")) == 2
    assert "error: " in capsys.readouterr().err and bench.files == {"b.json", "out.seg.nrrd"}
