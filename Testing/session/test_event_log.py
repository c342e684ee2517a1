"""What the user did, and when, can be read back; the log never gets in the way."""

from __future__ import annotations

import json

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_marks import BoxMark, LassoMark, PointMark, PriorMark, ScribbleMark
from SAMSegmenterLib.session.event_log import MANY_EVENTS, Event, EventLog, described, read_events
from support.editing import Clock, a_desk


def test_events_have_their_time_and_facts(tmp_path):
    clock = Clock()
    log = EventLog(tmp_path / "events.jsonl", clock)
    log.add("shown", plane={"axis": 0, "index": 8})
    clock.now += 1.25
    log.add("accepted", changed=180)
    assert [(event.seconds, event.kind) for event in log.events] == [(0.0, "shown"), (1.25, "accepted")]
    with (tmp_path / "events.jsonl").open(encoding="utf-8") as file:
        assert read_events(file) == list(log.events)


def test_a_whole_session_is_in_the_log_without_any_name():
    log = EventLog()
    desk = a_desk(log=log)
    session = desk.session
    mark = session.add_point((8, 8))
    desk.settle()
    session.next_candidate()
    session.move_mark(mark, xy=(9, 9))
    desk.settle()
    session.accept()
    session.add_box([1, 1, 5, 5])
    session.undo_mark()
    session.redo_mark()
    session.reject()
    session.remove_mark(mark)
    session.undo_mark()
    session.clear_marks()
    session.add_point((99, 99))
    kinds = [event.kind for event in log.events]
    expected = ["segment", "shown", "marked", "previewed", "candidate", "moved", "previewed", "accepted", "marked"]
    expected += ["undone", "redone", "rejected", "removed", "undone", "cleared", "error"]
    assert kinds == expected
    previewed = next(event for event in log.events if event.kind == "previewed")
    assert previewed.facts["scores"] == [0.95, 0.85, 0.5] and previewed.facts["seconds_waited"] >= 0
    text = "".join(event.to_line() for event in log.events)
    assert "two boxes" not in text and json.loads(log.events[2].to_line())["mark"]["xy"] == [8.0, 8.0]


def test_every_kind_of_mark_is_described_by_numbers():
    mask = np.zeros((4, 4), bool)
    mask[1] = True
    points = np.array([[1.0, 2.0], [3.0, 4.004], [5.0, 1.0]])
    assert described(PointMark("p1", points[0], 0)) == {"id": "p1", "xy": [1.0, 2.0], "label": 0}
    assert described(BoxMark("b1", [0, 1, 2, 3])) == {"id": "b1", "box": [0.0, 1.0, 2.0, 3.0]}
    assert described(ScribbleMark("s1", points))["xy"] == [[1.0, 2.0], [3.0, 4.0], [5.0, 1.0]]
    assert described(LassoMark("l1", points))["polygon"][1] == [3.0, 4.0]
    assert described(PriorMark("m1", mask)) == {"id": "m1", "mask_pixels": 4}


def test_a_file_that_cannot_be_written_is_given_up_with_one_warning(tmp_path, caplog):
    log = EventLog(tmp_path / "missing" / "events.jsonl")
    log.add("shown")
    log.add("shown")
    assert len(log.events) == 2 and caplog.text.count("no longer written") == 1


def test_a_line_cut_off_by_a_crash_is_left_out_and_other_faults_are_named():
    lines = [Event(1.0, "shown").to_line(), '{"seconds": 2.0, "ki']
    assert [event.kind for event in read_events(lines)] == ["shown"]
    with pytest.raises(InputError, match="not an event"):
        read_events(["[1, 2]", lines[0]])


def test_memory_keeps_the_latest_events():
    log = EventLog()
    for number in range(MANY_EVENTS + 5):
        log.add("tick", number=number)
    assert len(log.events) == MANY_EVENTS and log.events[0].facts["number"] == 5


def test_errors_are_noted_without_their_words_which_may_hold_a_name():
    desk = a_desk()
    desk.scene.error = InputError("'Jane Doe CT' holds no image.")
    desk.session.add_point((8, 8))
    assert "Jane Doe" in desk.messages
    assert [event.facts for event in desk.session.log.events if event.kind == "error"] == [{"type": "InputError"}]


@pytest.mark.parametrize("seconds", ["NaN", "1e999", "9" * 400])
def test_a_time_that_is_no_number_of_seconds_is_no_event(seconds):
    with pytest.raises(InputError, match="not an event"):
        Event.from_line(f'{{"seconds": {seconds}, "kind": "marked"}}')
