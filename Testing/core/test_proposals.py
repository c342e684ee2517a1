"""Of overlapping proposals the smallest is the one pointed at."""

import numpy as np
import pytest

from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.proposals import Proposals
from support.masks import disk, rectangle

SHAPE = (40, 50)
ORGAN, LESION, OTHER = rectangle(SHAPE, 5, 5, 30, 30), disk(SHAPE, (20, 20), 4), rectangle(SHAPE, 35, 2, 45, 10)


def proposals(*masks, scores=None, **options):
    stack = np.array(masks, bool).reshape(-1, *SHAPE)
    scores = np.linspace(0.9, 0.8, len(stack)) if scores is None else scores
    return Proposals.of(Candidates(stack, np.array(scores, np.float32)), **options)


def test_the_smallest_mask_under_the_mouse_is_found():
    found = proposals(LESION, ORGAN, OTHER)
    assert len(found) == 3
    assert np.array_equal(found.mask(found.under((20, 20))), LESION)
    assert np.array_equal(found.mask(found.under((7.4, 29.6))), ORGAN)
    assert np.array_equal(found.mask(found.under((40, 5))), OTHER)
    assert [np.count_nonzero(found.masks[n]) for n in range(3)] == sorted(
        (m.sum() for m in (LESION, ORGAN, OTHER)), reverse=True
    )
    assert found.scores[found.under((20, 20))] == np.float32(0.9)


@pytest.mark.parametrize("xy", [(0, 0), (-1, 5), (50, 5), (5, 40), (1e12, 1e12), (np.nan, 3)])
def test_where_there_is_no_mask_nothing_is_found(xy):
    assert proposals(LESION, ORGAN).under(xy) is None


def test_labels_are_a_picture_of_the_smallest_masks():
    found = proposals(LESION, ORGAN)
    assert found.labels.dtype == np.int32
    assert np.array_equal(found.labels > 0, ORGAN | LESION)
    assert np.array_equal(found.labels == found.under((20, 20)) + 1, LESION)


def test_empty_small_and_repeated_masks_are_left_out():
    speck = rectangle(SHAPE, 1, 1, 1, 1)
    found = proposals(ORGAN, LESION, np.zeros(SHAPE), ORGAN, speck, scores=[0.5, 0.6, 0.9, 0.8, 0.7], minimum_px=2)
    assert len(found) == 2 and found.scores.tolist() == pytest.approx([0.8, 0.6])


def test_of_equally_large_masks_the_better_scored_one_lies_on_top():
    left, right = rectangle(SHAPE, 5, 5, 20, 20), rectangle(SHAPE, 10, 5, 25, 20)
    found = proposals(left, right, scores=[0.9, 0.4])
    assert np.array_equal(found.mask(found.under((15, 10))), left)


def test_nothing_found_is_nothing_to_choose():
    found = proposals()
    assert len(found) == 0 and found.under((5, 5)) is None and not found.labels.any() and found.labels.shape == SHAPE
