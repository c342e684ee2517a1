"""`sam-segment` as a user sees it: help, wrong options, and the bundled model end to end."""

from __future__ import annotations

import numpy as np
import pytest

from SAMBenchmarkLib.core.metrics import dice
from SAMSegmenterLib.cli.sam_segment import build_parser, main
from SAMSegmenterLib.core.box_file import read_box_file
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.writing import write_labels
from support.case_files import write_volume
from support.phantoms import sphere_volume
from support.segment_command import Bench, boxes_around


def test_the_help_shows_examples_of_every_mode_and_a_box_file_that_can_be_read(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    for mode in ("--prompts", "--replay", "--refine", "--boxes"):
        assert any(line.startswith("  sam-segment") and mode in line for line in told.splitlines())
    example = told[told.index('{"schema"') : told.index("Ctrl+C")]
    assert [one.name for one in read_box_file(example).structures] == ["liver", "spleen", "left kidney", "right kidney"]
    assert "exit codes: 0 ok" in told


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Nothing to segment is named"),
        (["--refine", "truth.seg.nrrd", "--boxes", "truth.seg.nrrd"], "--refine and --boxes do not go together"),
        (["--refine", "gone.nrrd"], "no file gone.nrrd"),
        (["--refine", "truth.seg.nrrd", "--window", "fog"], "no window 'fog'"),
        (["--refine", "truth.seg.nrrd", "--axis", "up"], "no plane 'up'"),
        (["--refine", "truth.seg.nrrd", "--segmentation", "x"], "--segmentation does nothing with --refine"),
        (["--prompts", "p.json", "--axis", "k"], "--axis does nothing with --prompts"),
        (["--refine", "truth.seg.nrrd", "--margin", "-1"], "A margin"),
        (["--refine", "truth.seg.nrrd", "--margin", "nan"], "A margin"),
        (["--refine", "truth.seg.nrrd", "--threads", "0"], "at least 1 thread"),
        (["--refine", "truth.seg.nrrd", "--smooth-px", "-3"], "clean-up are numbers"),
        (["--refine", "truth.seg.nrrd", "--frame", "2"], "no volume 2"),
        (["--boxes", "truth.seg.nrrd"], "no text"),
        (["--boxes", "."], "is a folder"),
    ],
)
def test_wrong_input_is_told_with_a_hint_before_any_model_is_loaded(tmp_path, capsys, arguments, said):
    bench = Bench.of(tmp_path)
    assert bench.run(*arguments) == 2
    told = capsys.readouterr().err
    assert said in told and "hint: " in told and "Traceback" not in told
    assert bench.files == set() and bench.asked == []


def test_the_volume_is_asked_for(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    assert bench.run("--refine", "truth.seg.nrrd", volume=False) == 2
    assert "--volume is missing" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("output", "more", "said"),
    [
        ("x.png", [], "cannot be written to x.png"),
        ("none/x.seg.nrrd", [], "no folder"),
        ("x.nii.gz", ["--overlap"], "cannot hold structures that overlap"),
        ("truth.seg.nrrd", ["--overwrite"], "one of the inputs"),
        ("volume.nrrd", ["--overwrite"], "one of the inputs"),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_the_work(tmp_path, capsys, output, more, said):
    bench = Bench.of(tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert bench.run("--refine", "truth.seg.nrrd", *more, output=output) == 2
    assert said in capsys.readouterr().err and bench.asked == []
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_that_is_there_is_replaced_only_when_wanted(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    (tmp_path / "out.seg.nrrd").write_text("mine", encoding="utf-8")
    assert bench.run("--refine", "truth.seg.nrrd") == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (tmp_path / "out.seg.nrrd").read_text(encoding="utf-8") == "mine"
    assert bench.run("--refine", "truth.seg.nrrd", "--overwrite") == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])


def test_slanted_axes_are_refused_by_formats_that_cannot_hold_them_before_the_work(tmp_path, capsys):
    slanted = np.eye(4)
    slanted[0, 1] = 0.4
    bench = Bench.of(tmp_path)
    write_labels(tmp_path / "slanted.nrrd", bench.truth.layers[0], slanted)
    bench_file = bench.json("b.json", {"schema": "sam-boxes/1", "axis": "k", "structures": boxes_around(bench.truth)})
    arguments = ["--volume", str(tmp_path / "slanted.nrrd"), "--boxes", bench_file]
    assert bench.run(*arguments, output="out.nii.gz", volume=False) == 2
    assert "at right angles" in capsys.readouterr().err and bench.asked == []
    assert bench.run(*arguments, output="out.seg.nrrd", volume=False) == 0


def test_the_options_are_those_of_the_parser():
    given = build_parser().parse_args(["--boxes", "b.json", "--output", "x.nrrd"])
    assert given.boxes == "b.json" and given.prompts is None and given.device is None


def test_the_bundled_model_refines_a_rough_sphere(tmp_path):
    volume, truth = sphere_volume((6, 96, 96), (4.0, 1.0, 1.0), radius_mm=28)
    write_volume(tmp_path / "volume.nrrd", volume)
    rough = np.roll(truth.layers[0], 3, axis=2)
    write_labels(tmp_path / "rough.nii.gz", rough, truth.ijk_to_ras)
    named = ["--volume", str(tmp_path / "volume.nrrd"), "--refine", str(tmp_path / "rough.nii.gz")]
    assert main([*named, "--output", str(tmp_path / "out.nii.gz"), "--device", "cpu", "--margin", "4"]) == 0
    refined = read_labels(tmp_path / "out.nii.gz").layers[0] != 0
    reference = truth.layers[0] != 0
    assert dice(refined, reference) > max(0.9, dice(rough != 0, reference))
