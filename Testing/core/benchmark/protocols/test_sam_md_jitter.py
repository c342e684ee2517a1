import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import sam_md_jitter
from SAMBenchmarkLib.core.protocols.sam_md_jitter import jittered_box
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

WIDE = (400, 500)
BOX = np.array([200, 150, 260, 190])


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5])
def test_every_side_moves_by_itself_and_evenly_up_to_the_share_of_the_box(share):
    reach = share * np.array([61, 41, 61, 41])
    moved = np.array([jittered_box(BOX, share, WIDE, np.random.default_rng(n)) - BOX for n in range(1500)]) / reach
    assert np.abs(moved).max() <= 1 + 1e-9
    assert np.abs(np.corrcoef(moved.T) - np.eye(4)).max() < 0.12
    assert np.abs(moved).max(axis=0).min() > 0.99
    assert moved.mean(axis=0) == pytest.approx(np.zeros(4), abs=0.06)


def test_sides_that_pass_each_other_are_swapped_and_the_box_stays_in_the_image():
    for n in range(200):
        x0, y0, x1, y1 = jittered_box([0, 5, 9, 6], 1.0, (10, 10), np.random.default_rng(n))
        assert 0 <= x0 <= x1 <= 9 and 0 <= y0 <= y1 <= 9


def test_no_jitter_leaves_the_box():
    assert jittered_box(BOX, 0.0, WIDE, np.random.default_rng(0)).tolist() == BOX.tolist()


def test_every_level_is_drawn_three_times_for_the_box_alone():
    mask = square(WIDE, 150, 200, 190, 260)
    predictor = ScriptedPredictor(lambda said: [mask] * 3)
    options = protocol_options("sam-md-jitter")
    found = [a for _t, a in sam_md_jitter.evaluate(slice_model(predictor, WIDE), [target_of(mask)], options)]
    shares = ("0.01", "0.05", "0.1", "0.25", "0.5")
    expected = [("S5", f"sam-md-jitter:{share}", repeat) for share in shares for repeat in (1, 2, 3)]
    assert [(a.strategy, a.variant, a.repeat) for a in found] == expected
    assert len({tuple(a.prompts.box) for a in found}) == 15 and not any(len(a.prompts.points) for a in found)
