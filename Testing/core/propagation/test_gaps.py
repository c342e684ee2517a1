"""Between two keyframes."""

import itertools

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import CARRIED, FUSED, PropagationParameters, gaps, latest, propagate
from SAMSegmenterLib.core.propagation.fusion import dice_of
from support.fake_predictor import ThresholdPredictor
from support.masks import rectangle

SHAPE = (32, 40)


def columns_that_move(step=1, count=12):
    masks = [rectangle(SHAPE, 6 + step * k, 8, 16 + step * k, 20) for k in range(count)]
    return Volume(np.where(np.array(masks), 200, 50).astype(np.uint8)), np.array(masks)


def run(volume, truth, indices=(2, 9), predictor=None, should_stop=lambda: False, **parameters):
    told = PropagationParameters(zoom=0, first=indices[0], last=indices[-1], **parameters)
    keyframes = {k: {"a": truth[k]} for k in indices}
    return list(propagate(volume, keyframes, predictor or ThresholdPredictor(), told, should_stop))


def test_every_slice_between_is_made_of_both_passes():
    volume, truth = columns_that_move()
    held = latest(run(volume, truth))["a"]
    assert {k for k, r in held.items() if r.origin == FUSED} == set(range(3, 9))
    assert all(np.array_equal(held[k].mask, truth[k]) for k in held)
    assert all(held[k].final and held[k].direction == 0 and held[k].stop_reason is None for k in range(3, 9))


def test_slices_are_told_while_they_are_found_and_last_as_they_hold():
    volume, truth = columns_that_move()
    results = [r for r in run(volume, truth) if 2 < r.index < 9]
    assert [(r.index, r.origin) for r in results] == [
        *((k, CARRIED) for k in range(3, 9)),
        *((k, FUSED) for k in range(8, 2, -1)),
    ]


def test_the_larger_keyframe_goes_first_and_each_slice_is_seen_from_its_side():
    masks = [rectangle((160, 160), 40 + 2 * k, 40, 50 + 4 * k, 60) for k in range(12)]
    volume, truth = Volume(np.where(np.array(masks), 200, 50).astype(np.uint8)), np.array(masks)
    predictor = ThresholdPredictor()
    told = PropagationParameters(zoom=2, first=2, last=9)
    results = list(propagate(volume, {k: {"a": truth[k]} for k in (2, 9)}, predictor, told))
    assert [r.index for r in results if r.origin == CARRIED] == list(range(8, 2, -1))
    assert [r.index for r in results if r.origin == FUSED] == list(range(3, 9))
    assert predictor.encoded_images == 6
    assert all(dice_of(r.mask, truth[r.index]) > 0.9 for r in results if r.origin == FUSED)


def test_the_mask_that_holds_lies_between_those_of_both_passes(monkeypatch):
    volume, truth = columns_that_move()
    volume.array[5:7] = np.random.default_rng(0).integers(0, 256, (2, *SHAPE))  # seen differently from each side
    join, passes = gaps._joined, {}

    def noted(up, down, *more):
        passes[up.index] = up, down
        return join(up, down, *more)

    monkeypatch.setattr(gaps, "_joined", noted)
    held = latest(run(volume, truth, predictor=ThresholdPredictor(tolerance=120)))["a"]
    assert set(passes) == set(range(3, 9)) and any((up.mask != down.mask).any() for up, down in passes.values())
    for k, (up, down) in passes.items():
        share = (k - 2) / 7
        assert not (up.mask & down.mask & ~held[k].mask).any() and not (held[k].mask & ~up.mask & ~down.mask).any()
        expected = (1 - share) * up.slice_confidence + share * down.slice_confidence
        assert held[k].slice_confidence == pytest.approx(0.5 * (expected + dice_of(up.mask, down.mask)))
        assert held[k].prompts is (up if share <= 0.5 else down).prompts


def test_each_slice_is_encoded_once_and_asked_once_from_each_side():
    volume, truth = columns_that_move()
    predictor = ThresholdPredictor()
    run(volume, truth, predictor=predictor)
    assert predictor.encoded_images == 6 and predictor.decoded_prompts == 2 * 6


@pytest.mark.parametrize(
    ("marks", "visited"),
    [({5}, [3, 4, 6, 7, 8]), ({4, 7}, [3, 8]), ({3}, [4, 5, 6, 7, 8]), ({3, 8}, []), ({2 + 20}, [3, 4, 5, 6, 7, 8])],
)
def test_passes_end_before_a_stop_mark(marks, visited):
    volume, truth = columns_that_move()
    predictor = ThresholdPredictor()
    held = latest(run(volume, truth, predictor=predictor, stop_marks={"a": frozenset(marks)}))["a"]
    assert [k for k in held if k not in (2, 9)] == visited
    assert all(np.array_equal(held[k].mask, truth[k]) for k in held)
    assert predictor.decoded_prompts == (12 if len(visited) == 6 else len(visited))


def test_neighbouring_keyframes_have_nothing_between():
    volume, truth = columns_that_move()
    predictor = ThresholdPredictor()
    assert {r.index for r in run(volume, truth, (4, 5), predictor)} == {4, 5} and predictor.decode_calls == 0


def test_a_slice_where_both_passes_find_nothing_does_not_count():
    volume, truth = columns_that_move()
    volume.array[5] = 50
    held = latest(run(volume, truth))["a"]
    assert not held[5].final and not held[5].mask.any() and held[5].origin == FUSED
    assert held[4].final and held[6].final


def test_stopping_in_a_gap_leaves_what_was_told():
    volume, truth = columns_that_move()
    whole = run(volume, truth)
    for stop_at in range(12):
        questions, got = itertools.count(), []
        told = PropagationParameters(zoom=0, first=2, last=9)
        keyframes = {k: {"a": truth[k]} for k in (2, 9)}
        with pytest.raises(Cancelled):
            for result in propagate(
                volume, keyframes, ThresholdPredictor(), told, lambda at=stop_at, n=questions: next(n) >= at
            ):
                got.append(result)
        assert len(got) == 2 + stop_at
        assert all(np.array_equal(a.mask, b.mask) for a, b in zip(got, whole, strict=False))


def test_what_both_passes_make_keeps_clear_of_what_is_settled():
    volume, truth = columns_that_move(step=0)
    settled = {k: {"b": rectangle(SHAPE, 0, 0, 11, 31)} for k in range(3, 9)}
    told = PropagationParameters(zoom=0, first=2, last=9)
    keyframes = {k: {"a": truth[k]} for k in (2, 9)}
    held = latest(propagate(volume, keyframes, ThresholdPredictor(), told, settled=settled))["a"]
    assert all(held[k].origin == FUSED and held[k].mask.any() for k in range(3, 9))
    assert not any((held[k].mask & settled[k]["b"]).any() for k in range(3, 9))
    assert np.array_equal(held[2].mask, truth[2]) and np.array_equal(held[9].mask, truth[9])
