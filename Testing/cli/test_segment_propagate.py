"""`sam-segment --propagate`: from a prompted slice to the whole structure, as a user meets it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    identity_of,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import BoxMark, MarkSet, PointMark
from SAMSegmenterLib.core.propagation import propagate
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import Limits
from SAMSegmenterLib.files.images import read_image
from support.case_files import write_volume
from support.phantoms import sphere_volume
from support.segment_command import Bench, boxes_around

LEFT, RIGHT = (8, 8), (32, 20)


@pytest.fixture
def bench(tmp_path):
    return Bench.of(tmp_path)


def on(index, xy, axis=0, **more):
    return SlicePromptRecord(SlicePlane.lattice(axis, index), MarkSet((PointMark("p1", xy),)), **more)


def prompts(bench, name="p.json", parameters=None, **segments):
    """A prompt file with one segment for every word, whose records it holds."""
    place = identity_of(read_image(bench.folder / "volume.nrrd").frames[0])
    parts = tuple(SegmentPrompts(key[0].upper(), key.replace("_", " "), records) for key, records in segments.items())
    text = write_prompt_file(PromptFile(place, parameters=parameters or {}, segments=parts))
    (bench.folder / name).write_text(text, encoding="utf-8")
    return name


def carried(bench, *more, span="4:11", output="out.seg.nrrd", **segments):
    """Exit code of a propagation through the slices of the boxes, from a point in each of them on slice 8."""
    name = prompts(bench, **(segments or {"left_box": [on(8, LEFT)], "right_box": [on(8, RIGHT)]}))
    return bench.run("--prompts", name, "--propagate", f"--range={span}", *more, output=output)


def test_two_structures_are_followed_from_one_slice(bench, capsys):
    assert carried(bench) == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])
    assert [one.name for one in bench.result().structures] == ["left box", "right box"]
    told = capsys.readouterr().out
    for name in ("left box", "right box"):
        assert f"{name}: slices k 4 to 11 (8 of them)" in told
    assert told.count("up: ended at slice k 11, the end of the range") == 2
    assert told.count("down: ended at slice k 4, the end of the range") == 2
    assert told.count("look first at slice k ") == 2


def test_segments_carry_what_they_were_made_with(bench):
    assert carried(bench) == 0
    header = (bench.folder / "out.seg.nrrd").read_bytes().partition(b"\n\n")[0].decode()
    tags = "SAMSegmenter.model:threshold|SAMSegmenter.sha256:" + "f" * 64
    assert f"Segment0_Tags:={tags}|SAMSegmenter.origin:propagated|SAMSegmenter.keyframes:k 8|" in header


def test_two_runs_write_the_same_bytes(bench):
    for name in ("a", "b"):
        more = ("--confidence-table", str(bench.folder / f"{name}.tsv"), "--picture", str(bench.folder / f"{name}.png"))
        assert carried(bench, *more, output=f"{name}.seg.nrrd") == 0
    for ending in ("seg.nrrd", "tsv", "png"):
        first, second = ((bench.folder / f"{name}.{ending}").read_bytes() for name in ("a", "b"))
        assert first == second and len(first) > 100


def test_a_box_file_starts_a_propagation_too(bench):
    structures = [{**one, "slices": one["slices"][3:4]} for one in boxes_around(bench.truth)]
    contents = {"schema": "sam-boxes/1", "axis": "k", "structures": structures}
    assert bench.run("--boxes", bench.json("b.json", contents), "--propagate", "--range", "4:11") == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])


def test_slices_of_another_segmentation_are_carried_as_they_are(bench):
    assert bench.run("--refine", "truth.seg.nrrd", "--propagate", "--keyframes", "7,8", "--range", "4:11") == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])


def test_slices_along_any_axis_are_followed(tmp_path):
    bench = Bench.of(tmp_path)
    volume, truth = sphere_volume((24, 30, 34), (1.0, 1.0, 1.0), radius_mm=8)
    write_volume(tmp_path / "volume.nrrd", volume)
    for axis, (index, xy) in enumerate([(12, (17, 15)), (15, (17, 12)), (17, (15, 12))]):
        name = prompts(bench, ball=[on(index, xy, axis)])
        assert bench.run("--prompts", name, "--propagate", "--range", f"{index - 7}:{index + 7}", "--overwrite") == 0
        found = bench.labels() == 1
        inside = truth.layers[0] == 1
        assert 2 * (found & inside).sum() / (found.sum() + inside.sum()) > 0.9


def test_tilted_slices_are_followed_along_their_normal(bench):
    planes = [SlicePlane.oblique((0, 0, z), (1, 0, 0), (0, 1, 0), (1, 1), (48, 40)) for z in (7.0, 8.0)]
    records = [SlicePromptRecord(plane, MarkSet((PointMark("p1", LEFT),))) for plane in planes]
    assert carried(bench, left_box=records, span="-3:4") == 0
    np.testing.assert_array_equal(bench.labels() == 1, bench.truth.layers[0] == 1)


def test_a_volume_without_spacing_is_followed_by_pixels(bench, capsys):
    header, rest = (bench.folder / "volume.nrrd").read_bytes().split(b"\n\n", 1)
    lines = [line for line in header.split(b"\n") if not line.startswith((b"space", b"spacings"))]
    (bench.folder / "volume.nrrd").write_bytes(b"\n".join(lines) + b"\n\n" + rest)
    assert not read_image(bench.folder / "volume.nrrd").frames[0].has_spacing
    assert carried(bench) == 0
    np.testing.assert_array_equal(bench.labels(), bench.truth.layers[0])
    plane = SlicePlane.oblique((0, 0, 6), (1, 0, 0), (0, 1, 0), (1, 1), (48, 40))
    tilted = [SlicePromptRecord(plane, MarkSet((PointMark("p1", LEFT),)))]
    assert carried(bench, "--overwrite", left_box=tilted, span=":") == 2
    assert "does not say how large a pixel is" in capsys.readouterr().err


@pytest.fixture
def asked(monkeypatch):
    """What propagation was told, run by run."""
    seen = []

    def watched(volume, keyframes, predictor, parameters, *rest):
        seen.append(parameters)
        return propagate(volume, keyframes, predictor, parameters, *rest)

    monkeypatch.setattr("SAMSegmenterLib.cli.segment_propagate_run.propagate", watched)
    return seen


def test_a_range_stop_marks_and_parameters_are_passed_on(bench, asked):
    more = ("--stop-at", "left box=10", "--stop-at", "R=4", "--stop-at", "R=11", "--tune", "margin=5")
    assert carried(bench, *more, "--window", "limits:0,255", span="5:10") == 0
    (parameters,) = asked
    assert (parameters.first, parameters.last, parameters.margin) == (5, 10, 5)
    assert dict(parameters.stop_marks) == {"L": {10}, "R": {4, 11}} and parameters.window == Limits(0, 255)
    assert np.flatnonzero((bench.labels() == 2).any(axis=(1, 2))).tolist() == [5, 6, 7, 8, 9, 10]


def test_the_prompt_file_may_say_how_to_propagate_and_the_command_line_goes_before_it(bench, asked):
    parameters = {"propagation": {"first": 7, "last": 9, "margin": 3, "stop_marks": {"L": [9]}}}
    name = prompts(bench, parameters=parameters, left_box=[on(8, LEFT)])
    assert bench.run("--prompts", name, "--propagate") == 0
    assert bench.run("--prompts", name, "--propagate", "--range", "5:", "--tune", "margin=1", "--overwrite") == 0
    assert [(one.first, one.last, one.margin) for one in asked] == [(7, 9, 3), (5, 9, 1)]
    assert all(dict(one.stop_marks) == {"L": {9}} for one in asked)


def test_prompts_along_two_axes_are_told_apart_by_axis(bench, capsys):
    records = [on(8, LEFT), on(10, (8, 8), axis=1)]
    assert carried(bench, left_box=records) == 2
    told = capsys.readouterr().err
    assert "slices along j and slices along k" in told and "--axis k" in told
    assert carried(bench, "--axis", "k", left_box=records) == 0
    np.testing.assert_array_equal(bench.labels() == 1, bench.truth.layers[0] == 1)


def test_several_prompts_of_a_slice_set_add_and_remove(bench):
    box = MarkSet((BoxMark("b1", (30, 10, 41, 34)),))
    plane = SlicePlane.lattice(0, 8)
    records = [on(8, LEFT), SlicePromptRecord(plane, box, mode="add"), on(8, LEFT, mode="remove")]
    assert carried(bench, "--range", "8:9", both=records) == 0
    np.testing.assert_array_equal(bench.labels()[8] == 1, bench.truth.layers[0][8] == 2)


def test_slices_that_were_propagated_before_are_found_anew(bench, capsys):
    wrong = np.zeros((40, 48), bool)
    wrong[30:35, 2:5] = True
    before = on(9, LEFT, accepted=True, mask=wrong, parameters={"propagated": {"origin": "carried"}})
    assert carried(bench, left_box=[on(8, LEFT, accepted=True), before]) == 0
    np.testing.assert_array_equal(bench.labels() == 1, bench.truth.layers[0] == 1)
    assert carried(bench, "--overwrite", left_box=[before]) == 2
    assert "propagated slices alone" in capsys.readouterr().err


BOTH = {"left_box": [on(8, LEFT)], "right_box": [on(8, RIGHT)]}
BAD = [
    (("--range", "9:12"), {}, "leaves out the prompts of 'left box' on slice k 8"),
    (("--range", "12:9"), {}, "ends before it begins"),
    (("--range", "all"), {}, "FIRST:LAST"),
    (("--range", "3:99"), {}, "there is no slice 99"),
    (("--stop-at", "left box=8"), {}, "has prompts and a stop mark"),
    (("--stop-at", "liver=3"), {}, "no structure 'liver'"),
    (("--stop-at", "left box"), {}, "SEGMENT=N"),
    (("--stop-at", "left box=40"), {}, "there is no slice 40"),
    (("--tune", "speed=3"), {}, "no parameter 'speed'"),
    (("--tune", "margin=wide"), {}, "'margin' cannot be 'wide'"),
    (("--tune", "margin=-1"), {}, "margin"),
    (("--tune", "margin"), {}, "NAME=VALUE"),
    (("--step", "2"), {}, "--step is for tilted slices"),
    (("--step", "0"), {}, "more than 0 mm"),
    (("--overlap",), {}, "--overlap does nothing with --propagate"),
    (("--keyframes", "8"), {}, "--keyframes does nothing with --prompts"),
    (("--axis", "i"), {}, "No prompt lies on a slice along i"),
    (("--confidence-table", "t.txt"), {}, "writes TSV files"),
    (("--picture", "none/p.png"), {}, "no folder"),
    ((), {"left_box": [on(8, LEFT), on(99, LEFT)]}, "Slice 99 lies outside the volume"),
]


@pytest.mark.parametrize(("more", "segments", "said"), BAD)
def test_what_cannot_be_is_refused_with_a_hint_before_any_model_is_loaded(bench, capsys, more, segments, said):
    assert carried(bench, *more, **(segments or BOTH)) == 2
    told = capsys.readouterr().err
    assert said in told and "hint: " in told and "Traceback" not in told
    assert bench.files == {"p.json"} and bench.asked == []


BAD_MASKS = [
    ({"left_box": [on(8, LEFT), on(5, LEFT, parameters={"cleanup": {"minimum_px": 9999}})]}, "is empty"),
    ({"left_box": [on(8, LEFT, mode="remove")]}, "is empty"),
    ({"left_box": [on(8, LEFT)], "again": [on(8, LEFT)]}, "overlaps those of other structures by more than half"),
    ({"left_box": [on(8, LEFT), on(9, (500, 500))]}, "None of the prompts lies on this slice"),
]


@pytest.mark.parametrize(("segments", "said"), BAD_MASKS)
def test_masks_that_nothing_can_be_carried_from_are_refused_and_nothing_is_written(bench, capsys, segments, said):
    assert carried(bench, **segments) == 2
    told = capsys.readouterr().err
    assert said in told and "hint: " in told and "Traceback" not in told
    assert bench.files == {"p.json"}


def test_a_mask_that_fills_its_slice_is_refused(bench, capsys):
    write_volume(bench.folder / "volume.nrrd", replace(bench.volume, array=np.full((16, 40, 48), 7, np.uint8)))
    assert carried(bench) == 2
    assert "'left box' on slice k 8 fills the whole slice" in capsys.readouterr().err
    assert bench.files == {"p.json"}


def test_a_single_slice_is_refused(bench, capsys):
    write_volume(bench.folder / "volume.nrrd", replace(bench.volume, array=bench.volume.array[8:9]))
    assert carried(bench, span=":", left_box=[on(0, LEFT)]) == 2
    told = capsys.readouterr().err
    assert "a single slice" in told and "Leave --propagate out" in told and bench.files == {"p.json"}


@pytest.mark.parametrize(
    "said",
    [
        5,
        {"speed": 3},
        {"margin": "wide"},
        {"first": 2.5},
        {"stop_marks": [3]},
        {"stop_marks": {"L": 3}},
        {"stop_marks": {"L": [True]}},
    ],
)
def test_a_prompt_file_that_says_nonsense_about_propagation_is_refused(bench, capsys, said):
    name = prompts(bench, parameters={"propagation": said}, left_box=[on(8, LEFT)])
    assert bench.run("--prompts", name, "--propagate") == 2
    told = capsys.readouterr().err
    assert "propagation" in told.lower() and "Traceback" not in told and bench.files == {"p.json"}


def test_masks_that_touch_give_way_to_the_later_structure_and_it_is_said(bench, capsys):
    wide = SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((BoxMark("b1", (4, 4, 20, 22)),)), candidate=0)
    truth = bench.truth.layers[0]
    array = bench.volume.array.copy()
    array[:, 5:8, 6:18][truth[:, 5:8, 6:18] == 1] = 90
    write_volume(bench.folder / "volume.nrrd", replace(bench.volume, array=array))
    strip = SlicePromptRecord(SlicePlane.lattice(0, 8), MarkSet((PointMark("p1", (8, 6)),)))
    whole = [wide, replace(strip, mode="add")]
    assert carried(bench, "--range", "8:9", left_box=whole, strip=[strip]) == 0
    assert "pixels of 'left box' on slice k 8 are given to the structures that come later" in capsys.readouterr().err
    np.testing.assert_array_equal(bench.labels()[8] == 2, (array[8] == 90))
