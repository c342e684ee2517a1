"""Objects are timed by a clock that never runs backwards, and nothing is recorded unasked."""

from __future__ import annotations

from SAMSegmenterLib.core.timed_task import BEGIN, EDITED, END, WITH, WITHOUT, TimedTask
from SAMSegmenterLib.session.event_log import EventLog, read_events
from SAMSegmenterLib.session.stopwatch import Stopwatch, records_of
from support.editing import Clock, a_desk

TASK = TimedTask(WITH, "0123456789ab", "liver")


def test_nothing_is_recorded_before_the_start():
    watch = Stopwatch(Clock())
    watch.edited()
    assert watch.stop() == [] and watch.log is None and watch.task is None


def test_a_record_says_what_was_timed_and_how_long():
    clock = Clock()
    watch = Stopwatch(clock)
    clock.now += 1000
    watch.start(TASK)
    clock.now += 7.5
    watch.edited()
    clock.now += 2
    begin, edit, end = read_events(watch.stop())
    assert begin.facts == {"schema": "sam-stopwatch/1", "condition": WITH, "case": "0123456789ab", "object": "liver"}
    assert [(event.kind, event.seconds) for event in (begin, edit, end)] == [(BEGIN, 0), (EDITED, 7.5), (END, 9.5)]
    assert watch.task is None and watch.stop() == []


def test_the_two_writes_of_one_replacement_are_one_edit():
    clock = Clock()
    watch = Stopwatch(clock)
    watch.start(TASK)
    for pause in (0.0, 0.01, 0.02, 1.0):
        clock.now += pause
        watch.edited()
    assert [event.kind for event in read_events(watch.stop())] == [BEGIN, EDITED, EDITED, END]


def test_what_a_session_does_is_copied_while_an_object_is_timed():
    log = EventLog()
    desk = a_desk(log=log)
    watch = Stopwatch()
    watch.start(TASK)
    log.copy_to(watch.log)
    desk.session.add_point((8, 8))
    desk.settle()
    desk.session.accept()
    log.copy_to(None)
    desk.session.add_point((9, 9))
    kinds = [event.kind for event in read_events(watch.stop())]
    assert kinds[0] == BEGIN and kinds[-1] == END
    assert (kinds.count("marked"), kinds.count("previewed"), kinds.count("accepted")) == (1, 1, 1)


def test_starting_anew_gives_up_what_was_begun():
    watch = Stopwatch(Clock())
    watch.start(TASK)
    watch.start(TimedTask(WITHOUT, "0123456789ab", "spleen"))
    assert read_events(watch.stop())[0].facts["object"] == "spleen"


def test_records_follow_each_other_in_one_text():
    watch = Stopwatch(Clock())
    lines = []
    for name in ("liver", "spleen"):
        watch.start(TimedTask(WITH, "c", name))
        lines += watch.stop()
    records = records_of(read_events(["", *lines]))
    assert [record[0].facts["object"] for record in records] == ["liver", "spleen"]
    assert [len(record) for record in records] == [2, 2]
