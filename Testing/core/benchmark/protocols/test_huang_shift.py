import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import huang_shift
from SAMBenchmarkLib.core.protocols.huang_shift import shifted_box, shifted_points
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

WIDE = (400, 500)
OBJECT = square(WIDE, 150, 200, 190, 260)
LEVELS = ((0, 10), (10, 20), (20, 30))


@pytest.mark.parametrize("level", LEVELS)
def test_points_move_by_a_distance_of_the_level_in_every_direction(level):
    moved = shifted_points(np.tile([250, 200], (2000, 1)), level, WIDE, np.random.default_rng(0)) - [250, 200]
    radius, angle = np.hypot(*moved.T), np.arctan2(moved[:, 1], moved[:, 0])
    assert radius.min() >= level[0] - 1e-9 and radius.max() <= level[1] + 1e-9
    assert np.histogram(angle, 8, (-np.pi, np.pi))[0].min() > 180  # 250 expected, standard deviation 15
    assert np.histogram(radius, 5, level)[0].min() > 330  # 400 expected, standard deviation 18


@pytest.mark.parametrize("level", LEVELS)
def test_boxes_grow_on_every_side_or_move_as_they_are(level):
    box = np.array([200, 150, 260, 190])
    for seed in range(50):
        grown = shifted_box(box, level, WIDE, "enlarge", np.random.default_rng(seed)) - box
        assert ((grown * [-1, -1, 1, 1] >= level[0]) & (grown * [-1, -1, 1, 1] <= level[1])).all()
        moved = shifted_box(box, level, WIDE, "move", np.random.default_rng(seed)) - box
        assert (
            (moved[:2] == moved[2:]).all() and (np.abs(moved) >= level[0]).all() and (np.abs(moved) <= level[1]).all()
        )


def test_mixed_boxes_are_one_or_the_other_about_equally_often():
    box, counts = np.array([200, 150, 260, 190]), {"enlarge": 0, "move": 0}
    for seed in range(200):
        drawn = {rule: shifted_box(box, (10, 20), WIDE, rule, np.random.default_rng(seed)).tolist() for rule in counts}
        mixed = shifted_box(box, (10, 20), WIDE, "mixed", np.random.default_rng(seed)).tolist()
        counts[next(rule for rule, one in drawn.items() if one == mixed)] += 1
    assert 70 < counts["enlarge"] < 130


def test_nothing_leaves_the_image():
    shape = (12, 16)
    for seed in range(40):
        rng = np.random.default_rng(seed)
        box = shifted_box([2, 2, 14, 10], (20, 30), shape, "mixed", rng)
        assert (box >= 0).all() and (box <= [15, 11, 15, 11]).all() and (box[:2] <= box[2:]).all()
        assert (shifted_points([[3, 3]], (20, 30), shape, rng) <= [15, 11]).all()


def said(strategies=("S2", "S3", "S4", "S5", "S6"), seed=1, **settings):
    predictor = ScriptedPredictor(lambda prompts: [OBJECT] * 3)
    options = protocol_options("huang-shift", strategies=strategies, **settings)
    target = target_of(OBJECT, key=(seed, "case", 0, "axial", 3, 1))
    found = [a for _t, a in huang_shift.evaluate(slice_model(predictor, WIDE), [target], options)]
    return {(a.strategy, a.variant, a.repeat): a.prompts for a in found}


def test_three_levels_and_three_repeats_of_every_prompted_strategy():
    keys = set(said(("S1", "S2", "S5")))
    variants = [f"huang-shift:{low}-{high}" for low, high in LEVELS]
    assert keys == {(s, v, r) for s in ("S2", "S5") for v in variants for r in (1, 2, 3)}


def test_only_the_centre_moves_and_all_strategies_share_it():
    prompts, simulated = said(), ObjectPrompts.of(OBJECT)
    at = "huang-shift:10-20", 2
    centre = prompts["S2", *at].points[0]
    assert 10 <= np.hypot(*(centre - simulated.single)) <= 20
    for strategy in ("S3", "S4"):
        np.testing.assert_array_equal(prompts[strategy, *at].points[0], centre)
        np.testing.assert_array_equal(prompts[strategy, *at].points[1:], simulated.prompts(strategy).points[1:])
    np.testing.assert_array_equal(prompts["S6", *at].points[0], centre)
    np.testing.assert_array_equal(prompts["S6", *at].box, prompts["S5", *at].box)
    assert prompts["S5", *at].box.tolist() != list(simulated.box)
    assert prompts["S4", *at].labels.tolist() == [1] * 5 + [0] * 5


def test_all_points_move_when_asked_for():
    moved = said(jitter_points="all")["S4", "huang-shift:20-30", 1].points
    distance = np.hypot(*(moved - ObjectPrompts.of(OBJECT).prompts("S4").points).T)
    assert (distance >= 20 - 1e-9).all() and (distance <= 30 + 1e-9).all()


def test_repeats_and_seeds_differ_and_the_same_seed_repeats_itself():
    def flat(prompts):
        return [(*p.points.ravel().tolist(), *(p.box if p.box is not None else ())) for p in prompts.values()]

    once = said()
    assert flat(once) == flat(said())
    assert flat(once) != flat(said(seed=2))
    assert len({tuple(once["S2", "huang-shift:0-10", repeat].points[0]) for repeat in (1, 2, 3)}) == 3
