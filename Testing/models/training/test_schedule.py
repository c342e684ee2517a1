"""The learning rate rises, stays and falls."""

import pytest

from SAMSegmenterLib.models.training.schedule import rate_share


def test_the_rate_rises_to_the_highest_stays_and_falls_to_almost_nothing():
    shares = [rate_share(step, 100, 10, 0.5) for step in range(100)]
    assert shares[0] == pytest.approx(0.1) and shares[9:51] == [1.0] * 42
    assert shares[75] == pytest.approx(0.5) and shares[99] == pytest.approx(1 / 50)


def test_without_warm_up_or_decay_the_rate_is_the_highest():
    assert [rate_share(step, 3, 0, 0.0) for step in range(3)] == [1.0, 1.0, 1.0]
