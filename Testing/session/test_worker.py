from __future__ import annotations

import ctypes
import gc
import sys
import threading
import weakref

import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.worker import Worker, shared_worker

SOON = 30  # seconds; far more than any of these takes


@pytest.fixture
def a_worker():
    worker = Worker("test worker")
    yield worker
    worker.close(SOON)


def _sleep_holding_the_gil(milliseconds):
    """What Qt's idle event loop does in Slicer: nothing, without letting other Python threads run."""
    if sys.platform == "win32":
        ctypes.PyDLL("kernel32").Sleep(milliseconds)
    else:
        ctypes.PyDLL(None).usleep(1000 * milliseconds)


def test_the_result_comes_back(a_worker):
    assert a_worker.submit(lambda on_progress, should_stop: 6 * 7).result() == 42


def test_an_exception_comes_back_as_it_was_raised(a_worker):
    def work(on_progress, should_stop):
        raise InputError("no pixels", "choose others")

    job = a_worker.submit(work)
    with pytest.raises(InputError) as caught:
        job.result()
    assert caught.value.hint == "choose others"
    assert a_worker.submit(lambda *_: "still working").result() == "still working"


def test_jobs_run_one_after_the_other_on_one_thread_that_is_not_this_one(a_worker):
    threads, order = [], []

    def work(number):
        def run(on_progress, should_stop):
            threads.append(threading.get_ident())
            order.append(number)

        return run

    for job in [a_worker.submit(work(number)) for number in range(5)]:
        job.result()
    assert order == [0, 1, 2, 3, 4]
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


def test_progress_arrives_in_order_and_once(a_worker):
    def work(on_progress, should_stop):
        for done in range(1, 4):
            on_progress(ProgressEvent("counting", done, 3))

    job = a_worker.submit(work)
    job.result()
    assert [event.done for event in job.take_events()] == [1, 2, 3]
    assert job.take_events() == []


def test_a_stopped_job_keeps_what_it_returns(a_worker):
    started = threading.Event()

    def work(on_progress, should_stop):
        finished = 0
        while not should_stop():
            finished += 1
            started.set()
        return finished

    job = a_worker.submit(work)
    assert started.wait(SOON)
    job.stop()
    assert job.result() >= 1


def test_a_job_stopped_before_its_turn_never_begins(a_worker):
    release, begun = threading.Event(), []
    first = a_worker.submit(lambda on_progress, should_stop: release.wait(SOON))
    second = a_worker.submit(lambda on_progress, should_stop: begun.append("second"))
    second.stop()
    release.set()
    assert first.result() is True
    with pytest.raises(Cancelled):
        second.result()
    assert begun == []


def test_on_done_is_called_on_the_worker_after_the_result_is_there(a_worker):
    seen, called = [], threading.Event()

    def on_done(job):
        seen.append((job.done.is_set(), job.result(), threading.current_thread().name))
        called.set()

    a_worker.submit(lambda *_: "value", on_done)
    assert called.wait(SOON)
    assert seen == [(True, "value", "test worker")]


def test_a_failing_on_done_is_logged_and_the_worker_goes_on(a_worker, caplog):
    def on_done(job):
        raise ValueError("not ready")

    a_worker.submit(lambda *_: None, on_done).result()
    assert a_worker.submit(lambda *_: "next").result() == "next"
    assert "not ready" in caplog.text


def test_a_window_that_holds_the_interpreter_lets_the_work_finish_by_waiting_on_its_event(a_worker):
    def work(on_progress, should_stop):
        total = 0
        for step in range(50):
            total += sum(range(2000))
            on_progress(ProgressEvent("adding", step + 1, 50))
        return total

    job = a_worker.submit(work)
    events, ticks = [], 0
    while not job.done.wait(0.015):
        events += job.take_events()
        _sleep_holding_the_gil(5)
        ticks += 1
        assert ticks < 5000
    events += job.take_events()
    assert job.result() == 50 * sum(range(2000))
    assert [event.done for event in events] == list(range(1, 51))


def test_what_the_work_held_is_let_go_when_it_has_ended(a_worker):
    class Large:
        pass

    large = Large()
    gone = weakref.ref(large)
    job = a_worker.submit(lambda on_progress, should_stop, held=large: None)
    del large
    job.result()
    a_worker.submit(lambda *_: None).result()
    gc.collect()
    assert gone() is None


def test_closing_stops_the_job_at_hand_and_those_that_wait():
    worker, started = Worker(), threading.Event()

    def work(on_progress, should_stop):
        started.set()
        while not should_stop():
            pass
        return "stopped"

    running, waiting = worker.submit(work), worker.submit(work)
    assert started.wait(SOON)
    worker.close(SOON)
    assert running.result() == "stopped"
    with pytest.raises(Cancelled):
        waiting.result()


def test_a_closed_worker_starts_again_when_it_is_needed(a_worker):
    a_worker.submit(lambda *_: None).result()
    a_worker.close(SOON)
    assert a_worker.submit(lambda *_: "again").result() == "again"


def test_there_is_one_worker_per_process():
    assert shared_worker() is shared_worker()


def test_of_the_jobs_that_wait_the_most_urgent_runs_next_and_equals_keep_their_order(a_worker):
    release, order = threading.Event(), []
    jobs = [a_worker.submit(lambda *_: release.wait(SOON))]
    for name, priority in (("far", 9), ("first", 0), ("near", 5), ("second", 0)):
        jobs.append(a_worker.submit(lambda *_, name=name: order.append(name), priority=priority))
    release.set()
    for job in jobs:
        job.result()
    assert order == ["first", "second", "near", "far"]


def test_a_worker_is_idle_when_nothing_waits_or_runs(a_worker):
    release, put_away = threading.Event(), threading.Event()
    assert a_worker.is_idle
    job = a_worker.submit(lambda *_: release.wait(SOON))
    assert not a_worker.is_idle
    release.set()
    job.result()
    for _ in range(3000):
        if a_worker.is_idle:
            break
        put_away.wait(0.01)
    assert a_worker.is_idle


def test_closing_leaves_an_idle_worker():
    worker, started = Worker(), threading.Event()
    worker.submit(lambda *_: started.set())
    waiting = worker.submit(lambda *_: None)
    worker.close(SOON)
    assert waiting.done.is_set() and worker.is_idle
