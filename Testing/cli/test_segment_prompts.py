"""`sam-segment --prompts`: a prompt file on its volume gives the masks that an editing session gave."""

from __future__ import annotations

import copy
import json
from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.files.images import read_image
from support.case_files import write_volume
from support.editing import a_desk
from support.segment_command import Bench

INSIDE_ONE, INSIDE_TWO = (8, 8), (32, 20)


def point(xy):
    return MarkSet((PointMark("p1", xy),))


def a_file(bench, *records, name="p.json", **more):
    """Prompts of one segment for the volume as it is read from its file."""
    place = identity_of(read_image(bench.folder / "volume.nrrd").frames[0])
    prompts = PromptFile(**{"volume": place, "segments": (SegmentPrompts("S1", "left box", records),), **more})
    (bench.folder / name).write_text(write_prompt_file(prompts), encoding="utf-8")
    return name


def test_a_session_saved_to_a_file_is_done_again_bit_for_bit(tmp_path):
    bench = Bench.of(tmp_path)
    desk = a_desk(read_image(tmp_path / "volume.nrrd").frames[0])
    desk.session.cleanup = CleanUp(fill_holes=True)
    desk.session.add_point(INSIDE_ONE)
    desk.session.add_point((10, 12), label=0)
    desk.settle()
    desk.session.accept()
    desk.session.select_segment("two")
    desk.session.add_point(INSIDE_TWO)
    desk.settle()
    desk.session.accept()
    (tmp_path / "p.json").write_text(write_prompt_file(desk.session.prompt_file()), encoding="utf-8")
    assert bench.run("--prompts", "p.json") == 0
    for number, segment in enumerate(("one", "two"), start=1):
        np.testing.assert_array_equal(bench.labels() == number, desk.mask(segment) != 0)
    assert (bench.labels() == 1).any() and (bench.labels() == 2).any()
    assert bench.asked[0].name == "threshold"


def test_a_file_written_by_hand_is_done_slice_by_slice(tmp_path):
    bench = Bench.of(tmp_path)
    to_ras = bench.volume.ijk_to_ras.tolist()
    contents = {
        "schema": "sam-prompts/1",
        "volume": {"shape_kji": [16, 40, 48], "ijk_to_ras": to_ras},
        "segments": [
            {
                "id": "a",
                "name": "both",
                "slices": [
                    {"plane": {"axis": 0, "index": 6}, "points": [{"xy": [8, 8], "label": 1}]},
                    {"plane": {"axis": 0, "index": 7}, "box": [30, 10, 41, 34]},
                ],
            }
        ],
    }
    assert bench.run("--prompts", bench.json("p.json", contents)) == 0
    truth, labels = bench.truth.layers[0], bench.labels()
    np.testing.assert_array_equal(labels[6] == 1, truth[6] == 1)
    np.testing.assert_array_equal(labels[7] == 1, truth[7] == 2)
    assert np.flatnonzero(labels.any(axis=(1, 2))).tolist() == [6, 7]


def test_window_clean_up_and_model_of_the_command_line_go_before_those_of_the_file(tmp_path):
    bench = Bench.of(tmp_path)
    record = SlicePromptRecord(
        SlicePlane.lattice(0, 8),
        MarkSet((BoxMark("b1", (5, 4, 18, 20)),)),
        candidate=1,
        accepted=True,
        window="limits:9000,9001",
        parameters={"model": "other", "threads": 3, "cleanup": {"minimum_px": 9999}},
        mask=np.zeros((40, 48), bool),
    )
    name = a_file(bench, record)
    assert bench.run("--prompts", name) == 0
    assert not read_back(bench).any() and bench.asked[0].of_slices
    more = ("--window", "minmax", "--minimum-px", "2", "--model", "vit_b", "--overwrite")
    assert bench.run("--prompts", name, *more) == 0
    np.testing.assert_array_equal(read_back(bench)[8] == 1, bench.truth.layers[0][8] == 1)
    assert bench.asked[-1].name == "vit_b" and not bench.asked[-1].of_slices


def read_back(bench):
    import SimpleITK

    return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(bench.folder / "out.seg.nrrd")))


def test_prompts_of_another_volume_are_refused_and_other_values_pass_when_wanted(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    name = a_file(bench, SlicePromptRecord(SlicePlane.lattice(0, 8), point(INSIDE_ONE)))
    write_volume(tmp_path / "volume.nrrd", replace(bench.volume, array=bench.volume.array * 2))
    assert bench.run("--prompts", name) == 2
    assert "Its voxels have other values" in capsys.readouterr().err
    assert bench.run("--prompts", name, "--any-values") == 0
    np.testing.assert_array_equal(bench.labels()[8] == 1, bench.truth.layers[0][8] == 1)
    elsewhere = a_file(bench, volume=VolumeIdentity((5, 6, 7), np.eye(4)), name="e.json")
    assert bench.run("--prompts", elsewhere, "--overwrite") == 2
    assert "holds no prompts" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"cleanup": {"shrink": 1}}, "no option 'shrink'"),
        ({"cleanup": 3}, "'cleanup' cannot be 3"),
        ({"order": "first"}, "'order' cannot be"),
        ({"model": 5}, "'model' cannot be 5"),
        ({"proposal": {"points": 3}}, "'proposal' does not fit"),
    ],
)
def test_parameters_that_cannot_be_are_told_in_words(tmp_path, capsys, change, said):
    bench = Bench.of(tmp_path)
    record = SlicePromptRecord(SlicePlane.lattice(0, 8), point(INSIDE_ONE), parameters=change)
    assert bench.run("--prompts", a_file(bench, record)) == 2
    told = capsys.readouterr().err
    assert said in told and "Traceback" not in told and bench.files == {"p.json"}


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"schema": "sam-boxes/1"}), "\u00e4"])
def test_what_is_no_prompt_file_is_refused(tmp_path, capsys, text):
    bench = Bench.of(tmp_path)
    (tmp_path / "p.json").write_text(text, encoding="utf-8" if len(text) != 1 else "latin-1")
    assert bench.run("--prompts", "p.json") == 2
    assert "hint: " in capsys.readouterr().err and bench.files == {"p.json"}


