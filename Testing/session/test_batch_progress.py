from __future__ import annotations

from SAMBenchmarkLib.session.batch_progress import BatchProgress


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def progress_of(cases: int, finished: dict[str, int]):
    events, clock = [], Clock()
    return BatchProgress(cases, events.append, finished, clock), events, clock


def test_slices_of_cases_that_were_not_read_are_estimated_from_those_that_were():
    progress, events, _ = progress_of(3, {})
    progress.planned("a", 10)
    progress.slice_done("a", "one")
    assert (events[-1].done, events[-1].total, events[-1].message) == (1, 30, "one")
    progress.planned("b", 20)
    progress.slice_done("b", "two")
    assert (events[-1].done, events[-1].total) == (2, 45)
    progress.planned("c", 6)
    progress.report()
    assert events[-1].total == 36


def test_nothing_is_promised_before_a_case_was_read():
    progress, events, _ = progress_of(2, {})
    progress.report("reading")
    assert (events[-1].stage, events[-1].total) == ("reading the first case", None)
    progress.planned("a", 10)
    progress.report()
    assert (events[-1].stage, events[-1].total, events[-1].seconds_left) == ("evaluating slices", 20, None)


def test_the_time_left_counts_only_what_this_run_did():
    progress, events, clock = progress_of(1, {"a": 80})
    progress.planned("a", 100)
    progress.report()
    assert (events[-1].done, events[-1].seconds_left) == (80, None)
    clock.now = 4.0
    progress.slice_done("a", "")
    progress.slice_done("a", "")
    assert (events[-1].done, events[-1].seconds_left) == (82, 36.0)  # 18 slices at 2 s


def test_a_failed_case_leaves_the_total():
    progress, events, _ = progress_of(2, {})
    progress.planned("a", 10)
    progress.planned("b", 10)
    progress.slice_done("a", "")
    progress.case_failed("a")
    progress.report()
    assert (events[-1].done, events[-1].total) == (1, 11)


def test_dropped_results_are_to_do_again():
    progress, events, clock = progress_of(1, {"a": 5})
    progress.planned("a", 5)
    progress.dropped("a")
    clock.now = 1.0
    progress.slice_done("a", "")
    assert (events[-1].done, events[-1].total, events[-1].seconds_left) == (1, 5, 4.0)
