"""The mean over structures counts every structure the same."""

import pytest

from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore, mean_dice


def test_structures_count_the_same_however_many_objects_they_have():
    scores = [ObjectScore("a", 0, 1.0, 0.0), ObjectScore("b", 0, 0.2, 0.0), ObjectScore("b", 1, 0.4, 0.0)]
    assert mean_dice(scores) == pytest.approx((1.0 + 0.3) / 2)


def test_no_scores_have_no_mean():
    with pytest.raises(ValueError):
        mean_dice([])
