"""A mask becomes logits that are positive exactly inside and change smoothly across the outline."""

import numpy as np
import pytest

from SAMSegmenterLib.core.mask_logits import PRIOR_LOGIT, mask_logits
from support.masks import blob, disk, rectangle


@pytest.mark.parametrize("edge", [0.3, 1, 4, 25])
@pytest.mark.parametrize("seed", range(3))
def test_logits_are_positive_exactly_inside(edge, seed):
    mask = blob(np.random.default_rng(seed), (40, 50))
    logits = mask_logits(mask, edge)
    assert logits.dtype == np.float32 and np.array_equal(logits > 0, mask)
    assert np.abs(logits).max() <= PRIOR_LOGIT


def test_logits_follow_the_distance_from_the_outline_and_are_full_beyond_the_edge():
    logits = mask_logits(rectangle((30, 40), 10, 0, 29, 29), 4.0)[15]
    assert logits[10] == pytest.approx(PRIOR_LOGIT * 0.5 / 4) and logits[9] == pytest.approx(-PRIOR_LOGIT * 0.5 / 4)
    assert np.allclose(logits[10:14], PRIOR_LOGIT * (np.arange(4) + 0.5) / 4)
    assert (logits[14:26] == PRIOR_LOGIT).all() and (logits[:6] == -PRIOR_LOGIT).all()


def test_the_border_of_the_slice_is_no_outline():
    assert (mask_logits(np.ones((6, 7), bool), 3) == PRIOR_LOGIT).all()
    assert mask_logits(rectangle((20, 20), 0, 0, 19, 9), 3)[0, 0] == PRIOR_LOGIT


def test_an_empty_mask_is_outside_everywhere():
    assert (mask_logits(np.zeros((6, 7), bool), 3) == -PRIOR_LOGIT).all()


def test_what_lies_far_away_is_not_looked_at():
    mask = disk((300, 300), (40, 50), 12)
    whole, part = mask_logits(mask, 5), mask_logits(mask[:90, :80], 5)
    assert np.array_equal(whole[:90, :80], part) and (whole[90:] == -PRIOR_LOGIT).all()
