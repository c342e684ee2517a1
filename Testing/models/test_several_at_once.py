"""Pieces of work on several threads at once."""

import threading

import pytest
import torch

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.models.several_at_once import several_at_once


@pytest.fixture(params=[1, 2, 3], ids=lambda count: f"{count} threads")
def threads(request):
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield request.param
    torch.set_num_threads(before)


def nothing():
    """Before each piece of work."""


def test_results_come_in_the_order_of_the_items(threads):
    later = [threading.Event() for _ in range(6)]

    def work(number):
        if threads > 1 and number % 2 == 0:
            assert later[number + 1].wait(10)  # the next one is finished first
        later[number].set()
        return number**2

    assert list(several_at_once(work, range(6), "cpu", nothing)) == [0, 1, 4, 9, 16, 25]


def test_the_threads_of_the_process_are_shared_out_and_given_back(threads):
    shares = set(several_at_once(lambda _: torch.get_num_threads(), range(5), "cpu", nothing))
    assert shares == {1}
    assert torch.get_num_threads() == threads


def test_no_gradients_are_kept(threads):
    weight = torch.ones(1, requires_grad=True)
    with torch.inference_mode():
        results = list(several_at_once(lambda factor: weight * factor, range(3), "cpu", nothing))
    assert [float(one) for one in results] == [0.0, 1.0, 2.0]
    assert not any(one.requires_grad for one in results)


def test_the_caller_can_stop_before_an_item(threads):
    begun, asked = [], []

    def before_each():
        asked.append(threading.current_thread())
        if len(asked) == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(several_at_once(begun.append, range(100), "cpu", before_each))
    assert len(begun) <= 2 and set(asked) == {threading.main_thread()}
    assert torch.get_num_threads() == threads


def test_an_error_in_one_item_ends_the_work(threads):
    def work(number):
        if number == 3:
            raise ValueError("the third")
        return number

    with pytest.raises(ValueError, match="the third"):
        list(several_at_once(work, range(100), "cpu", nothing))
    assert torch.get_num_threads() == threads


def test_other_devices_get_one_item_at_a_time(threads):
    workers = set(several_at_once(lambda _: threading.current_thread(), range(4), "cuda", nothing))
    assert workers == {threading.main_thread()}
    assert torch.get_num_threads() == threads