def test_prompts_outside_the_slice_stop_the_work_and_keep_what_was_done(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    records = [SlicePromptRecord(SlicePlane.lattice(0, k), point(INSIDE_ONE)) for k in (6, 7)]
    records.append(SlicePromptRecord(SlicePlane.lattice(0, 8), point((500, 500))))
    assert bench.run("--prompts", a_file(bench, *records)) == 2
    told = capsys.readouterr().err
    assert "None of the prompts lies on this slice" in told and "2 of 3 masks are finished" in told
    assert bench.files == {"p.json", "out.partial.seg.nrrd"}
    labels = bench.labels("out.partial.seg.nrrd")
    assert np.flatnonzero(labels.any(axis=(1, 2))).tolist() == [6, 7]


def test_model_and_arithmetic_of_the_file_are_used_unless_others_are_named(tmp_path):
    bench = Bench.of(tmp_path)
    made_with = {"model": "m", "device": "cuda:3", "threads": 5, "precision": "float16"}
    name = a_file(bench, SlicePromptRecord(SlicePlane.lattice(0, 8), point(INSIDE_ONE), parameters=made_with))
    assert bench.run("--prompts", name) == 0
    choice = bench.asked[0]
    assert (choice.name, choice.device, choice.threads, choice.precision) == ("m", "cuda:3", 5, "float16")
    assert choice.device_may_differ
    assert bench.run("--prompts", name, "--device", "cpu", "--threads", "2", "--overwrite") == 0
    choice = bench.asked[2]
    assert (choice.device, choice.threads, choice.device_may_differ) == ("cpu", 2, False)


def test_what_the_session_would_say_about_prompts_is_said_with_its_place(tmp_path, capsys):
    bench = Bench.of(tmp_path)
    marks = MarkSet((PointMark("a", INSIDE_ONE), PointMark("b", (500, 500))))
    records = [SlicePromptRecord(SlicePlane.lattice(0, k), marks) for k in (6, 7)]
    assert bench.run("--prompts", a_file(bench, *records)) == 0
    told = capsys.readouterr().err
    assert "note: 1 mark(s) outside the slice are left out. ('left box' on slice k 6, and 1 more)" in told


def odd_numbers(contents, path=()):
    """Every place in a JSON structure that holds a number."""
    if isinstance(contents, dict):
        for name, value in contents.items():
            yield from odd_numbers(value, (*path, name))
    elif isinstance(contents, list):
        for number, value in enumerate(contents):
            yield from odd_numbers(value, (*path, number))
    elif isinstance(contents, (int, float)) and not isinstance(contents, bool):
        yield path


ALL_KINDS = {
    "schema": "sam-prompts/1",
    "volume": {"shape_kji": [16, 40, 48], "ijk_to_ras": np.eye(4).tolist()},
    "seed": 3,
    "parameters": {"threads": 1, "cleanup": {"minimum_px": 2, "smooth_px": 0.5}},
    "segments": [
        {
            "id": "S",
            "name": "left",
            "slices": [
                {
                    "plane": {"axis": 0, "index": 8},
                    "points": [{"xy": [8, 8], "label": 1}],
                    "box": [4, 4, 20, 22],
                    "scribbles": [{"xy": [[8, 8], [12, 9]], "label": 1}],
                    "lassos": [{"polygon": [[5, 5], [18, 5], [18, 18]], "label": 1}],
                    "prior_rle": [{"rle": {"size": [40, 48], "counts": [300, 20, 1600]}}],
                    "candidate": 0,
                    "parameters": {"order": 1},
                },
                {
                    "plane": {
                        "origin_ras": [4, 4, 8],
                        "x_ras": [1, 0, 0],
                        "y_ras": [0, 1, 0],
                        "spacing_mm": [1, 1],
                        "size": [20, 20],
                    },
                    "points": [{"xy": [4, 4], "label": 1}],
                    "parameters": {"order": 2},
                },
            ],
        }
    ],
}


@pytest.mark.parametrize("path", list(odd_numbers(ALL_KINDS)), ids=lambda path: ".".join(map(str, path)))
@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_odd_numbers_are_used_or_refused_in_words_at_every_place_of_a_file(tmp_path, capsys, path):
    bench = Bench.of(tmp_path)
    for text in ("0.5", "-3", "1e300", "-1e300", "1e999", "NaN", "9" * 30, "9" * 400, '"7"', "true", "null", "4e9"):
        contents = copy.deepcopy(ALL_KINDS)
        place = contents
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = "HERE"
        (tmp_path / "p.json").write_text(json.dumps(contents).replace('"HERE"', text), encoding="utf-8")
        code = bench.run("--prompts", "p.json", "--overwrite")
        told = capsys.readouterr().err
        assert code in (0, 2), (text, code, told)
        assert "Traceback" not in told and (code == 0 or "error: " in told), (text, told)
        assert bench.files <= {"p.json", "out.seg.nrrd", "out.partial.seg.nrrd"}, (text, bench.files)


def test_the_file_with_prompts_of_all_kinds_is_fine_as_it_is(tmp_path):
    bench = Bench.of(tmp_path)
    assert bench.run("--prompts", bench.json("p.json", ALL_KINDS)) == 0
