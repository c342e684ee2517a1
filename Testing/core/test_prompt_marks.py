"""Marks become the points, the box and the mask prior that the model is told."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_marks import (
    MAX_POINTS,
    BoxMark,
    LassoMark,
    MarkSet,
    PointMark,
    PriorMark,
    ScribbleMark,
    notices_of,
    prompts_of,
)
from SAMSegmenterLib.core.strokes import on_slice
from support.masks import rectangle

SHAPE = (60, 80)


def marked(*marks):
    return MarkSet(marks)


def square(x0, y0, x1, y1):
    return [(x0, y0), (x1, y0), (x1, y1), (x0, y1)]


def test_clicks_are_passed_on_as_they_are():
    prompts = prompts_of(marked(PointMark("a", (3.25, 4)), PointMark("b", (70, 59.4), 0)), SHAPE)
    assert prompts.points.tolist() == [[3.25, 4], [70, 59.4]] and prompts.labels.tolist() == [1, 0]
    assert prompts.box is None and prompts.mask_prior is None
    assert notices_of(marked(PointMark("a", (3.25, 4))), SHAPE) == ()


def test_a_click_on_the_border_is_a_click_on_the_outermost_pixel():
    points = prompts_of(marked(PointMark("a", (79.5, 59.5)), PointMark("b", (-0.5, 5))), SHAPE).points
    assert np.floor(points + 0.5).tolist() == [[79, 59], [0, 5]]


def test_nothing_marked_is_nothing_told():
    assert prompts_of(MarkSet(), SHAPE).is_empty and notices_of(MarkSet(), SHAPE) == ()


@pytest.mark.parametrize(
    "mark",
    [
        PointMark("a", (80, 3)),
        PointMark("a", (-0.6, 3)),
        BoxMark("a", (90, 5, 99, 9)),
        BoxMark("a", (5, -9, 9, -1)),
        ScribbleMark("a", [(100, 100), (200, 200)]),
        LassoMark("a", square(90, 90, 99, 99)),
        LassoMark("a", square(90, 90, 99, 99), 0),
    ],
)
def test_marks_outside_the_slice_are_left_out_and_it_is_said(mark):
    assert prompts_of(marked(mark), SHAPE).is_empty
    assert notices_of(marked(mark), SHAPE) == ("1 mark(s) outside the slice are left out.",)


def test_a_box_over_the_border_is_cut_off_at_it():
    assert prompts_of(marked(BoxMark("a", (-20, 10, 30, 200))), SHAPE).box.tolist() == [0, 10, 30, 59]


def test_several_boxes_and_a_lasso_become_the_box_around_them_and_it_is_said():
    marks = marked(
        BoxMark("a", (10, 10, 20, 20)), BoxMark("b", (40, 5, 50, 15)), LassoMark("c", square(30, 30, 35, 45))
    )
    assert prompts_of(marks, SHAPE).box.tolist() == [10, 5, 50, 45]
    assert notices_of(marks, SHAPE) == ("The model takes one box: it gets the one around all 2.",)


def test_a_scribble_becomes_points_along_it_with_its_label():
    prompts = prompts_of(marked(ScribbleMark("a", [(10, 20), (22, 20)], 0)), SHAPE)
    assert prompts.labels.tolist() == [0] * 5
    assert np.allclose(prompts.points, [(11.2, 20), (13.6, 20), (16, 20), (18.4, 20), (20.8, 20)])


def test_a_long_scribble_gives_no_more_than_eight_points_and_a_dab_one():
    assert len(prompts_of(marked(ScribbleMark("a", [(0, 0), (79, 59), (0, 59)])), SHAPE).points) == 8
    assert prompts_of(marked(ScribbleMark("a", [(7, 8), (7, 8)])), SHAPE).points.tolist() == [[7, 8]]


def test_a_scribble_over_the_border_gives_points_on_the_slice_alone():
    prompts = prompts_of(marked(ScribbleMark("a", [(-1000, 30), (1000, 30)])), SHAPE)
    assert len(prompts.points) == 8 and on_slice(prompts.points, SHAPE).all()
    assert notices_of(marked(ScribbleMark("a", [(-1000, 30), (1000, 30)])), SHAPE) == ()


def test_of_too_many_clicks_the_last_ones_count_and_it_is_said():
    marks = marked(*(PointMark(f"p{n}", (n, 1), n % 2) for n in range(50)), ScribbleMark("s", [(1, 1), (40, 40)]))
    prompts = prompts_of(marks, SHAPE)
    assert prompts.points[:, 0].tolist() == list(range(50 - MAX_POINTS, 50))
    assert prompts.labels.tolist() == [n % 2 for n in range(50 - MAX_POINTS, 50)]
    assert notices_of(marks, SHAPE) == (
        f"Only the last {MAX_POINTS} of 50 points are used: the model cannot weigh more.",
        f"1 scribble(s) are left out: {MAX_POINTS} points are used already.",
    )


def test_scribbles_share_what_clicks_leave_the_longest_giving_way_first():
    clicks = [PointMark(f"p{n}", (n, 1)) for n in range(MAX_POINTS - 6)]
    scribbles = [ScribbleMark(f"s{n}", [(0, n), (79 if n else 4, n)], 0) for n in range(3)]
    prompts = prompts_of(marked(*clicks, *scribbles), SHAPE)
    assert len(prompts.points) == MAX_POINTS
    rows = prompts.points[prompts.labels == 0, 1].tolist()
    assert [rows.count(n) for n in range(3)] == [2, 2, 2]
    many = [ScribbleMark(f"s{n}", [(0, n), (79, n)]) for n in range(MAX_POINTS + 3)]
    prompts = prompts_of(marked(*many), SHAPE)
    assert prompts.points[:, 1].tolist() == list(range(3, MAX_POINTS + 3))
    assert notices_of(marked(*many), SHAPE) == (f"3 scribble(s) are left out: {MAX_POINTS} points are used already.",)


def test_a_lasso_becomes_a_mask_and_the_box_around_it():
    prompts = prompts_of(marked(LassoMark("a", square(10, 20, 30, 40))), SHAPE)
    assert np.array_equal(prompts.mask_prior > 0, rectangle(SHAPE, 10, 20, 30, 40))
    assert prompts.box.tolist() == [10, 20, 30, 40] and not len(prompts.points)


def test_a_lasso_that_crosses_itself_holds_both_loops():
    prompts = prompts_of(marked(LassoMark("a", [(10, 10), (30, 30), (30, 10), (10, 30)])), SHAPE)
    inside = prompts.mask_prior > 0
    assert inside[20, 12] and inside[20, 28] and not inside[12, 20] and not inside[28, 20]


def test_a_negative_lasso_takes_its_area_out_and_is_a_negative_point_in_its_middle():
    marks = marked(LassoMark("a", square(10, 20, 30, 40)), LassoMark("b", square(20, 10, 40, 50), 0))
    prompts = prompts_of(marks, SHAPE)
    assert np.array_equal(prompts.mask_prior > 0, rectangle(SHAPE, 10, 20, 19, 40))
    assert prompts.box.tolist() == [10, 20, 19, 40] and prompts.labels.tolist() == [0]
    assert prompts.points[0, 0] == 30 and 20 <= prompts.points[0, 1] <= 40
    alone = prompts_of(marked(LassoMark("b", square(20, 10, 40, 50), 0)), SHAPE)
    assert alone.mask_prior is None and alone.box is None and alone.labels.tolist() == [0]


def test_a_lasso_of_which_nothing_is_left_is_no_prompt_and_it_is_said():
    marks = marked(LassoMark("a", square(20, 20, 25, 25)), LassoMark("b", square(10, 10, 40, 50), 0))
    prompts = prompts_of(marks, SHAPE)
    assert prompts.mask_prior is None and prompts.box is None and prompts.labels.tolist() == [0]
    assert notices_of(marks, SHAPE) == ("Nothing is left of the lasso: other lassos exclude all of it.",)


def test_a_prior_mask_comes_with_its_box():
    prior = PriorMark("m", rectangle(SHAPE, 5, 6, 20, 30))
    alone = prompts_of(marked(prior), SHAPE)
    assert np.array_equal(alone.mask_prior > 0, prior.mask) and alone.box.tolist() == [5, 6, 20, 30]
    shrunk = prompts_of(marked(prior, PointMark("p", (10, 10), 0), PointMark("q", (12, 12))), SHAPE)
    assert shrunk.box.tolist() == [5, 6, 20, 30]
    lassoed = prompts_of(marked(prior, LassoMark("l", square(50, 10, 60, 20))), SHAPE)
    assert np.array_equal(lassoed.mask_prior > 0, prior.mask | rectangle(SHAPE, 50, 10, 60, 20))
    assert lassoed.box.tolist() == [5, 6, 60, 30]


def test_a_positive_point_beyond_the_prior_makes_the_box_reach_beyond_the_point():
    prior = PriorMark("m", rectangle(SHAPE, 30, 20, 40, 30))
    assert prompts_of(marked(prior, PointMark("p", (45, 25))), SHAPE).box.tolist() == [30, 20, 50, 30]
    assert prompts_of(marked(prior, PointMark("p", (26, 33))), SHAPE).box.tolist() == [22, 20, 40, 36]
    assert prompts_of(marked(prior, PointMark("p", (75, 1))), SHAPE).box.tolist() == [30, 0, 79, 30]
    assert prompts_of(marked(prior, PointMark("p", (75, 1), 0)), SHAPE).box.tolist() == [30, 20, 40, 30]
    lasso = LassoMark("l", square(30, 20, 40, 30))
    assert prompts_of(marked(lasso, PointMark("p", (45, 25))), SHAPE).box.tolist() == [30, 20, 50, 30]


def test_a_drawn_box_stays_as_drawn_whatever_prior_and_points_say():
    prior = PriorMark("m", rectangle(SHAPE, 30, 20, 40, 30))
    marks = marked(prior, PointMark("p", (75, 1)), BoxMark("b", (28, 18, 44, 33)))
    assert prompts_of(marks, SHAPE).box.tolist() == [28, 18, 44, 33]


def test_a_prior_of_another_slice_is_refused():
    with pytest.raises(InputError, match=r"\(4, 4\).*\(60, 80\)"):
        prompts_of(marked(PriorMark("m", np.ones((4, 4), bool))), SHAPE)


def test_how_kinds_of_marks_alternate_changes_nothing():
    clicks = [PointMark("p1", (3, 3)), PointMark("p2", (9, 9), 0)]
    others = [ScribbleMark("s", [(1, 1), (30, 30)]), LassoMark("l", square(10, 20, 30, 40)), BoxMark("b", (1, 1, 9, 9))]
    one = prompts_of(marked(clicks[0], others[0], others[1], clicks[1], others[2]), SHAPE)
    other = prompts_of(marked(*others, *clicks), SHAPE)
    assert np.array_equal(one.points, other.points) and np.array_equal(one.labels, other.labels)
    assert np.array_equal(one.box, other.box) and np.array_equal(one.mask_prior, other.mask_prior)


def test_a_slice_of_one_pixel_takes_every_mark():
    marks = marked(
        PointMark("p", (0, 0)), BoxMark("b", (-3, -3, 3, 3)), ScribbleMark("s", [(-2, 0), (2, 0)]),
        LassoMark("l", square(-1, -1, 1, 1)), PriorMark("m", np.ones((1, 1), bool)),
    )  # fmt: skip
    prompts = prompts_of(marks, (1, 1))
    assert prompts.box.tolist() == [0, 0, 0, 0] and prompts.mask_prior.tolist() == [[8]]
    assert len(prompts.points) == 2 and on_slice(prompts.points, (1, 1)).all()
