from __future__ import annotations

import threading

import pytest

from SAMBenchmarkLib.session.stepped_job import SteppedJob
from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.worker import Worker


@pytest.fixture
def a_worker():
    worker = Worker()
    yield worker
    worker.close()


class _Gate:
    """Lets steps through one by one."""

    def __init__(self):
        self.reached, self.open = threading.Event(), threading.Event()

    def wait(self):
        self.reached.set()
        assert self.open.wait(60)


def _counting(steps, gate=None, at=0):
    def work(on_progress, should_stop, clock):
        for number in range(steps):
            if should_stop():
                return f"stopped at {number}"
            if gate is not None and number == at:
                gate.wait()
            on_progress(ProgressEvent("counting", number))
            yield
        return steps

    return work


def test_the_result_is_what_the_generator_returns(a_worker):
    job = SteppedJob(a_worker, _counting(3))
    assert job.result() == 3
    assert job.done.is_set()
    assert [event.done for event in job.take_events()] == [0, 1, 2]
    assert job.take_events() == []


def test_an_error_is_carried_over(a_worker):
    def work(*_):
        yield
        raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        SteppedJob(a_worker, work).result()


def test_a_stopped_job_returns_what_it_has(a_worker):
    gate = _Gate()
    job = SteppedJob(a_worker, _counting(5, gate, 1))
    gate.reached.wait(60)
    job.stop()
    gate.open.set()
    assert job.result() == "stopped at 2"


def test_a_paused_job_leaves_the_worker_free_until_it_goes_on(a_worker):
    gate = _Gate()
    job = SteppedJob(a_worker, _counting(5, gate, 1))
    gate.reached.wait(60)
    job.pause()
    gate.open.set()
    assert a_worker.submit(lambda *_: "meanwhile", priority=1000).result() == "meanwhile"  # after all that waits
    assert job.is_paused and job.is_resting and not job.done.is_set()
    job.resume()
    assert job.result() == 5
    assert not job.is_paused


def test_a_paused_job_can_be_stopped(a_worker):
    gate = _Gate()
    job = SteppedJob(a_worker, _counting(5, gate, 1))
    gate.reached.wait(60)
    job.pause()
    gate.open.set()
    a_worker.submit(lambda *_: None, priority=1000).result()
    job.stop()
    assert job.result() == "stopped at 2"


def test_what_the_user_waits_for_goes_between_two_steps(a_worker):
    order, gate = [], _Gate()

    def work(on_progress, should_stop, clock):
        gate.wait()
        yield
        order.append("last step")

    job = SteppedJob(a_worker, work)
    gate.reached.wait(60)
    job.pause()  # ends the step after the first yield, however fast it was
    other = a_worker.submit(lambda *_: order.append("click"))
    job.resume()
    gate.open.set()
    other.result()
    job.result()
    assert sorted(order) == ["click", "last step"]


def test_a_closing_worker_ends_the_job(a_worker):
    gate = _Gate()
    job = SteppedJob(a_worker, _counting(10**9, gate, 0))
    gate.reached.wait(60)
    job.pause()
    threading.Timer(0.05, gate.open.set).start()
    a_worker.close()
    with pytest.raises(Cancelled):
        job.result()


def test_the_clock_stands_still_during_a_pause(a_worker):
    gate, times = _Gate(), []

    def work(on_progress, should_stop, clock):
        gate.wait()
        times.append(clock())
        yield
        times.append(clock())

    job = SteppedJob(a_worker, work)
    gate.reached.wait(60)
    job.pause()
    gate.open.set()
    a_worker.submit(lambda *_: None, priority=1000).result()
    rested = threading.Event()
    rested.wait(0.3)
    job.resume()
    job.result()
    assert times[0] <= times[1] < times[0] + 0.3


def test_work_that_fails_even_at_its_end_has_ended():
    gate, worker = _Gate(), Worker()

    def work(*_):
        gate.wait()
        try:
            yield
        finally:
            raise ValueError("the file cannot be closed")

    job = SteppedJob(worker, work)
    assert gate.reached.wait(60)
    job.pause()
    worker.close(timeout=0)
    gate.open.set()
    assert job.done.wait(10)
    with pytest.raises(Cancelled):
        job.result()
