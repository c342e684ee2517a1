"""The loop that holds the interpreter lock as Slicer's does."""

from __future__ import annotations

import threading

import pytest


@pytest.fixture
def gil(a_stand_in):
    from support.desktop import gil

    return gil


def counted(loop):
    """How far a thread counts in the meantime."""
    stop, count = threading.Event(), [0]

    def work():
        while not stop.is_set():
            count[0] += 1

    thread = threading.Thread(target=work)
    thread.start()
    loop()
    stop.set()
    thread.join()
    return count[0]


def rounds(gil, number, **options):
    asked = []

    def until():
        asked.append(1)
        return len(asked) > number

    gil.run_event_loop(until, **options)


def test_it_runs_timers_and_slots_until_the_condition_holds(gil):
    import qt

    seen, timer = [], qt.QTimer()
    timer.setInterval(1)
    timer.connect("timeout()", lambda: seen.append(1))
    timer.start()
    gil.run_event_loop(lambda: len(seen) >= 5, every=0.01)
    timer.stop()
    assert len(seen) >= 5
    with pytest.raises(AssertionError, match="in vain"):
        gil.run_event_loop(lambda: False, seconds=0.05, every=0.01)


def test_an_idle_loop_starves_a_thread_that_pysides_loop_lets_run(gil):
    if not gil.can_hold_the_lock():
        pytest.skip("Qt's own loop was not found here")
    from PySide6 import QtCore

    def pysides_loop():
        loop = QtCore.QEventLoop()
        QtCore.QTimer.singleShot(800, loop.quit)
        loop.exec()

    held = counted(lambda: rounds(gil, 1, every=0.4))
    assert held < 0.7 * counted(pysides_loop)


def test_a_slot_that_waits_lets_a_thread_run(gil):
    import qt

    finished = threading.Event()

    def work():
        total = 0
        for number in range(300_000):
            total += number
        finished.set()

    timer = qt.QTimer()
    timer.setInterval(5)
    timer.connect("timeout()", lambda: finished.wait(0.015))
    timer.start()
    thread = threading.Thread(target=work)
    thread.start()
    gil.run_event_loop(finished.is_set, every=0.5)
    timer.stop()
    thread.join()
    assert finished.is_set()
