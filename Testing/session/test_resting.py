from __future__ import annotations

from SAMSegmenterLib.session.resting import Resting
from support.editing import Clock


def test_a_change_is_due_once_it_rests():
    clock = Clock()
    change = Resting(2.0, clock)
    assert not change.take() and not change.is_waiting
    change.note()
    clock.now += 1.9
    assert not change.take() and change.is_waiting
    change.note()
    clock.now += 1.9
    assert not change.take()
    clock.now += 0.2
    assert change.take() and not change.take() and not change.is_waiting


def test_a_change_that_never_rests_is_due_after_ten_times_as_long():
    clock = Clock()
    change = Resting(2.0, clock)
    taken = []
    for _ in range(50):
        change.note()
        clock.now += 1.0
        if change.take():
            taken.append(clock.now)
    assert taken == [120.0, 140.0]


def test_a_change_can_be_forgotten():
    clock = Clock()
    change = Resting(1.0, clock)
    change.note()
    change.clear()
    clock.now += 5.0
    assert not change.take()
