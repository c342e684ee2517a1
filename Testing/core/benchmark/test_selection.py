import numpy as np
import pytest

from SAMBenchmarkLib.core.selection import RULES, select
from SAMSegmenterLib.core.errors import InputError
from support.masks import blob, disk, rectangle


def smoothed_dice(candidate, reference):
    both = np.logical_and(candidate, reference).sum()
    return (2.0 * both + 0.1) / (candidate.sum() + reference.sum() + 0.1)


@pytest.mark.parametrize("seed", range(8))
def test_the_oracle_takes_the_largest_smoothed_dice(seed):
    rng = np.random.default_rng(seed)
    reference = blob(rng, (30, 44))
    candidates = np.stack([blob(rng, (30, 44), share) for share in rng.uniform(0.02, 0.9, 40)])
    expected = int(np.argmax([smoothed_dice(candidate, reference) for candidate in candidates]))
    assert select(candidates, np.zeros(40), reference, "oracle_dice") == expected
    assert select(candidates, np.zeros(40), reference, "oracle") == expected
    assert select(list(candidates), np.zeros(40), reference, "oracle_iou") == expected


def test_equal_candidates_give_the_first():
    reference = disk((20, 20), (9, 9), 5)
    candidates = np.stack([~reference, reference, reference])
    for rule in ("oracle_dice", "oracle_iou"):
        assert select(candidates, [0, 0, 0], reference, rule) == 1
    assert select(candidates, [0.5, 0.9, 0.9], reference, "predicted_iou") == 1


def test_without_overlap_smoothing_prefers_the_smallest_and_iou_the_last():
    reference = rectangle((20, 20), 0, 0, 4, 4)
    large, small = rectangle((20, 20), 8, 8, 18, 18), rectangle((20, 20), 8, 8, 9, 9)
    candidates = np.stack([large, small, large])
    assert select(candidates, [1, 0, 0], reference, "oracle_dice") == 1
    assert select(candidates, [1, 0, 0], reference, "oracle_iou") == 2


def test_empty_candidates_are_allowed():
    reference = rectangle((20, 20), 0, 0, 4, 4)
    candidates = np.stack([np.zeros((20, 20), bool), reference, np.zeros((20, 20), bool)])
    assert select(candidates, [0, 0, 0], reference, "oracle_dice") == 1
    assert select(candidates[::2], [0, 0], reference, "oracle_iou") == 1
    assert select(candidates, [0, 0, 0], np.zeros((20, 20), bool), "oracle_dice") == 0


@pytest.mark.parametrize("rule", ["predicted_iou", "confidence"])
def test_the_predicted_iou_ignores_the_reference(rule):
    reference = disk((20, 20), (9, 9), 5)
    candidates = np.stack([reference, ~reference, reference])
    assert select(candidates, [0.3, 0.8, 0.7], reference, rule) == 1
    assert select(candidates, [0.3, np.nan, 0.7], reference, rule) == 2


def test_first_takes_index_zero():
    masks = np.ones((3, 4, 4), bool)
    assert select(masks, [0.1, 0.9, 0.5], masks[0], "first") == 0


@pytest.mark.parametrize("rule", RULES)
def test_no_candidate_gives_none(rule):
    assert select(np.empty((0, 5, 5), bool), np.empty(0), np.ones((5, 5), bool), rule) is None


def test_wrong_arguments_are_refused():
    masks = np.ones((2, 4, 4), bool)
    with pytest.raises(InputError, match="Unknown mask selection 'best'"):
        select(masks, [0, 0], masks[0], "best")
    with pytest.raises(InputError, match="2 candidate masks came with 3 scores"):
        select(masks, [0, 0, 0], masks[0], "first")
    with pytest.raises(InputError, match=r"\(4, 4\) and \(4, 5\)"):
        select(masks, [0, 0], np.ones((4, 5), bool), "oracle_dice")
