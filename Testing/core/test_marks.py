"""Marks are checked when made; a set of marks is edited by making another one."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.marks import BoxMark, LassoMark, MarkSet, PointMark, PriorMark, ScribbleMark

TRIANGLE = [(0, 0), (10, 0), (10, 10)]


def some_marks():
    return MarkSet(
        (
            PointMark("p1", (3, 4)),
            BoxMark("b1", (20, 20, 40, 30)),
            ScribbleMark("s1", [(0, 50), (20, 50)], 0),
            LassoMark("l1", [(60, 60), (80, 60), (80, 80)]),
            PriorMark("m1", np.eye(5, dtype=bool)),
        )
    )


def test_corners_of_a_box_are_put_in_order():
    assert BoxMark("b", (9, 2, 3, 8)).box.tolist() == [3, 2, 9, 8]
    assert BoxMark("b", (5, 5, 5, 5)).box.tolist() == [5, 5, 5, 5]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: PointMark("p", (np.nan, 1)), "finite"),
        (lambda: PointMark("p", (1, 2), 2), "label"),
        (lambda: PointMark("", (1, 2)), "id"),
        (lambda: PointMark(3, (1, 2)), "id"),
        (lambda: PointMark("p", "here"), "positions"),
        (lambda: BoxMark("b", (1, 2, 3, np.inf)), "finite"),
        (lambda: BoxMark("b", (1, 2)), "at least 2"),
        (lambda: BoxMark("b", (1, 2, 3, 4, 5, 6)), "x0, y0, x1, y1"),
        (lambda: ScribbleMark("s", []), "at least 1"),
        (lambda: ScribbleMark("s", [(1, np.nan)]), "finite"),
        (lambda: LassoMark("l", [(1, 2), (3, 4)]), "at least 3"),
        (lambda: PriorMark("m", np.zeros((4, 4), bool)), "empty"),
        (lambda: PriorMark("m", np.ones((4, 4, 4), bool)), "two dimensions"),
    ],
)
def test_marks_that_cannot_be_drawn_are_refused_in_words(make, says):
    with pytest.raises(InputError, match=says):
        make()


def test_a_mark_keeps_what_it_was_given_whatever_happens_to_the_arrays():
    line, mask = np.array([(1.0, 2), (3, 4)]), np.eye(3, dtype=bool)
    scribble, prior = ScribbleMark("s", line), PriorMark("m", mask)
    line[:] = 9
    mask[:] = False
    assert scribble.xy.tolist() == [[1, 2], [3, 4]] and prior.mask.sum() == 3
    with pytest.raises(ValueError):
        scribble.xy[0] = 5


def test_a_mark_is_added_at_the_end_and_replaced_in_its_place():
    marks = some_marks().with_(PointMark("p2", (1, 1), 0))
    assert [mark.id for mark in marks] == ["p1", "b1", "s1", "l1", "m1", "p2"]
    again = marks.with_(PointMark("p1", (8, 8)))
    assert [mark.id for mark in again] == [mark.id for mark in marks]
    assert again.get("p1").xy.tolist() == [8, 8] and marks.get("p1").xy.tolist() == [3, 4]


def test_a_mark_is_taken_away_alone():
    assert [mark.id for mark in some_marks().without("s1")] == ["p1", "b1", "l1", "m1"]
    marks = some_marks()
    assert marks.without("p9").marks == marks.marks


def test_no_two_marks_share_an_id():
    with pytest.raises(InputError, match="share an id"):
        MarkSet((PointMark("a", (1, 1)), BoxMark("a", (1, 1, 2, 2))))


def test_marks_are_moved_to_a_place_or_by_a_distance():
    marks = some_marks()
    assert marks.moved("p1", xy=(7, 8)).get("p1").xy.tolist() == [7, 8]
    assert marks.moved("p1", delta=(1, -1)).get("p1").xy.tolist() == [4, 3]
    assert marks.moved("b1", box=(5, 6, 1, 2)).get("b1").box.tolist() == [1, 2, 5, 6]
    assert marks.moved("b1", delta=(1, 2)).get("b1").box.tolist() == [21, 22, 41, 32]
    moved = marks.moved("s1", delta=(1, 2)).get("s1")
    assert moved.xy.tolist() == [[1, 52], [21, 52]] and moved.label == 0
    assert marks.moved("l1", delta=(-60, -60)).get("l1").polygon.tolist() == [[0, 0], [20, 0], [20, 20]]
    assert len(marks) == 5 and marks.get("p1").xy.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("mark_id", "how", "says"),
    [
        ("p9", {"xy": (1, 1)}, "no mark 'p9'"),
        ("s1", {"xy": (1, 1)}, "cannot be moved that way"),
        ("p1", {}, "cannot be moved that way"),
        ("p1", {"xy": (np.nan, 1)}, "finite"),
        ("p1", {"delta": (np.inf, 1)}, "finite"),
        ("m1", {"delta": (1, 1)}, "cannot be moved"),
    ],
)
def test_moves_that_make_no_sense_are_refused(mark_id, how, says):
    with pytest.raises(InputError, match=says):
        some_marks().moved(mark_id, **how)


@pytest.mark.parametrize(
    ("xy", "tolerance", "expected"),
    [
        ((3.5, 4), 1, "p1"),
        ((30, 25), 4, None),  # inside a box, away from its outline
        ((30, 21), 4, "b1"),
        ((10, 53), 4, "s1"),
        ((70, 70.5), 4, "l1"),  # near the slanted side, which no corner repeats
        ((2, 2), 0.5, None),
        ((1e6, 1e6), 10, None),
    ],
)
def test_the_nearest_mark_within_reach_is_found_by_its_outline(xy, tolerance, expected):
    assert some_marks().nearest(xy, tolerance) == expected


def test_of_marks_equally_near_the_later_one_is_taken():
    marks = MarkSet((PointMark("a", (1, 1)), PointMark("b", (1, 1)), PointMark("c", (3, 1))))
    assert marks.nearest((1, 1), 5) == "b" and marks.nearest((2, 1), 5) == "c"
    assert MarkSet().nearest((1, 1), 5) is None
