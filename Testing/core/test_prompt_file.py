"""Prompt files survive writing and reading to the last bit; what is wrong in one is named with its place."""

import json
from dataclasses import fields

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import (
    SCHEMA,
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    identity_of,
    read_prompt_file,
    record_text,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import (
    BoxMark,
    LassoMark,
    MarkSet,
    PointMark,
    PriorMark,
    ScribbleMark,
    prompts_of,
)
from SAMSegmenterLib.core.slicing import SlicePlane
from support.phantoms import oblique_matrix


def every_mark(rng):
    """One of each kind and several of some, in an order of their own, with numbers of full length."""
    return MarkSet(
        (
            ScribbleMark("s1", rng.normal(20, 9, (12, 2)), 0),
            PointMark("p7", rng.normal(20, 9, 2)),
            BoxMark("b1", rng.normal(20, 9, 4)),
            LassoMark("l1", rng.normal(20, 9, (7, 2))),
            PointMark("p2", rng.normal(20, 9, 2), 0),
            BoxMark("b2", rng.normal(20, 9, 4)),
            PriorMark("m1", rng.random((40, 50)) > 0.5),
            LassoMark("l2", rng.normal(20, 9, (3, 2)), 0),
        )
    )


def a_file():
    rng = np.random.default_rng(0)
    free = SlicePlane.oblique(rng.normal(size=3), (0.6, 0.8, 0), (0, 0, 1), (0.7, 1 / 3), (50, 40))
    records = (
        SlicePromptRecord(
            SlicePlane.lattice(2, 7), every_mark(rng), 2, "add", True, True, "limits:-160.1,239.9",
            {"clean_up": {"keep": "clicked"}}, rng.random((40, 50)) > 0.7,
        ),
        SlicePromptRecord(free, MarkSet((PointMark("p1", (3, 4)),))),
    )  # fmt: skip
    volume = Volume(rng.integers(0, 9, (3, 4, 5)), oblique_matrix())
    segments = (SegmentPrompts("Segment_1", "Leber rechts, groß", records), SegmentPrompts("Segment_2", ""))
    return PromptFile(identity_of(volume), "vit_b", "auto", {"threads": 4, "x": 0.1}, 11, segments)


def same_marks(one, other):
    for mark, twin in zip(one, other, strict=True):
        assert type(mark) is type(twin)
        for field in fields(mark):
            a, b = getattr(mark, field.name), getattr(twin, field.name)
            assert np.array_equal(a, b) and np.asarray(a).dtype == np.asarray(b).dtype
    return True


def test_everything_survives_to_the_last_bit():
    file = a_file()
    again = read_prompt_file(write_prompt_file(file))
    assert again.volume.shape_kji == file.volume.shape_kji and again.volume.sha256 == file.volume.sha256
    assert np.array_equal(again.volume.ijk_to_ras, file.volume.ijk_to_ras)
    for name in ("model", "window", "parameters", "seed"):
        assert getattr(again, name) == getattr(file, name)
    assert [(s.id, s.name, len(s.slices)) for s in again.segments] == [
        (s.id, s.name, len(s.slices)) for s in file.segments
    ]
    for record, twin in zip(file.segments[0].slices, again.segments[0].slices, strict=True):
        assert same_marks(record.marks, twin.marks)
        for name in ("plane", "candidate", "mode", "keyframe", "accepted", "window", "parameters"):
            assert getattr(record, name) == getattr(twin, name)
    assert np.array_equal(again.segments[0].slices[0].mask, file.segments[0].slices[0].mask)
    assert again.segments[0].slices[1].mask is None
    assert write_prompt_file(again) == write_prompt_file(file)


def test_the_model_is_told_the_same_after_reading():
    record = a_file().segments[0].slices[0]
    again = read_prompt_file(write_prompt_file(a_file())).segments[0].slices[0]
    one, other = prompts_of(record.marks, (40, 50)), prompts_of(again.marks, (40, 50))
    for name in ("points", "labels", "box", "mask_prior"):
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_a_file_written_by_hand_needs_little():
    text = """{"schema": "sam-prompts/1", "volume": {"shape_kji": [3, 4, 5], "ijk_to_ras":
        [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]}, "segments": [{"id": "a", "name": "Liver", "slices":
        [{"plane": {"axis": 0, "index": 2}, "points": [{"xy": [3, 4], "label": 1}, {"xy": [1, 1], "label": 0}],
          "box": [9, 8, 1, 2]}]}]}"""
    record = read_prompt_file(text).segments[0].slices[0]
    assert [mark.id for mark in record.marks] == ["p1", "p2", "b1"]
    assert record.marks.get("b1").box.tolist() == [1, 2, 9, 8]
    assert (record.mode, record.candidate, record.keyframe, record.accepted) == ("set", None, False, False)
    assert read_prompt_file("\ufeff" + text).model == ""


def test_the_schemas_own_keys_are_always_there():
    first = json.loads(write_prompt_file(a_file()))["segments"][0]["slices"][1]
    assert {"plane", "points", "box", "mask_rle", "candidate", "mode", "keyframe"} <= set(first)
    assert first["points"] == [{"id": "p1", "xy": [3.0, 4.0], "label": 1}] and first["box"] is None


SLICE = "segments[0].slices[0]"


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        ("schema", "sam-prompts/2", "schema sam-prompts/1"),
        ("schema", None, "schema sam-prompts/1"),
        ("colour", 1, "'colour' is not known"),
        ("volume", None, "'volume' is missing"),
        ("seed", -1, "seed"),
        ("seed", 1.5, "seed"),
        ("window", "liver", "no window 'liver'"),
        ("parameters", [1], "parameters"),
        ("volume.shape_kji", [3, 4], "volume"),
        ("volume.shape_kji", [3, 4, 0], r"volume.shape_kji\[2\]"),
        ("volume.ijk_to_ras", [[1, 0, 0], [0, 1, 0], [0, 0, 1]], r"volume.ijk_to_ras\[0\]"),
        ("volume.ijk_to_ras", [[0, 0, 0, 0]] * 4, "volume.*singular"),
        ("volume.sha256", "x", "volume.*checksum"),
        ("segments", {}, "segments"),
        ("segments.0.id", "", r"segments\[0\].*id"),
        ("segments.0.name", 5, r"segments\[0\].name"),
        ("segments.1.id", "Segment_1", "Two segments"),
        ("segments.0.slices.0.plane.axis", 3, r"slices\[0\].plane.axis"),
        ("segments.0.slices.0.plane.index", -1, "plane.index"),
        ("segments.0.slices.0.plane.size", [1, 2], "'size' is not known"),
        ("segments.0.slices.1.plane.x_ras", [1, 1, 0], r"slices\[1\].plane.*length 1"),
        ("segments.0.slices.1.plane.y_ras", [0.6, 0.8, 0], "right angles"),
        ("segments.0.slices.1.plane.size", [0, 5], r"size\[0\]"),
        ("segments.0.slices.1.plane.size", [10**6, 5], r"size\[0\]"),
        ("segments.0.slices.1.plane.size", [5], "width and height"),
        ("segments.0.slices.1.plane.spacing_mm", [0, 1], "positive size and spacing"),
        ("segments.0.slices.0.points.0.label", 2, r"points\[0\].label"),
        ("segments.0.slices.0.points.0.label", True, r"points\[0\].label"),
        ("segments.0.slices.0.points.0.xy", [1, 2, 3], r"points\[0\].xy"),
        ("segments.0.slices.0.points.0.xy", ["a", 2], r"points\[0\].xy\[0\]"),
        ("segments.0.slices.0.points.0.id", "p2", "share an id"),
        ("segments.0.slices.0.points.0.lable", 1, "'lable' is not known"),
        ("segments.0.slices.0.scribbles.0.xy", [], r"scribbles\[0\].*at least 1"),
        ("segments.0.slices.0.lassos.0.polygon", [[1, 2]], r"lassos\[0\].*at least 3"),
        ("segments.0.slices.0.box", [0, 0, 1, 1], "not the box around 'boxes'"),
        ("segments.0.slices.0.boxes.0.box", [1, 2, 3], r"boxes\[0\].box"),
        ("segments.0.slices.0.order", ["p1"], "order.*every mark once"),
        ("segments.0.slices.0.candidate", -1, "candidate"),
        ("segments.0.slices.0.mode", "replace", "mode.*set, add, remove"),
        ("segments.0.slices.0.keyframe", 1, "keyframe"),
        ("segments.0.slices.0.window", "liver", r"slices\[0\].*liver"),
        ("segments.0.slices.0.mask_rle.counts", [1, 2], r"mask_rle.*do not fill"),
        ("segments.0.slices.0.mask_rle.counts", [-1], r"counts\[0\]"),
        ("segments.0.slices.0.mask_rle.size", [10**9, 10**9], "cannot be read"),
        ("segments.0.slices.0.mask_rle.size", [40], "height and width"),
        ("segments.0.slices.0.prior_rle.0.rle", None, "'rle' is missing"),
        ("segments.0.slices.0.prior_rle.0.rle", {"size": [2, 2], "counts": [4]}, "empty"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(path, value, place):
    contents = json.loads(write_prompt_file(a_file()))
    *steps, last = path.split(".")
    target = contents
    for step in steps:
        target = target[int(step)] if isinstance(target, list) else target[step]
    target[last] = value
    with pytest.raises(InputError, match=place) as caught:
        read_prompt_file(json.dumps(contents))
    assert "Traceback" not in str(caught.value) and caught.value.hint


@pytest.mark.parametrize(
    "text", ["", "null", "[]", "{}", '"sam-prompts/1"', "{'schema': 1}", "\x00\x01", '{"schema": 1']
)
def test_what_is_no_prompt_file_is_refused(text):
    with pytest.raises(InputError):
        read_prompt_file(text)


def test_an_empty_segmentation_is_a_file_too():
    file = PromptFile(VolumeIdentity((1, 1, 1), np.eye(4)))
    assert read_prompt_file(write_prompt_file(file)).segments == ()


def test_marks_without_ids_get_ids_of_their_own_whatever_their_kinds():
    record = {
        "plane": {"axis": 0, "index": 1},
        "points": [{"xy": [1, 1], "label": 1}],
        "prior_rle": [{"rle": {"size": [2, 2], "counts": [1, 2, 1]}}],
        "boxes": [{"box": [0, 0, 1, 1]}],
    }
    volume = {"shape_kji": [3, 2, 2], "ijk_to_ras": np.eye(4).tolist()}
    contents = {"schema": SCHEMA, "volume": volume, "segments": [{"id": "a", "name": "a", "slices": [record]}]}
    (segment,) = read_prompt_file(json.dumps(contents)).segments
    assert {mark.id for mark in segment.slices[0].marks} == {"p1", "m1", "b1"}


def test_the_text_of_a_record_is_made_once():
    record = SlicePromptRecord(SlicePlane.lattice(0, 1), MarkSet((PointMark("p1", (1, 2)),)))
    assert record_text(record) is record_text(record)
    assert json.loads(record_text(record))["points"] == [{"id": "p1", "xy": [1.0, 2.0], "label": 1}]
