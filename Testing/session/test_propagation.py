"""Corrections run again what depends on them, and nothing else; what the pass is told is written down by a stand-in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import KEYFRAME, SliceResult, StopReason
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session import propagation_run
from support.editing import Desk, a_desk

IN_ONE, IN_TWO = (10, 12), (34, 20)
BEGUN_AT = 8


class Script:
    """Stands in for the algorithm: every slice of its span gets a mask of one row that says which pass made it.

    Attributes:
        calls: what each pass was told.
        reach: slices it goes to beyond its keyframes, either way.
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.reach = 3

    def __call__(self, stack, keyframes, predictor, parameters, should_stop, around, settled) -> Iterator[SliceResult]:
        told = {index: {name: np.array(mask) for name, mask in of.items()} for index, of in keyframes.items()}
        known = {index: sorted(of) for index, of in (settled or {}).items()}
        self.calls.append({"keyframes": told, "parameters": parameters, "around": around, "settled": known})
        row = len(self.calls)
        for segment in sorted({name for of in told.values() for name in of}):
            given = sorted(index for index, of in told.items() if segment in of)
            low, high = self._span(given, around)
            for index in given:
                yield SliceResult(segment, stack.plane(index), index, told[index][segment], None, 1.0, origin=KEYFRAME)
            for index in range(max(low, parameters.first), min(high, parameters.last) + 1):
                if index not in given:
                    shape = stack.image(index).shape
                    mask = np.zeros(shape, bool)
                    mask[row, : index + 1] = True
                    ended = StopReason.EVIDENCE if index in (low, high) else None
                    side = 1 if index > given[-1] else -1
                    yield SliceResult(
                        segment, stack.plane(index), index, mask, Prompts(), 0.9, True, ended, direction=side
                    )

    def _span(self, given: list[int], around: int | None) -> tuple[int, int]:
        if around is None:
            return given[0] - self.reach, given[-1] + self.reach
        below = [index for index in given if index < around]
        above = [index for index in given if index > around]
        return below[-1] if below else around - self.reach, above[0] if above else around + self.reach


@pytest.fixture
def script(monkeypatch):
    script = Script()
    monkeypatch.setattr(propagation_run, "propagate_stack", script)
    return script


@pytest.fixture
def desk(script) -> Desk:
    """Slice 8 of both boxes is accepted; the first one is propagated to three slices on either side."""
    desk = a_desk()
    accept_at(desk, IN_ONE, BEGUN_AT)
    desk.session.propagate(segments=["one"])
    desk.settle()
    return desk


def accept_at(desk: Desk, xy: tuple[float, float], index: int) -> None:
    desk.session.show(SlicePlane.lattice(0, index))
    desk.session.clear_marks()
    desk.session.add_point(xy)
    desk.settle()
    desk.session.accept()


def step(desk: Desk) -> None:
    """One job and one tick."""
    desk.worker.run_next()
    desk.session.tick()


def runs(desk: Desk, segment: str = "one") -> dict[int, int]:
    """Which pass made each slice."""
    return {index: int(np.flatnonzero(one.mask.any(axis=1))[0]) for index, one in propagation(desk, segment).items()}


def propagation(desk: Desk, segment: str) -> dict:
    return desk.session.propagation.held(segment)


def test_a_corrected_slice_becomes_a_keyframe_and_only_what_depends_on_it_is_made_again(desk, script):
    accept_at(desk, IN_ONE, 10)
    desk.settle()
    assert [call["around"] for call in script.calls] == [None, 10]
    told = script.calls[1]
    assert sorted(told["keyframes"]) == [8, 10] and told["keyframes"][10]["one"].sum() == 180
    assert told["settled"] == {5: ["one"], 6: ["one"], 7: ["one"], 8: ["one"]}
    assert runs(desk) == {5: 1, 6: 1, 7: 1, 9: 2, 11: 2, 12: 2, 13: 2}
    assert desk.session.propagation.keyframes("one") == (8, 10)
    before = desk.mask()[10].copy()
    desk.session.accept_propagation()
    np.testing.assert_array_equal(desk.mask()[10], before)
    assert desk.mask()[9, 2].sum() == 10 and desk.mask()[7, 1].sum() == 8


def test_slices_that_are_not_found_again_are_not_there_any_more(desk, script):
    script.reach = 1
    accept_at(desk, IN_ONE, 10)
    desk.settle()
    assert sorted(runs(desk)) == [5, 6, 7, 9, 11]


def test_two_corrections_are_made_good_one_after_the_other(desk, script):
    accept_at(desk, IN_ONE, 10)
    accept_at(desk, IN_ONE, 6)
    desk.settle()
    assert [call["around"] for call in script.calls] == [None, 10, 6]
    assert desk.session.propagation.keyframes("one") == (6, 8, 10)
    assert sorted(runs(desk)) == [3, 4, 5, 7, 9, 11, 12, 13] and not desk.session.propagation.is_running


