"""Prompts are moved a little and stay on the slice; disagreement is the entropy of the answers' mean."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.uncertainty import JITTERED_PROMPTS, disagreement, jittered_prompts

SHAPE = (200, 300)


def many(prompts, shape=SHAPE, count=400, seed=0):
    return jittered_prompts(prompts, shape, count, np.random.default_rng(seed))


def test_sides_of_a_box_move_by_up_to_a_tenth_of_its_extent_independently():
    moves = np.array([p.box for p in many(Prompts.of(box=(100, 50, 180, 90)))]) - (100, 50, 180, 90)
    assert (np.abs(moves) <= (8, 4, 8, 4)).all()
    assert (np.abs(moves).max(axis=0) > np.array((8, 4, 8, 4)) * 0.95).all() and (
        np.abs(moves.mean(axis=0)) < 0.6
    ).all()
    assert (np.abs(np.corrcoef(moves.T)[np.triu_indices(4, 1)]) < 0.2).all()


def test_points_move_anywhere_within_a_circle_and_keep_their_labels():
    prompts = many(Prompts.of([(100, 100)], [(20, 30)]))
    moves = np.array([p.points for p in prompts]) - ((100, 100), (20, 30))
    distance = np.linalg.norm(moves, axis=2)
    assert distance.max() <= 3 and distance.max() > 2.9
    assert (distance < 3 / np.sqrt(2)).mean() == pytest.approx(0.5, abs=0.06)  # even over the area
    assert all(p.labels.tolist() == [1, 0] and p.box is None and p.mask_prior is None for p in prompts)


def test_points_of_a_small_box_move_less():
    moves = np.array([p.points[0] for p in many(Prompts.of([(100, 100)], box=(90, 80, 120, 110)))]) - (100, 100)
    assert 1.4 < np.linalg.norm(moves, axis=1).max() <= 1.5
    tiny = np.array([p.points[0] for p in many(Prompts.of([(100, 100)], box=(99, 99, 101, 101)))]) - (100, 100)
    assert 0.9 < np.linalg.norm(tiny, axis=1).max() <= 1


def test_a_mask_prior_moves_as_a_whole_by_whole_pixels():
    prior = np.random.default_rng(0).normal(size=SHAPE).astype(np.float32)
    shifts = set()
    for moved in many(Prompts(mask_prior=prior), count=200):
        inner = moved.mask_prior[10:-10, 10:-10]
        found = [
            (dx, dy) for dx in range(-3, 4) for dy in range(-3, 4)
            if np.array_equal(inner, prior[10 - dy : 190 - dy, 10 - dx : 290 - dx])
        ]  # fmt: skip
        assert len(found) == 1
        dx, dy = found[0]
        assert dy <= 0 or (moved.mask_prior[:dy] == prior.min()).all()
        assert dx >= 0 or (moved.mask_prior[:, dx:] == prior.min()).all()
        shifts.add(found[0])
    assert len(shifts) > 40


@pytest.mark.parametrize("shape", [(1, 1), (5, 4), SHAPE])
def test_everything_stays_on_the_slice(shape):
    height, width = shape
    corners = [(0, 0), (width - 1, height - 1)]
    prior = np.ones(shape, np.float32)
    for moved in many(Prompts.of(corners, box=(0, 0, width - 1, height - 1), mask_prior=prior), shape, 60):
        assert (moved.points >= 0).all() and (moved.points <= (width - 1, height - 1)).all()
        assert (moved.box >= 0).all() and (moved.box <= (width - 1, height - 1, width - 1, height - 1)).all()
        assert moved.mask_prior.shape == shape


def test_the_same_seed_gives_the_same_prompts():
    prompts = Prompts.of([(10, 20)], box=(5, 5, 40, 50))
    one, again, other = (many(prompts, count=JITTERED_PROMPTS, seed=seed) for seed in (1, 1, 2))
    assert all(
        np.array_equal(a.points, b.points) and np.array_equal(a.box, b.box) for a, b in zip(one, again, strict=True)
    )
    assert not any(np.array_equal(a.box, b.box) for a, b in zip(one, other, strict=True))


def test_nothing_to_vary_is_refused():
    with pytest.raises(InputError, match="no prompt"):
        many(Prompts())
    with pytest.raises(InputError, match="two answers"):
        many(Prompts.of([(1, 1)]), count=1)


def test_disagreement_is_0_where_all_agree_and_1_where_half_of_them_do():
    masks = np.zeros((4, 1, 5), bool)
    masks[:, 0] = [(0, 0, 0, 0, 1), (0, 0, 0, 1, 1), (0, 0, 1, 1, 1), (0, 1, 1, 1, 1)]
    expected = [0, 0.8112781, 1, 0.8112781, 0]
    assert disagreement(masks).dtype == np.float32
    assert np.allclose(disagreement(masks)[0], expected, atol=1e-6)
    assert np.allclose(disagreement(masks.astype(np.float64))[0], expected, atol=1e-6)


def test_disagreement_of_probabilities_is_the_entropy_of_their_mean():
    p = np.random.default_rng(0).random((3, 4, 5))
    mean = p.mean(axis=0)
    assert np.allclose(disagreement(p), -mean * np.log2(mean) - (1 - mean) * np.log2(1 - mean), atol=1e-6)


@pytest.mark.parametrize(
    "masks", [np.zeros((0, 3, 3)), np.zeros((3, 3)), np.full((2, 2, 2), 1.5), np.full((2, 2, 2), np.nan)]
)
def test_what_is_no_set_of_answers_is_refused(masks):
    with pytest.raises(InputError):
        disagreement(masks)
