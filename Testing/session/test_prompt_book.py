"""Marks have their place in the book, and each slice its own history."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_file import SlicePromptRecord
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook, SlicePrompts, same_plane
from SAMSegmenterLib.session.slice_prediction import WindowChoice

PLANE = SlicePlane.lattice(0, 3)
WINDOW, OTHER = WindowChoice("minmax"), WindowChoice("lung")


def marks(*ids):
    return MarkSet(tuple(PointMark(mark_id, (1, 2)) for mark_id in ids))


def oblique(origin=(0, 0, 0), size=(5, 6)):
    return SlicePlane.oblique(origin, (1, 0, 0), (0, 1, 0), (1, 1), size)


def test_ids_are_unique_also_beside_marks_that_came_from_a_file():
    book = PromptBook()
    assert [book.new_id("p"), book.new_id("b")] == ["p1", "b2"]
    book.keep_ids_above(marks("p7", "odd", "s30x"))
    assert book.new_id("p") == "p8"
    book.keep_ids_above(marks("p2"))
    assert book.new_id("p") == "p9"


def test_a_slice_is_found_again_and_is_empty_at_first():
    book = PromptBook()
    assert book.find("one", PLANE) is None
    prompts = book.slice("one", PLANE)
    assert book.slice("one", SlicePlane.lattice(0, 3)) is prompts and book.find("two", PLANE) is None
    assert book.all() == [] and not book.has_pending
    prompts.change(marks("p1"), WINDOW)
    assert book.all() == book.of_segment("one") == [prompts] and book.has_pending


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (PLANE, SlicePlane.lattice(0, 3), True),
        (PLANE, SlicePlane.lattice(1, 3), False),
        (PLANE, oblique(), False),
        (oblique(), oblique((1e-5, 0, -1e-5)), True),
        (oblique(), oblique((0.01, 0, 0)), False),
        (oblique(), oblique(size=(5, 7)), False),
    ],
)
def test_planes_are_the_same_when_they_show_the_same(first, second, same):
    assert same_plane(first, second) is same and same_plane(second, first) is same


def test_the_window_is_frozen_by_the_first_marks_only():
    prompts = SlicePrompts("one", PLANE)
    prompts.change(marks("p1"), WINDOW)
    prompts.change(marks("p1", "p2"), OTHER)
    assert prompts.window is WINDOW
    prompts.change(MarkSet(), OTHER)
    prompts.change(marks("p3"), OTHER)
    assert prompts.window is OTHER


def test_the_history_goes_back_and_forth_and_is_bounded():
    prompts = SlicePrompts("one", PLANE)
    for number in range(150):
        prompts.change(marks(*(f"p{n}" for n in range(number + 1))), WINDOW)
    steps = 0
    while prompts.undo():
        steps += 1
    assert steps == 100 and len(prompts.marks) == 50 and not prompts.can_undo
    assert prompts.redo() and len(prompts.marks) == 51 and prompts.can_undo and prompts.can_redo


def test_marks_wait_for_acceptance_until_they_are_the_accepted_ones():
    prompts = SlicePrompts("one", PLANE)
    assert not prompts.is_pending
    prompts.change(marks("p1"), WINDOW)
    assert prompts.is_pending
    prompts.accepted = prompts.marks
    assert not prompts.is_pending
    prompts.change(marks("p1", "p2"), WINDOW)
    assert prompts.is_pending
    prompts.undo()
    assert not prompts.is_pending


def accepted(book, given, mode="set", order=1, segment="one", plane=PLANE):
    record = SlicePromptRecord(plane, given, mode=mode, accepted=True, parameters={"order": order})
    book.accepted.append(AcceptedPrompts(segment, record))


def test_the_marks_that_set_a_slice_last_are_the_accepted_ones():
    book = PromptBook()
    prompts = book.slice("one", PLANE)
    first, second = marks("p1"), marks("p1", "p2")
    accepted(book, first)
    accepted(book, second, order=2)
    accepted(book, marks("p3"), "add", order=3)
    accepted(book, marks("p4"), order=4, segment="two")
    accepted(book, marks("p5"), order=5, plane=SlicePlane.lattice(0, 4))
    book.settle("one", PLANE)
    assert prompts.accepted is second
    del book.accepted[1]
    book.settle("one", PLANE)
    assert prompts.accepted is first
    book.accepted.clear()
    book.settle("one", PLANE)
    assert prompts.accepted is None
    book.settle("never seen", PLANE)
    assert book.find("never seen", PLANE) is None


def test_acceptances_are_numbered_on_from_the_highest():
    book = PromptBook()
    assert book.last_order == 0
    accepted(book, marks("p1"), order=7)
    accepted(book, marks("p1"), order=3)
    assert book.last_order == 7 and book.segments() == ["one"]
    assert np.array_equal(book.accepted[0].record.marks.marks[0].xy, (1, 2))
