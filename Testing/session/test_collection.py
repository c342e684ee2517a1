"""Cyclic garbage dies on the main thread, however busy the worker is, and it does die."""

from __future__ import annotations

import gc
import threading

import pytest

from SAMSegmenterLib.session.collection import MainThreadCollection
from SAMSegmenterLib.session.worker import Worker

SOON = 30  # seconds; far more than any of these takes


class InACycle:
    """Stands for a widget: it must not die on another thread than this one."""

    died_on: list[int]

    def __init__(self, died_on):
        self.died_on, self.me = died_on, self

    def __del__(self):
        self.died_on.append(threading.get_ident())


@pytest.fixture
def a_collection():
    gc.collect()
    collection = MainThreadCollection()
    yield collection
    while collection.is_held:
        collection.release()
    assert gc.isenabled()


@pytest.fixture
def a_worker():
    worker = Worker("test worker")
    yield worker
    worker.close(SOON)


def allocate(on_progress, should_stop):
    """Makes Python want to collect again and again."""
    kept = []
    for number in range(40_000):
        kept.append([number])
        if len(kept) == 8000:
            kept.clear()


def litter(count=50):
    died_on = []
    for _ in range(count):
        InACycle(died_on)
    return died_on


def test_without_a_hold_garbage_of_this_thread_dies_on_the_worker(a_worker):
    gc.collect()
    died_on = litter()
    a_worker.submit(allocate).result()
    assert died_on and threading.get_ident() not in died_on, "if this fails the tests below show nothing"


def test_while_held_nothing_dies_on_the_worker_and_ticks_collect_here(a_collection, a_worker):
    a_collection.hold()
    died_on = litter()
    job = a_worker.submit(allocate)
    job.result()
    kept = [[number] for number in range(5 * gc.get_threshold()[0])]
    assert died_on == [] and kept
    a_collection.collect()
    assert died_on == [threading.get_ident()] * 50


def test_a_tick_collects_only_when_python_would_have(a_collection):
    a_collection.hold()
    gc.collect()
    died_on = litter(3)
    a_collection.collect()
    assert died_on == []


def test_what_survives_ticks_is_collected_after_the_hold(a_collection, a_worker):
    a_collection.hold()
    died_on = []
    old = [InACycle(died_on) for _ in range(20)]
    for _ in range(30):
        a_worker.submit(allocate).result()
        a_collection.collect()
    old.clear()
    a_collection.release()
    assert gc.isenabled()
    gc.collect()
    assert died_on == [threading.get_ident()] * 20


def test_a_library_that_collects_on_the_worker_finds_nothing(a_collection, a_worker):
    a_collection.hold()
    died_on = litter()
    assert a_worker.submit(lambda *_: gc.collect()).result() == 0
    assert died_on == []
    gc.collect()
    assert died_on == [threading.get_ident()] * 50


def test_nothing_stays_frozen_after_such_a_collection(a_collection, a_worker):
    gc.collect()
    before = gc.get_freeze_count()  # Python 3.12 has some objects of its own there
    a_collection.hold()
    a_worker.submit(lambda *_: gc.collect()).result()
    assert gc.get_freeze_count() <= before


def test_holds_are_counted(a_collection):
    a_collection.hold()
    a_collection.hold()
    a_collection.release()
    assert a_collection.is_held and not gc.isenabled()
    a_collection.release()
    assert not a_collection.is_held and gc.isenabled()
    a_collection.release()
    assert gc.isenabled()


def test_who_leaves_while_the_worker_is_busy_leaves_the_guard_until_it_is_idle(a_collection, a_worker):
    before, busy = list(gc.callbacks), [True]
    a_collection.hold()
    a_collection.release(lambda: busy[0])
    assert gc.isenabled() and not a_collection.is_held
    died_on = litter()
    a_worker.submit(allocate).result()
    assert a_worker.submit(lambda *_: gc.collect()).result() == 0
    busy.clear()
    busy.append(False)
    gc.collect()
    assert died_on == [threading.get_ident()] * 50 and gc.callbacks == before


def test_a_collector_that_was_off_stays_off():
    collection = MainThreadCollection()
    gc.disable()
    try:
        collection.hold()
        collection.release()
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_the_last_release_leaves_no_callback(a_collection):
    before = list(gc.callbacks)
    a_collection.hold()
    assert len(gc.callbacks) == len(before) + 1
    a_collection.release()
    assert gc.callbacks == before
