"""What tells whether the structure is there, and what is said when it is not."""

from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation import StopReason
from SAMSegmenterLib.core.propagation.evidence import MEASURES, NAMES, Evidence, EvidenceHistory, reason_of
from SAMSegmenterLib.core.propagation.evidence_weights import PRESENCE

GOOD = Evidence(**dict(zip(MEASURES, PRESENCE.means, strict=False)))


def value(values, name):
    return values[NAMES.index(name)]


def test_an_empty_mask_is_no_structure():
    assert EvidenceHistory(10, 2).judge(Evidence.nothing()) == (0.0, 0.0)


def test_the_first_slice_is_compared_with_nothing():
    values = EvidenceHistory(10.0, 5.0).values(replace(GOOD, score=0.8))
    assert len(values) == len(NAMES) and value(values, "score") == 0.8
    assert value(values, "score_change") == 0 and value(values, "score_lately") == 0.8
    assert value(values, "distance") == value(values, "slice_distance") == pytest.approx(np.log(0.5))


def test_later_slices_are_compared_with_those_before_and_the_last_three_are_averaged():
    history = EvidenceHistory(10.0, 5.0)
    for score in (0.9, 0.6, 0.3):
        history.add(replace(GOOD, score=score))
    values = history.values(replace(GOOD, score=0.0))
    assert value(values, "score_change") == pytest.approx(-0.6)
    assert value(values, "score_lately") == pytest.approx(0.3)
    assert value(values, "distance") == pytest.approx(np.log(4 * 0.5))


def test_an_empty_slice_counts_as_a_step_and_not_as_a_measure():
    history = EvidenceHistory(10.0, 5.0)
    history.add(Evidence.nothing())
    values = history.values(replace(GOOD, score=0.7))
    assert value(values, "score_change") == 0 and value(values, "distance") == pytest.approx(np.log(1.0))


@pytest.mark.parametrize("distance", [None, 1.0])
def test_an_unknown_distance_is_that_of_a_pixel_and_tiny_structures_count_as_one(distance):
    values = EvidenceHistory(0.3, distance).values(GOOD)
    assert value(values, "slice_distance") == 0


def test_judging_changes_nothing():
    history = EvidenceHistory(10.0, 5.0)
    history.add(GOOD)
    assert history.judge(GOOD) == history.judge(GOOD)


def test_what_speaks_for_the_structure_raises_both_numbers():
    history = EvidenceHistory(10.0, 3.0)
    better = replace(GOOD, overlap=0.95, intensity=2.0, texture=0.95, jump=0.0, change=0.0)
    worse = replace(GOOD, overlap=0.1, intensity=-2.0, texture=-0.5, jump=2.0, change=2.0, growth=-2.0)
    for number in (0, 1):
        assert 0 < history.judge(worse)[number] < history.judge(better)[number] < 1


def test_the_confidence_is_never_above_the_probability():
    presence, confidence = EvidenceHistory(10.0, 3.0).judge(GOOD)
    assert 0 < confidence < presence < 1


def values_against(*names):
    """Values that speak against the structure in these measures alone, and are usual in all others."""
    values = np.array(PRESENCE.means)
    for name in names:
        number = NAMES.index(name)
        values[number] -= np.sign(PRESENCE.weights[number]) * 3 * PRESENCE.scales[number]
    return values


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("jump", StopReason.JUMP),
        ("intensity", StopReason.INTENSITY),
        ("intensity_lately", StopReason.INTENSITY),
        ("overlap", StopReason.OVERLAP),
        ("texture_change", StopReason.OVERLAP),
        ("change", StopReason.AREA),
        ("score", StopReason.SCORE),
        ("logit_lately", StopReason.SCORE),
    ],
)
def test_the_reason_is_what_speaks_against_it(name, reason):
    assert reason_of(values_against(name)) == reason


def test_without_one_that_stands_out_several_signs_are_the_reason():
    assert reason_of(np.array(PRESENCE.means)) == StopReason.EVIDENCE
    assert reason_of(values_against("support")) == StopReason.EVIDENCE
    groups = {"score": ("score",), "jump": ("jump",), "intensity": ("separation",), "area": ("change",)}
    values = np.array(PRESENCE.means)
    for names in groups.values():  # each lowers the logit by the same
        number = NAMES.index(names[0])
        values[number] -= 0.02 / PRESENCE.weights[number] * PRESENCE.scales[number]
    assert reason_of(values) == StopReason.EVIDENCE