def test_a_correction_during_the_first_pass_begins_it_anew(script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)
    desk.session.propagate()
    while len(propagation(desk, "one")) < 2:
        step(desk)
    desk.session.show(SlicePlane.lattice(0, 9))
    desk.session.add_point(IN_ONE)
    while desk.session.preview is None:
        step(desk)
    assert desk.session.accept().changed and desk.session.propagation.is_running
    desk.settle()
    assert [call["around"] for call in script.calls] == [None, None]
    assert sorted(script.calls[1]["keyframes"]) == [8, 9]
    assert runs(desk) == {5: 2, 6: 2, 7: 2, 10: 2, 11: 2, 12: 2}


def test_accepting_a_slice_elsewhere_leaves_the_results_alone(desk, script):
    accept_at(desk, IN_ONE, 14)
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO, 9)
    desk.settle()
    assert len(script.calls) == 1 and sorted(runs(desk)) == [5, 6, 7, 9, 10, 11]


def test_accepted_results_hold_like_keyframes_when_a_slice_is_corrected(desk, script):
    desk.session.accept_propagation(10, 10)
    accept_at(desk, IN_ONE, 9)
    desk.settle()
    assert script.calls[1]["around"] == 9 and sorted(script.calls[1]["keyframes"]) == [8, 9, 10]
    assert runs(desk) == {5: 1, 6: 1, 7: 1, 11: 1}


def test_other_segments_are_settled_when_one_is_corrected(script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)
    desk.session.select_segment("two")
    accept_at(desk, IN_TWO, 8)
    desk.session.propagate()
    desk.settle()
    accept_at(desk, IN_TWO, 9)
    desk.settle()
    told = script.calls[1]
    assert told["around"] == 9 and all(list(of) == ["two"] for of in told["keyframes"].values())
    assert told["settled"][10] == ["one"] and told["settled"][7] == ["one", "two"]


def test_the_pass_is_told_range_window_and_stop_marks(script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)
    desk.session.show(SlicePlane.lattice(0, 11))
    desk.session.toggle_stop_mark()
    desk.session.propagate(9, 12)
    desk.settle()
    told = script.calls[0]["parameters"]
    assert (told.axis, told.first, told.last) == (0, 8, 12), "from the keyframe on, although it lies outside"
    assert told.stop_marks == {"one": frozenset({11})}
    assert told.window.limits(np.zeros((2, 2))) == (0, 255)
    assert sorted(runs(desk)) == [9, 10, 11]


def test_a_stop_mark_during_the_pass_begins_it_anew(script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)
    desk.session.propagate()
    step(desk)
    desk.session.show(SlicePlane.lattice(0, 10))
    desk.session.toggle_stop_mark()
    desk.settle()
    assert [call["parameters"].stop_marks["one"] for call in script.calls][-1] == frozenset({10})
    assert set(runs(desk).values()) == {len(script.calls)}


def test_one_more_slice_is_made_from_its_neighbour(desk, script):
    desk.session.show(SlicePlane.lattice(0, 11))
    desk.session.propagate_one(1)
    desk.settle()
    told = script.calls[1]
    assert sorted(told["keyframes"]) == [8, 11]
    assert (told["parameters"].first, told["parameters"].last) == (11, 12)
    assert sorted(runs(desk)) == [5, 6, 7, 9, 10, 11, 12] and runs(desk)[11] == 1


def test_a_new_pass_replaces_the_results_of_the_one_before(desk, script):
    desk.session.propagate(8, 9)
    desk.settle()
    assert runs(desk) == {9: 2}


def test_a_pass_that_goes_nowhere_says_so(script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)
    desk.session.propagate(8, 8)
    desk.settle()
    assert "no slice to propagate to" in desk.messages and not desk.session.propagation.segments


def test_ends_are_told_with_their_reasons(desk):
    ends = desk.session.propagation.ends
    assert [(end.segment_id, end.direction, end.index, end.reason) for end in ends] == [
        ("one", -1, 5, StopReason.EVIDENCE),
        ("one", 1, 11, StopReason.EVIDENCE),
    ]


def test_keyframes_are_read_one_at_each_tick(script):
    desk = a_desk()
    for index in (6, 8, 10):
        accept_at(desk, IN_ONE, index)
    desk.session.propagate()
    propagation = desk.session.propagation
    assert propagation.keyframes("one") == (6,) and propagation.is_running
    desk.session.tick()
    assert propagation.keyframes("one") == (6, 8)
    desk.settle()
    assert propagation.keyframes("one") == (6, 8, 10) and len(script.calls) == 1


def test_the_outcome_is_told(desk):
    assert "found 6 slices" in desk.messages


def test_a_single_slice_that_is_rejected_is_told_with_the_reason(monkeypatch, script):
    desk = a_desk()
    accept_at(desk, IN_ONE, 8)

    def rejecting(stack, keyframes, predictor, parameters, should_stop, around, settled):
        mask = np.zeros(stack.image(9).shape, bool)
        yield SliceResult("one", stack.plane(9), 9, mask, Prompts(), 0.1, False, StopReason.EMPTY, direction=1)

    monkeypatch.setattr(propagation_run, "propagate_stack", rejecting)
    desk.session.propagate_one(1)
    desk.settle()
    assert "ends here: the model found nothing" in desk.messages
    assert propagation(desk, "one") == {} and desk.session.propagation.has_results
    assert desk.session.accept_propagation().changed == 0
