"""What counts, what is rejected and what is repaired on the way out."""

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import CARRIED, REPAIRED, PropagationParameters, StopReason, VolumeStack, latest
from SAMSegmenterLib.core.propagation.evidence import NAMES, Evidence
from SAMSegmenterLib.core.propagation.evidence_weights import PRESENCE
from SAMSegmenterLib.core.propagation.fusion import fused
from SAMSegmenterLib.core.propagation.journey import Journey
from SAMSegmenterLib.core.propagation.keyframes import Outwards
from SAMSegmenterLib.core.propagation.tracker import Step
from SAMSegmenterLib.core.slicing import SlicePlane
from support.masks import rectangle

SHAPE = (20, 24)
MASK = rectangle(SHAPE, 5, 5, 14, 12)
NOTHING = np.zeros(SHAPE, bool)
STACK = VolumeStack(Volume(np.zeros((20, *SHAPE), np.uint8)), SlicePlane.lattice(0, 0))


class Script:
    """In place of a tracker: speaks against each slice by its intensities."""

    def __init__(self):
        self.taken, self.mask = [], MASK

    def values_of(self, _evidence):
        values = np.array(PRESENCE.means)
        number = NAMES.index("intensity")
        values[number] -= np.sign(PRESENCE.weights[number]) * 3 * PRESENCE.scales[number]
        return values

    def take(self, _view, mask, _step):
        self.taken.append(mask)


def a_step(probability, mask=MASK, answered=True):
    support = np.where(mask, 1, -1).astype(np.float32)
    whole = (slice(0, SHAPE[0]), slice(0, SHAPE[1]))
    return Step(mask, whole, support, Prompts(), Evidence(), probability, 0.5 * probability, answered)


def travel(probabilities, patience=2, end=19, step=1, reason=StopReason.VOLUME, masks=None, taken=None):
    """All reports of a way that starts on slice 10."""
    span = Outwards("a", 10, step, end, reason)
    told, script = PropagationParameters(patience=patience), Script()
    taken_at = lambda _segment, index: (taken or {}).get(index, NOTHING)  # noqa: E731
    journey, results = Journey(span, MASK, script, STACK, told, taken_at), []
    for number, probability in enumerate(probabilities, 1):
        index = 10 + step * number
        if not journey.reaches(index):
            break
        mask = (masks or {}).get(index, MASK)
        results += journey.take(index, None, mask, a_step(probability, mask))
    return results, journey, script


@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize("step", [1, -1])
def test_a_direction_ends_after_as_many_rejected_slices_as_patience_says(patience, step):
    results, journey, _script = travel([0.9, 0.9] + 5 * [0.1], patience, 10 + 9 * step, step)
    held = latest(results)["a"]
    assert journey.is_over and len(held) == 2 + patience
    assert [k for k, r in held.items() if r.final] == sorted([10 + step, 10 + 2 * step])
    assert {k: r.stop_reason for k, r in held.items() if r.stop_reason} == {10 + 3 * step: StopReason.INTENSITY}


@pytest.mark.parametrize(("patience", "rejected"), [(2, 1), (3, 1), (3, 2)])
def test_rejected_slices_with_a_good_one_behind_them_are_repaired_from_both_sides(patience, rejected):
    far = np.roll(MASK, 3, 1)
    index = 11 + rejected
    results, journey, _script = travel(rejected * [0.1] + [0.9], patience, masks={index: far})
    held = latest(results)["a"]
    assert not journey.is_over and all(r.final and r.stop_reason is None for r in held.values())
    for number in range(1, rejected + 1):
        one = held[10 + number]
        between = fused(MASK, far, number / (rejected + 1))
        assert one.origin == REPAIRED and np.array_equal(one.mask, fused(between, MASK, 0.5))
        agreement = 2 * np.count_nonzero(between & MASK) / (between.sum() + MASK.sum())
        assert one.slice_confidence == pytest.approx(0.5 * (0.05 + agreement))
    assert held[index].origin == CARRIED


def test_an_empty_slice_between_good_ones_is_filled():
    results, _journey, _script = travel([0.9, 0.9, 0.9], masks={12: NOTHING})
    one = latest(results)["a"][12]
    assert one.origin == REPAIRED and one.final and np.array_equal(one.mask, MASK)


def test_a_repair_leaves_alone_what_others_took_and_does_not_count_when_nothing_is_left():
    half = MASK.copy()
    half[:, 10:] = False
    one = latest(travel([0.1, 0.9], taken={11: half})[0])["a"][11]
    assert one.final and np.array_equal(one.mask, MASK & ~half)
    one = latest(travel([0.1, 0.9], taken={11: MASK})[0])["a"][11]
    assert not one.final and not one.mask.any()


def test_the_last_slice_carries_the_reason_of_the_range():
    results, journey, _script = travel([0.9, 0.9, 0.9], end=12, reason=StopReason.MARK)
    assert journey.is_over and [(r.index, r.stop_reason) for r in results] == [(11, None), (12, StopReason.MARK)]


def test_a_rejected_slice_at_the_end_ends_it_without_patience():
    results, journey, _script = travel([0.9, 0.1], patience=3, end=12)
    assert journey.is_over
    held = latest(results)["a"]
    assert held[11].final and not held[12].final and held[12].stop_reason == StopReason.INTENSITY


def test_a_way_without_slices_is_over_at_once():
    journey = travel([], end=10)[1]
    assert journey.is_over and not journey.reaches(11)


def test_a_way_reaches_what_lies_ahead_up_to_its_end():
    journey = travel([], end=13)[1]
    assert [index for index in range(20) if journey.reaches(index)] == [11, 12, 13]


@pytest.mark.parametrize(
    ("found", "left", "answered", "reason"),
    [
        (NOTHING, NOTHING, False, StopReason.EMPTY),
        (NOTHING, NOTHING, True, StopReason.INTENSITY),
        (MASK, NOTHING, True, StopReason.TAKEN),
    ],
)
def test_what_left_nothing_is_told(found, left, answered, reason):
    journey = travel([])[1]
    results = []
    for index in (11, 12):
        results += journey.take(index, None, left, a_step(0.9, found, answered))
    assert latest(results)["a"][11].stop_reason == reason and not any(r.final for r in results)


def test_the_evidence_that_is_just_enough_is_enough():
    enough = PropagationParameters().min_evidence
    assert travel([enough])[0][0].final and not travel([enough - 1e-9])[0][0].final


def test_the_tracker_goes_on_from_what_others_left():
    script = travel([0.9], masks={11: MASK & ~rectangle(SHAPE, 5, 5, 7, 12)})[2]
    assert np.array_equal(script.taken[0], rectangle(SHAPE, 8, 5, 14, 12))
