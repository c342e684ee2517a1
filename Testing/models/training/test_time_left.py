"""The time left knows that stages cost differently."""

import pytest

from SAMSegmenterLib.models.training.batches import BatchOptions
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.time_left import TimeLeft

SMALL, LARGE = Stage(64, 10, BatchOptions(images=8)), Stage(128, 5, BatchOptions(images=4))
OPTIONS = TrainingOptions((SMALL, LARGE))


def test_before_the_first_step_nothing_is_known():
    assert TimeLeft(OPTIONS).after(0) is None


def test_a_stage_not_yet_seen_is_scaled_by_its_pixels():
    left = TimeLeft(OPTIONS)
    left.add(SMALL, 2.0)
    assert left.after(1) == pytest.approx(9 * 2.0 + 5 * 2.0 * (4 * 128**2) / (8 * 64**2))


def test_a_stage_that_was_seen_counts_with_its_own_times():
    left = TimeLeft(OPTIONS)
    left.add(SMALL, 2.0)
    left.add(LARGE, 7.0)
    assert left.after(11) == pytest.approx(4 * 7.0)
    assert left.after(15) == 0


def test_recent_steps_count_more():
    left = TimeLeft(OPTIONS)
    left.add(LARGE, 1.0)
    for _ in range(60):
        left.add(LARGE, 3.0)
    assert left.after(10) == pytest.approx(5 * 3.0, rel=0.01)
