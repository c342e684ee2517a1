"""Progress with an injected clock."""

from SAMSegmenterLib.core.progress import ProgressMeter


def test_the_time_left_is_the_mean_per_unit_times_what_remains():
    now, events = [0.0], []
    meter = ProgressMeter("slices", 4, events.append, clock=lambda: now[0])
    now[0] = 10.0
    meter.advance("first")
    assert (events[-1].done, events[-1].total, events[-1].seconds_left) == (1, 4, 30.0)


def test_units_of_an_earlier_run_count_as_done_but_not_for_the_estimate():
    now, events = [0.0], []
    meter = ProgressMeter("slices", 10, events.append, skipped=8, clock=lambda: now[0])
    now[0] = 5.0
    meter.advance()
    assert (events[-1].done, events[-1].seconds_left) == (9, 5.0)


def test_there_is_no_estimate_before_the_first_unit_or_without_a_total():
    events = []
    ProgressMeter("a", 3, events.append).note("starting")
    ProgressMeter("b", None, events.append).advance()
    assert [event.seconds_left for event in events] == [None, None]
    assert events[0].message == "starting"
