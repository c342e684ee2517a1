"""Items drawn ahead are the right ones, their errors surface, and no thread stays behind."""

import threading

import pytest

from SAMSegmenterLib.models.training.prefetch import Prefetcher


def test_items_are_those_of_their_numbers_whether_prepared_or_not():
    with Prefetcher(lambda number: number**2) as items:
        items.prepare(3)
        assert items.take(2) == 4
        items.prepare(4)
        assert [items.take(3), items.take(4), items.take(3)] == [9, 16, 9]


def test_what_was_prepared_is_drawn_once_on_another_thread_and_before_it_is_taken():
    drawn, done = [], threading.Event()

    def draw(number):
        drawn.append((number, threading.current_thread()))
        done.set()
        return number

    with Prefetcher(draw) as items:
        items.prepare(7)
        items.prepare(7)
        assert done.wait(30)
        assert items.take(7) == 7
    assert [number for number, _ in drawn] == [7]
    assert drawn[0][1] is not threading.current_thread()


def test_an_error_surfaces_where_the_item_is_taken():
    def draw(number):
        if number == 1:
            raise ValueError("no such item")
        return number

    with Prefetcher(draw) as items:
        items.prepare(1)
        assert items.take(0) == 0
        with pytest.raises(ValueError, match="no such item"):
            items.take(1)
        assert items.take(2) == 2


def test_what_is_forgotten_is_drawn_anew():
    factor = [1]
    with Prefetcher(lambda number: factor[0] * number) as items:
        items.prepare(5)
        items.take(0)  # draws are made in order: the prepared one is finished now
        factor[0] = 10
        items.forget()
        assert items.take(5) == 50


def test_the_thread_ends_with_the_block_even_after_an_error():
    before = threading.active_count()
    with pytest.raises(RuntimeError, match="elsewhere"), Prefetcher(lambda number: number) as items:
        items.prepare(1)
        items.prepare(2)
        raise RuntimeError("elsewhere")
    assert threading.active_count() == before
