"""The model's answer on a slice."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Candidates, Embedding, ModelSpec
from SAMSegmenterLib.core.propagation.answers import best_answer, logits_on
from SAMSegmenterLib.core.propagation.views import SliceView
from SAMSegmenterLib.core.propagation.zoom import whole
from support.masks import rectangle

SHAPE = (12, 16)
SPEC = ModelSpec("m", "small", "0" * 64, image_size=16, mask_size=4, mask_threshold=0.0)
REGION = (slice(2, 10), slice(3, 13))
EXPECTED = rectangle(SHAPE, 5, 4, 10, 7)


def view(part=None, input_size=SHAPE):
    part = part or whole(SHAPE)
    size = tuple(axis.stop - axis.start for axis in part)
    return SliceView(np.zeros(SHAPE, np.uint8), Embedding("k", size, input_size, np.zeros((1, 1, 1), np.float16)), part)


def answer(masks, scores, likelihood=None, low_res=None):
    likelihood = np.zeros((8, 10), np.float32) if likelihood is None else likelihood
    candidates = Candidates(np.array(masks), np.array(scores, np.float32), low_res)
    return best_answer(candidates, view(), SPEC, EXPECTED[REGION], likelihood, np.ones((8, 10), bool), REGION)


def test_score_times_overlap_decides():
    half = rectangle(SHAPE, 5, 4, 10, 5)
    found = answer([half, EXPECTED], [0.9, 0.5])
    assert np.array_equal(found.mask, EXPECTED) and found.overlap == 1 and found.score == pytest.approx(0.5)
    found = answer([half, EXPECTED], [0.9, 0.4])
    assert np.array_equal(found.mask, half) and found.overlap == 0.5


def test_intensities_decide_between_equals():
    left, right = rectangle(SHAPE, 4, 4, 9, 7), rectangle(SHAPE, 6, 4, 11, 7)
    likelihood = np.full(SHAPE, -2.0, np.float32)
    likelihood[right] = 2
    found = answer([left, right], [0.8, 0.8], likelihood[REGION])
    assert np.array_equal(found.mask, right) and found.separation == pytest.approx(2)


def test_the_first_of_equals_is_taken():
    found = answer(
        [EXPECTED, EXPECTED.copy()], [0.8, 0.8], low_res=np.array([np.full((4, 4), v, np.float32) for v in (1, 2)])
    )
    assert (found.logits == 1).all()


def test_what_an_answer_covers_beyond_the_region_lowers_its_overlap():
    large = rectangle(SHAPE, 0, 0, 15, 11)
    assert answer([large], [0.8]).overlap == pytest.approx(24 / 192)


@pytest.mark.parametrize("score", [np.nan, np.inf, -np.inf, 7, -3])
def test_scores_stay_between_none_and_one(score):
    assert 0 < answer([EXPECTED], [score]).score <= 1


def test_without_logits_the_mask_tells():
    found = answer([EXPECTED], [0.8])
    assert np.array_equal(found.logits, np.where(EXPECTED[REGION], 6, -6))


def test_a_refined_mask_moves_the_logits():
    low = np.random.default_rng(3).normal(0, 4, (1, 4, 4)).astype(np.float32)
    candidates = Candidates(EXPECTED[None], np.array([0.8], np.float32), low)
    plain, part = view(), (slice(0, 8), slice(0, 16))
    pictured = replace(plain, embedding=replace(plain.embedding, picture=np.zeros((2, 2, 1), np.uint8)))
    before, after = (logits_on(candidates, 0, one, SPEC, REGION) for one in (plain, pictured))
    np.testing.assert_allclose(after, np.clip(before + np.where(EXPECTED[REGION], 1, -1), -6, 6), atol=1e-6)
    unseen = logits_on(candidates, 0, replace(pictured, part=part), SPEC, REGION)[6:]
    assert (unseen == -6).all(), "what the model was not shown stays outside"


def slow_logits(low, part, input_size, row, column):
    """Bilinear, pixel by pixel: a pixel's centre, as a share of the padded square, on the cells of the logits."""
    values = []
    for at, axis, inner in ((row, part[0], input_size[0]), (column, part[1], input_size[1])):
        place = (at - axis.start + 0.5) / (axis.stop - axis.start) * inner / 16 * 4 - 0.5
        place = min(max(place, 0), 3)
        lower = min(int(place), 2)
        values.append((lower, place - lower))
    (y, v), (x, u) = values
    corners = low[y, x] * (1 - v) * (1 - u) + low[y + 1, x] * v * (1 - u) + low[y, x + 1] * (1 - v) * u
    return np.clip(corners + low[y + 1, x + 1] * v * u, -6, 6)


@pytest.mark.parametrize(
    ("part", "input_size"), [(whole(SHAPE), (12, 16)), ((slice(1, 11), slice(4, 9)), (16, 8)), (whole(SHAPE), (5, 3))]
)
def test_logits_are_those_of_single_pixels_and_low_where_nothing_was_shown(part, input_size):
    low = np.random.default_rng(5).normal(0, 4, (1, 4, 4)).astype(np.float32)
    found = logits_on(Candidates(np.zeros((1, *SHAPE), bool), np.ones(1), low), 0, view(part, input_size), SPEC, REGION)
    for row in range(2, 10):
        for column in range(3, 13):
            shown = part[0].start <= row < part[0].stop and part[1].start <= column < part[1].stop
            expected = slow_logits(low[0], part, input_size, row, column) if shown else -6
            assert found[row - 2, column - 3] == pytest.approx(expected, abs=1e-5)


def test_a_region_apart_from_what_was_shown_has_low_logits():
    candidates = Candidates(np.zeros((1, *SHAPE), bool), np.ones(1), np.ones((1, 4, 4), np.float32))
    for part in ((slice(0, 2), slice(0, 3)), (slice(10, 12), slice(13, 16))):
        assert (logits_on(candidates, 0, view(part), SPEC, REGION) == -6).all()


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_logits_without_a_number_become_numbers_without_warnings(odd):
    low = np.zeros((1, 4, 4), np.float32)
    low[0, 1] = odd
    candidates = Candidates(np.zeros((1, *SHAPE), bool), np.ones(1), low)
    with np.errstate(all="raise"):
        found = logits_on(candidates, 0, view(), SPEC, REGION)
    assert np.isfinite(found).all() and np.abs(found).max() <= 6
