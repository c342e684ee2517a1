from __future__ import annotations

import threading

import pytest

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.collection import COLLECTION
from SAMSegmenterLib.session.worker import Worker


@pytest.fixture
def a_worker():
    worker = Worker()
    yield worker
    worker.close(30)


@pytest.fixture
def a_window(a_desktop):
    import qt

    return qt.QWidget()


def test_the_last_event_is_shown_before_the_end_and_the_end_comes_once(wait_until, a_worker, a_window):
    from SAMSegmenterLib.desktop.tick import JobTick

    def work(on_progress, should_stop):
        for done in (1, 2, 3):
            on_progress(ProgressEvent("counting", done, 3))
        return "done"

    seen, ended = [], []
    JobTick(a_worker.submit(work), lambda event: seen.append(event.done), ended.append, a_window)
    wait_until(lambda: bool(ended))
    for _ in range(20):
        wait_until(lambda: True)
    assert seen[-1] == 3
    assert seen == sorted(seen)
    assert [job.result() for job in ended] == ["done"]


def test_callbacks_run_on_the_main_thread(wait_until, a_worker, a_window):
    from SAMSegmenterLib.desktop.tick import JobTick

    threads = []
    JobTick(
        a_worker.submit(lambda on_progress, should_stop: on_progress(ProgressEvent("one", 1, 1))),
        lambda event: threads.append(threading.get_ident()),
        lambda job: threads.append(threading.get_ident()),
        a_window,
    )
    wait_until(lambda: len(threads) == 2)
    assert set(threads) == {threading.get_ident()}


def test_a_stopped_tick_stays_silent(wait_until, a_worker, a_desktop, a_window):
    from SAMSegmenterLib.desktop.tick import JobTick

    release, ended = threading.Event(), []
    job = a_worker.submit(lambda on_progress, should_stop: release.wait(30))
    tick = JobTick(job, ended.append, ended.append, a_window)
    tick.stop()
    release.set()
    job.result()
    for _ in range(20):
        a_desktop.processEvents()
    assert ended == []


def test_garbage_is_collected_on_this_thread_only_until_the_job_is_done_or_followed_no_longer(
    wait_until, a_worker, a_window
):
    from SAMSegmenterLib.desktop.tick import JobTick

    release, ended = threading.Event(), []
    job = a_worker.submit(lambda on_progress, should_stop: release.wait(30))
    JobTick(job, ended.append, ended.append, a_window)
    assert COLLECTION.is_held
    release.set()
    wait_until(lambda: bool(ended))
    assert not COLLECTION.is_held
    JobTick(job, ended.append, ended.append, a_window).stop()
    assert not COLLECTION.is_held
