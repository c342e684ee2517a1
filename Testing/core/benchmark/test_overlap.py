"""Work beside the caller's keeps order, bounds what waits, and hands over errors."""

import os
import threading
from types import SimpleNamespace

import pytest

from SAMBenchmarkLib.core.overlap import InOrder, encodes_beside, one_ahead


def test_results_come_in_order_with_their_items():
    assert list(one_ahead(lambda number: number**2, range(6))) == [(n, n**2) for n in range(6)]
    assert list(one_ahead(str, [])) == [] and list(one_ahead(str, [7])) == [(7, "7")]


def test_the_next_is_worked_on_while_one_is_used_and_no_more_than_that():
    begun, second = [], threading.Event()

    def work(number):
        begun.append(number)
        if number == 1:
            second.set()
        return number

    results = one_ahead(work, range(10))
    assert next(results) == (0, 0)
    assert second.wait(10)  # it runs although nobody asked for it yet
    assert begun == [0, 1]
    assert next(results) == (1, 1)
    results.close()
    assert begun in ([0, 1], [0, 1, 2])


def test_an_error_is_raised_in_its_turn_and_ends_the_rest():
    begun = []

    def work(number):
        begun.append(number)
        if number == 2:
            raise ValueError("the third")
        return number

    results = one_ahead(work, range(10))
    assert [next(results), next(results)] == [(0, 0), (1, 1)]
    with pytest.raises(ValueError, match="the third"):
        next(results)
    assert max(begun) <= 3


def test_work_runs_in_one_thread_that_is_not_the_callers():
    threads = {thread for _item, thread in one_ahead(lambda _: threading.get_ident(), range(5))}
    assert len(threads) == 1 and threading.get_ident() not in threads


def test_calls_are_made_in_order_and_their_number_is_bounded():
    go, running = threading.Event(), []

    def work(number):
        running.append(number)
        go.wait(10)
        return number

    with InOrder(most=2) as calls:
        calls.add(work, 0)
        calls.add(work, 1)
        threading.Timer(0.05, go.set).start()
        calls.add(work, 2)  # waits until the first is done
        assert go.is_set() and running[0] == 0
        assert calls.results() == [0, 1, 2] == running


def test_what_a_call_raised_reaches_who_asks_and_the_rest_is_not_called():
    called = []

    def fail():
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"), InOrder() as calls:
        calls.add(fail)
        calls.results()
        called.append("after")
    assert called == []


@pytest.mark.parametrize(("device", "threads", "beside"), [("cuda", 16, True), ("cpu", 4, False), ("cpu", 2, True)])
def test_the_processor_encodes_beside_other_work_only_where_cores_are_left(monkeypatch, device, threads, beside):
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    assert encodes_beside(SimpleNamespace(device=device, threads=threads)) is beside
