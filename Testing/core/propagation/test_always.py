"""What holds of propagation whatever comes: keyframes, overlaps, stops, corrections, odd models."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.propagation import (
    KEYFRAME,
    REPAIRED,
    PropagationParameters,
    StopReason,
    latest,
    propagate,
)
from SAMSegmenterLib.core.propagation.journey import Journey
from SAMSegmenterLib.core.slicing import SlicePlane
from support.carried_phantoms import PART, SHAPE, assert_apart, found, one_box, run, told, two_boxes, volume_of
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import RoughPredictor
from support.phantoms import FIRST, SECOND, two_boxes_volume

# What always holds


def test_a_slice_that_is_repaired_does_not_cover_another_segment(monkeypatch):
    volume, labels = two_boxes()
    volume.array[7][PART[0], 10:30] = SECOND
    judge, seen = Journey._objection, []

    def rejects_the_first_slice(journey, mask, step):
        if journey.span.segment == "a" and journey not in seen:
            seen.append(journey)
            return StopReason.EVIDENCE
        return judge(journey, mask, step)

    monkeypatch.setattr(Journey, "_objection", rejects_the_first_slice)
    results = run(volume, {6: {"a": labels == 1, "b": labels == 2}}, first=6, last=9)
    assert latest(results)["a"][7].origin == REPAIRED
    assert_apart(results)


def test_a_segment_that_grows_over_the_keyframe_of_another_gives_way():
    volume, labels = two_boxes()
    volume.array[8][PART[0], 4:30] = FIRST
    results = run(volume, {6: {"a": labels == 1}, 8: {"b": labels == 2}})
    assert_apart(results)
    assert np.array_equal(found(results, "b")[8], labels == 2)


def scenes():
    volume, labels = two_boxes()
    one = {6: {"a": labels == 1, "b": labels == 2}}
    two = {4: {"a": labels == 1, "b": labels == 2}, 9: {"a": labels == 1}}
    return [
        pytest.param(volume, keyframes, predictor, id=f"{name} {len(keyframes)}")
        for name, predictor in (("exact", ThresholdPredictor), ("rough", RoughPredictor))
        for keyframes in (one, two)
    ]


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_keyframes_never_change(volume, keyframes, predictor):
    given = {(s, k): mask.copy() for k, masks in keyframes.items() for s, mask in masks.items()}
    held = latest(run(volume, keyframes, predictor()))
    for (segment, index), mask in given.items():
        assert np.array_equal(keyframes[index][segment], mask)
        one = held[segment][index]
        assert np.array_equal(one.mask, mask) and one.origin == KEYFRAME and one.final and one.slice_confidence == 1


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_segments_never_overlap(volume, keyframes, predictor):
    assert_apart(run(volume, keyframes, predictor()))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_two_runs_say_the_same(volume, keyframes, predictor):
    assert told(run(volume, keyframes, predictor())) == told(run(volume, keyframes, predictor()))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_every_result_is_whole_and_every_direction_ends_with_a_reason(volume, keyframes, predictor):
    results = run(volume, keyframes, predictor())
    for r in results:
        assert r.mask.shape == SHAPE[1:] and r.mask.dtype == bool and r.plane == SlicePlane.lattice(0, r.index)
        assert 0 <= r.slice_confidence <= 1 and r.direction in (-1, 0, 1)
        if r.prompts is not None and r.prompts.box is not None:
            x0, y0, x1, y1 = r.prompts.box
            assert 0 <= x0 <= x1 <= SHAPE[2] - 1 and 0 <= y0 <= y1 <= SHAPE[1] - 1
    for segment, by_index in latest(results).items():
        outermost = [k for k, masks in keyframes.items() if segment in masks]
        up = [r for k, r in by_index.items() if r.stop_reason and k >= max(outermost)]
        down = [r for k, r in by_index.items() if r.stop_reason and k <= min(outermost)]
        assert up and down, segment
        indices = sorted(by_index)
        assert indices == list(range(indices[0], indices[-1] + 1))


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_stopping_at_any_question_leaves_what_came_before_as_it_was(volume, keyframes, predictor):
    asked = 0

    def count():
        nonlocal asked
        asked += 1
        return False

    whole = told(run(volume, keyframes, predictor(), count))
    assert asked >= 4
    parameters = PropagationParameters(square_pixels=False)
    for stop_at in range(asked):
        questions = itertools.count()
        got = []
        with pytest.raises(Cancelled):
            for result in propagate(volume, keyframes, predictor(), parameters, lambda: next(questions) >= stop_at):  # noqa: B023
                got.append(result)
        assert told(got) == whole[: len(got)] and len(got) < len(whole)


@pytest.mark.parametrize(("volume", "keyframes", "predictor"), scenes())
def test_a_reader_that_goes_away_ends_it(volume, keyframes, predictor):
    asked = predictor()
    results = propagate(volume, keyframes, asked, PropagationParameters(square_pixels=False))
    next(results)
    results.close()
    calls = asked.encode_calls
    assert list(results) == [] and asked.encode_calls == calls


# After a correction


def test_a_new_keyframe_runs_its_span_alone():
    volume, truth = one_box()
    keyframes = {4: {"a": truth[4]}, 7: {"a": truth[7]}, 10: {"a": truth[10]}}
    results = [r for r in run(volume, keyframes, around=7) if r.origin != KEYFRAME]
    assert results and {r.index for r in results} <= {5, 6, 8, 9}
    assert all(np.array_equal(r.mask, truth[r.index]) for r in results if r.final)


def test_what_is_settled_is_not_grown_over():
    volume, truth = one_box()
    half = truth[8].copy()
    half[:, 17:] = False
    settled = {k: {"b": half} for k in (5, 7, 8)}
    masks = found(run(volume, {6: {"a": truth[6]}}, settled=settled))
    for index in settled:
        assert index not in masks or not (masks[index] & half).any()


# Models


class Odd(ThresholdPredictor):
    """Changes its answers from the third decoding on."""

    def __init__(self, change):
        super().__init__()
        self._change = change

    def decode(self, *arguments, **named):
        answers = super().decode(*arguments, **named)
        return answers if self.decode_calls < 3 else [self._change(answer) for answer in answers]


def _fail(answer):
    raise ModelError("The model broke.", "Try again.")


CHANGES = {
    "scores without a number": lambda a: replace(a, scores=np.full_like(a.scores, np.nan)),
    "scores above one": lambda a: replace(a, scores=a.scores + 7),
    "scores below zero": lambda a: replace(a, scores=a.scores - 7),
    "empty masks": lambda a: replace(a, masks=np.zeros_like(a.masks)),
    "full masks": lambda a: replace(a, masks=np.ones_like(a.masks)),
    "no logits": lambda a: Candidates(a.masks, a.scores),
    "one candidate": lambda a: Candidates(a.masks[:1], a.scores[:1], None if a.low_res is None else a.low_res[:1]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_odd_answers_end_in_order(change):
    volume, truth = one_box()
    results = run(volume, {6: {"a": truth[6]}}, Odd(change))
    assert np.array_equal(found(results)[6], truth[6])
    assert all(0 <= r.slice_confidence <= 1 for r in results)
    assert not any(mask.all() for mask in found(results).values())


def test_a_model_that_fails_is_told_after_what_was_found():
    volume, truth = one_box()
    results = propagate(volume, {6: {"a": truth[6]}}, Odd(_fail), PropagationParameters(square_pixels=False))
    got = []
    with pytest.raises(ModelError, match="The model broke"):
        for result in results:
            got.append(result)
    assert got and all(np.array_equal(r.mask, truth[r.index]) for r in got if r.final)


def test_encoding_and_decoding_stay_within_what_was_promised():
    volume, truth = one_box()
    predictor = ThresholdPredictor()
    results = run(volume, {6: {"a": truth[6]}}, predictor)
    visited = len({r.index for r in results})
    assert predictor.encoded_images <= visited and predictor.decoded_prompts <= 2 * visited


def test_both_boxes_of_the_usual_phantom_are_found_along_every_axis():
    volume, segmentation = two_boxes_volume()
    labels = segmentation.layers[0]
    for axis, start in ((0, 8), (1, 14)):
        seeds = {name: np.take(labels, start, axis) == value for name, value in (("a", 1), ("b", 2))}
        shown = np.flatnonzero(labels.any(axis=tuple(other for other in range(3) if other != axis)))
        results = run(volume, {start: seeds}, axis=axis, first=int(shown[0]), last=int(shown[-1]))
        for name, value in (("a", 1), ("b", 2)):
            truth = np.moveaxis(labels == value, axis, 0)
            there = truth.any(axis=(1, 2))
            assert np.array_equal(volume_of(results, truth.shape, name)[there], truth[there])
        assert_apart(results)
