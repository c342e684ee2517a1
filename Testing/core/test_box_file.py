from __future__ import annotations

import json

import numpy as np
import pytest

from SAMSegmenterLib.core.box_file import read_box_file
from SAMSegmenterLib.core.errors import InputError

SHAPE = (6, 10, 12)


def a_file(*structures, **more):
    return json.dumps({"schema": "sam-boxes/1", "structures": list(structures), **more})


def boxes_of(structure, axis=0, to_ras=None, margin=0.0):
    (read,) = read_box_file(a_file(structure)).structures
    return read.boxes(np.eye(4) if to_ras is None else to_ras, SHAPE, axis, margin)


def as_lists(boxes):
    return [(index, box.tolist()) for index, box in boxes]


def test_boxes_of_slices_come_back_by_slice_and_stay_several_per_slice():
    slices = [{"index": 4, "box": [1, 2, 3, 4]}, {"index": 2, "box": [5, 5, 6, 6]}, {"index": 4, "box": [8, 8, 9, 9]}]
    found = as_lists(boxes_of({"name": "x", "slices": slices}))
    assert found == [(2, [5, 5, 6, 6]), (4, [1, 2, 3, 4]), (4, [8, 8, 9, 9])]


@pytest.mark.parametrize(
    ("axis", "slices", "box"),
    [(0, range(1, 4), [2, 3, 7, 8]), (1, range(3, 9), [2, 1, 7, 3]), (2, range(2, 8), [3, 1, 8, 3])],
)
def test_a_box_of_voxels_becomes_its_section_on_every_slice_along_any_axis(axis, slices, box):
    found = as_lists(boxes_of({"name": "x", "box_ijk": [2, 3, 1, 7, 8, 3]}, axis))
    assert found == [(index, box) for index in slices]


def test_a_box_of_voxels_does_not_depend_on_where_the_volume_lies():
    turned = np.array([[0, -2.0, 0, 5], [0.5, 0, 0, -7], [0, 0, 3, 11], [0, 0, 0, 1]])
    structure = {"name": "x", "box_ijk": [2, 3, 1, 7, 8, 3]}
    assert [i for i, _ in boxes_of(structure, 0, turned)] == [i for i, _ in boxes_of(structure)]
    for (_, box), (_, plain) in zip(boxes_of(structure, 0, turned), boxes_of(structure), strict=True):
        np.testing.assert_allclose(box, plain, atol=1e-9)


def test_corners_and_extreme_points_in_mm_become_boxes():
    to_ras = np.diag([2.0, 2.0, 3.0, 1.0])
    corners = {"name": "x", "box_ras": [[15, 15, 9.5], [3, 5, 2]]}  # columns 1.5 to 7.5, rows 2.5 to 7.5
    assert as_lists(boxes_of(corners, 0, to_ras)) == [(k, [2, 3, 7, 7]) for k in (1, 2, 3)]
    points = [[4, 10, 6], [14, 10, 6], [8, 6, 6], [8, 16, 6], [8, 10, 3], [8, 10, 9]]
    extreme = {"name": "x", "extreme_points_ras": points}
    assert as_lists(boxes_of(extreme, 0, to_ras)) == [(k, [2, 3, 7, 8]) for k in (1, 2, 3)]


def test_a_margin_makes_boxes_larger_but_not_larger_than_the_slice():
    assert as_lists(boxes_of({"name": "x", "slices": [{"index": 0, "box": [1, 4, 10, 6]}]}, margin=2)) == [
        (0, [0, 2, 11, 8])
    ]


def test_values_are_the_numbers_in_the_file_when_none_is_given():
    box = {"slices": [{"index": 0, "box": [0, 0, 1, 1]}]}
    read = read_box_file(a_file({"name": "a", **box}, {"name": "b", "value": 7, **box}, axis="coronal"))
    assert [(one.name, one.value) for one in read.structures] == [("a", 1), ("b", 7)]
    assert read.axis == "coronal" and read_box_file(a_file({"name": "a", **box})).axis is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "no box file"),
        ('{"schema": "sam-boxes/2", "structures": []}', "no box file"),
        (a_file(), "no structure is named"),
        (a_file({"name": "x"}), r"structures\[0\]: one of slices, box_ijk"),
        (a_file({"name": "x", "box_ijk": [0] * 6, "box_ras": [[0] * 3] * 2}), "one of slices"),
        (a_file({"name": "x", "box_ijk": [0] * 5}), "6 numbers are expected"),
        (a_file({"name": "x", "box_ras": [[0, 0, 0]]}), "two corners"),
        (a_file({"name": "x", "extreme_points_ras": [[0, 0, 0]]}), "at least two points"),
        (a_file({"name": "x", "slices": []}), "no slice is named"),
        (a_file({"name": "x", "slices": [{"index": -1, "box": [0, 0, 1, 1]}]}), r"slices\[0\].index"),
        (a_file({"name": "x", "slices": [{"index": 1, "box": [3, 0, 1, 1]}]}), "x0 <= x1"),
        (a_file({"name": "x", "colour": 1, "box_ijk": [0] * 6}), "'colour' is not known"),
        (a_file(*[{"name": "x", "value": 3, "box_ijk": [0] * 6}] * 2), "same value"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_place(text, said):
    with pytest.raises(InputError, match=said) as caught:
        read_box_file(text)
    assert caught.value.hint


@pytest.mark.parametrize(
    "structure",
    [
        {"name": "spleen", "slices": [{"index": 6, "box": [0, 0, 1, 1]}]},
        {"name": "spleen", "slices": [{"index": 0, "box": [12, 0, 14, 1]}]},
        {"name": "spleen", "box_ijk": [20, 20, 20, 30, 30, 30]},
        {"name": "spleen", "box_ras": [[-50, -50, -50], [-40, -40, -40]]},
    ],
)
def test_a_box_outside_the_volume_is_refused_with_the_structures_name(structure):
    with pytest.raises(InputError, match="spleen") as caught:
        boxes_of(structure)
    assert caught.value.hint
