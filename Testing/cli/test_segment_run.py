"""What `sam-segment` does with a job: stopping, failing, overlapping, writing."""

from __future__ import annotations

import signal

import numpy as np
import pytest

from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.segment_job import ModelChoice
from SAMSegmenterLib.cli.segment_run import load_registered, partial_path
from SAMSegmenterLib.core.errors import InputError, ModelError
from support.segment_command import Bench, boxes_around


def boxes(bench, structures=None):
    contents = {"schema": "sam-boxes/1", "axis": "k", "structures": structures or boxes_around(bench.truth)}
    return "--boxes", bench.json("boxes.json", contents)


def after(bench, calls, act):
    """Have the predictor do something at one of its answers."""
    decode = bench.predictor.decode

    def decoded(*arguments):
        if bench.predictor.decode_calls == calls:
            act()
        return decode(*arguments)

    bench.predictor.decode = decoded


def fail(error):
    raise error


def test_ctrl_c_keeps_the_finished_slices_under_a_name_that_says_so(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    after(bench, 6, lambda: signal.raise_signal(signal.SIGINT))
    assert bench.run(*boxes(bench), output="liver.seg.nrrd") == 130
    assert bench.files == {"boxes.json", "liver.partial.seg.nrrd"}
    labels, truth = bench.labels("liver.partial.seg.nrrd"), bench.truth.layers[0]
    shown = np.flatnonzero(labels.any(axis=(1, 2)))
    assert 2 <= len(shown) < 8
    np.testing.assert_array_equal(labels[shown[:-1]], truth[shown[:-1]])
    told = capsys.readouterr().err
    assert "of 16 masks are finished; they are in" in told and "stopped" in told


@pytest.mark.parametrize(
    ("error", "code"),
    [(ModelError("The model broke.", "Try again."), 3), (MemoryError(), 3), (KeyboardInterrupt(), 130)],
)
def test_whatever_stops_the_work_the_finished_slices_are_kept(tmp_path, error, code):
    bench = Bench.of(tmp_path)
    after(bench, 4, lambda: fail(error))
    assert bench.run(*boxes(bench), output="x.nii.gz") == code
    assert bench.files == {"boxes.json", "x.partial.nii.gz"}
    np.testing.assert_array_equal(bench.labels("x.partial.nii.gz")[4:6], bench.truth.layers[0][4:6])


def test_a_failure_before_the_first_slice_leaves_nothing(tmp_path):
    bench = Bench.of(tmp_path)
    after(bench, 0, lambda: fail(ModelError("The model broke.")))
    assert bench.run(*boxes(bench)) == 3
    assert bench.files == {"boxes.json"}


def test_structures_that_meet_give_way_to_the_later_one_or_overlap_when_wanted(tmp_path):
    bench = Bench.of(tmp_path)
    (left, _right) = boxes_around(bench.truth)
    again = {**left, "name": "left again", "value": 9}
    arguments = boxes(bench, [left, again])
    assert bench.run(*arguments, output="a.nii.gz") == 0
    assert np.unique(bench.labels("a.nii.gz")).tolist() == [0, 9]
    assert bench.run(*arguments, "--overlap") == 0
    result = bench.result()
    for one in result.structures:
        np.testing.assert_array_equal(result.mask(one), bench.truth.layers[0] == 1)
    assert [one.name for one in result.structures] == ["left box", "left again"]


def test_prompts_without_an_answer_are_counted(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    assert bench.run(*boxes(bench), "--minimum-px", "100000") == 0
    assert "note: the model found nothing for 16 of 16 prompts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "partial"),
    [("a.seg.nrrd", "a.partial.seg.nrrd"), ("a.NII.GZ", "a.partial.nii.gz"), ("a.b.nrrd", "a.b.partial.nrrd")],
)
def test_the_partial_file_keeps_the_ending(tmp_path, name, partial):
    assert partial_path(tmp_path / name) == tmp_path / partial


def test_the_bundled_model_is_the_default_and_a_device_may_differ_only_when_nobody_chose_it(monkeypatch):
    asked = []

    def load(spec, device, threads=None, precision="float32"):
        asked.append((spec.name, device))
        if device == "cuda:7":
            raise ModelError("The device 'cuda:7' cannot be used.")
        from support.fake_predictor import ThresholdPredictor

        return ThresholdPredictor()

    monkeypatch.setattr("SAMSegmenterLib.models.registry.load", load)
    assert load_registered(ModelChoice(device="cuda:7", device_may_differ=True)).spec.name == "threshold"
    assert asked == [("sam-small", "cuda:7"), ("sam-small", "auto")]
    with pytest.raises(ModelError, match="cuda:7"):
        load_registered(ModelChoice(device="cuda:7"))
    with pytest.raises(InputError, match="no model 'x'"):
        load_registered(ModelChoice("x"))


@pytest.mark.parametrize("mode", ["boxes", "refine"])
def test_a_whole_volume_is_done_with_progress_and_the_time_left(tmp_path, monkeypatch, mode):
    seen = []

    class Watched(TerminalProgress):
        def __call__(self, event):
            seen.append(event)
            super().__call__(event)

    monkeypatch.setattr("SAMSegmenterLib.cli.segment_run.TerminalProgress", Watched)
    bench = Bench.of(tmp_path)
    file = boxes(bench)[1]
    assert bench.run(f"--{mode}", file if mode == "boxes" else "truth.seg.nrrd") == 0
    assert [event.done for event in seen] == list(range(1, 17)) and {event.total for event in seen} == {16}
    assert all(event.seconds_left is not None for event in seen) and seen[-1].seconds_left == 0
