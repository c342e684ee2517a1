from itertools import pairwise

import numpy as np
import pytest

from SAMBenchmarkLib.core.protocols import huang_rounds
from support.slice_models import ScriptedPredictor, protocol_options, slice_model, square, target_of

SHAPE = (20, 30)
OBJECT = square(SHAPE, 4, 4, 12, 12)


def course(reply, selection="oracle", mask=OBJECT, **settings):
    predictor = ScriptedPredictor(reply)
    options = protocol_options("huang-rounds", **settings)
    found = huang_rounds.evaluate(slice_model(predictor, mask.shape), [target_of(mask)], options)
    return [answer for _t, answer in found if selection in answer.rules], predictor


def points(answer):
    return list(zip(map(tuple, answer.prompts.points.tolist()), answer.prompts.labels.tolist(), strict=True))


def independent_click(reference, prediction, clicked):
    """The rule once more, by looking at every pair of pixels."""
    depths = []
    for wrong in (reference & ~prediction, prediction & ~reference):
        padded, depth = np.pad(wrong, 1), np.zeros(wrong.shape)
        outside = np.argwhere(~padded) - 1
        for y, x in np.argwhere(wrong):
            if (x, y) not in clicked:
                depth[y, x] = np.sqrt(((outside - (y, x)) ** 2).sum(axis=1).min())
        depths.append(depth)
    missed, superfluous = depths
    label = int(missed.max() > superfluous.max())
    depth = missed if label else superfluous
    if not depth.max():
        return None
    y, x = divmod(int(depth.argmax()), depth.shape[1])
    return (x, y), label


def test_every_click_is_the_one_of_an_independent_implementation():
    rng = np.random.default_rng(5)
    masks = [square(SHAPE, *sorted(rng.integers(0, 9, 2)), *(10 + rng.integers(0, 9, 2))) for _ in range(40)]
    found, _ = course(lambda said: [masks[len(said.points)]] * 3)
    assert points(found[0]) == [((8, 8), 1)]
    for before, after in pairwise(found):
        clicked = [xy for xy, _label in points(before)]
        expected = independent_click(OBJECT, before.candidates.masks[0], clicked)
        assert points(after)[-1] == expected
        assert points(after)[:-1] == points(before)
    assert len(found) == 10


def test_a_perfect_answer_ends_the_course():
    found, _ = course(lambda said: [OBJECT] * 3)
    assert [answer.round for answer in found] == [1]


def test_no_pixel_is_clicked_twice():
    found, _ = course(lambda said: [np.zeros(SHAPE, bool)] * 3)
    clicked = [xy for xy, _label in points(found[-1])]
    assert len(found) == len(set(clicked)) == 10


def test_a_course_over_fewer_wrong_pixels_than_rounds_ends_with_them():
    tiny = square(SHAPE, 3, 3, 3, 5)
    found, _ = course(lambda said: [np.zeros(SHAPE, bool)] * 3, mask=tiny)
    assert len(found) == 3


def test_the_centre_of_a_ring_is_used_only_as_the_preset_says():
    ring = OBJECT & ~square(SHAPE, 6, 6, 10, 10)
    for preset, inside in (("paper", True), ("authors_code", False)):
        found, _ = course(lambda said: [ring] * 3, mask=ring, preset=preset)
        (x, y), label = points(found[0])[0]
        assert (bool(ring[int(y), int(x)]), label) == (inside, 1)


@pytest.mark.parametrize("feed", [False, True])
def test_logits_are_given_back_only_when_asked_for(feed):
    half = square(SHAPE, 4, 4, 12, 7)
    _, predictor = course(lambda said: [half] * 3, feed_previous_logits=feed, click_rounds=3)
    given = predictor.given[:3]
    assert given[0] is None
    assert [one is not None for one in given[1:]] == [feed, feed]
    if feed:  # the oracle takes the first of equal candidates
        np.testing.assert_array_equal(given[1][0], np.arange(4, dtype=np.float32).reshape(2, 2))
