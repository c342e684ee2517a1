from __future__ import annotations

import io
import signal
import threading

import pytest

from SAMSegmenterLib.cli.stop_switch import StopSwitch


def test_once_asks_to_stop_and_twice_stops_at_once():
    told = io.StringIO()
    stop = StopSwitch(told)
    with stop.watching():
        assert not stop()
        signal.raise_signal(signal.SIGINT)
        assert stop()
        assert "once more stops at once" in told.getvalue()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


def test_the_answer_names_what_is_finished_first():
    told = io.StringIO()
    with StopSwitch(told, unit="step").watching():
        signal.raise_signal(signal.SIGINT)
    assert "stopping after the step at hand" in told.getvalue()


def test_a_scheduler_that_ends_the_program_asks_in_the_same_way():
    stop = StopSwitch(io.StringIO())
    with stop.watching():
        signal.raise_signal(signal.SIGTERM)
    assert stop()


def test_afterwards_the_signals_are_as_before():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with StopSwitch().watching():
        assert signal.getsignal(signal.SIGINT) != before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_outside_the_main_thread_nothing_changes():
    entered = []

    def watch() -> None:
        with StopSwitch().watching():
            entered.append(True)

    thread = threading.Thread(target=watch)
    thread.start()
    thread.join()
    assert entered == [True]
