"""A book as a prompt file, and a prompt file in a book."""

from __future__ import annotations

from dataclasses import replace

import pytest

from SAMSegmenterLib.core.prompt_file import SlicePromptRecord, VolumeIdentity
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.prompt_book import AcceptedPrompts, PromptBook
from SAMSegmenterLib.session.prompt_files import file_of, fill_book
from SAMSegmenterLib.session.slice_prediction import WindowChoice
from support.phantoms import matrix

HERE = VolumeIdentity((4, 5, 6), matrix())
NAMES = {"one": "Liver", "two": "Spleen"}


def marks(*ids):
    return MarkSet(tuple(PointMark(mark_id, (1, 2)) for mark_id in ids))


@pytest.fixture
def a_book():
    """Segment "one": slice 1 accepted, slice 2 not; "two": slice 1 added to; "gone": a segment that was removed."""
    book = PromptBook()
    orders = iter(range(1, 9))

    def accept(segment, index, given, mode):
        record = SlicePromptRecord(
            SlicePlane.lattice(0, index),
            given,
            mode=mode,
            accepted=True,
            window="limits:0.0,9.0",
            parameters={"order": next(orders)},
        )
        book.accepted.append(AcceptedPrompts(segment, record))

    prompts = book.slice("one", SlicePlane.lattice(0, 1))
    prompts.change(marks("p1"), WindowChoice("minmax"))
    accept("two", 1, marks("p2"), "add")
    accept("one", 1, prompts.marks, "set")
    book.settle("one", SlicePlane.lattice(0, 1))
    pending = book.slice("one", SlicePlane.lattice(0, 2))
    pending.change(marks("p3"), WindowChoice("lung"))
    pending.candidate, pending.keyframe = 2, True
    book.slice("gone", SlicePlane.lattice(0, 1)).change(marks("p4"), WindowChoice("minmax"))
    return book


def test_acceptances_and_what_waits_are_written_segment_by_segment(a_book):
    written = file_of(a_book, HERE, NAMES.get, "model", "auto", {"cleanup": {}}, 7)
    assert (written.model, written.window, written.parameters, written.seed) == ("model", "auto", {"cleanup": {}}, 7)
    assert [(segment.id, segment.name) for segment in written.segments] == [("one", "Liver"), ("two", "Spleen")]
    first, waiting = written.segments[0].slices
    assert first.accepted and first.parameters["order"] == 2
    assert not waiting.accepted and (waiting.candidate, waiting.keyframe, waiting.window) == (2, True, "lung")
    assert [record.mode for record in written.segments[1].slices] == ["add"]


def test_acceptances_can_be_left_out(a_book):
    written = file_of(a_book, HERE, NAMES.get, with_accepted=False)
    assert [(segment.id, len(segment.slices)) for segment in written.segments] == [("one", 1)]


def test_a_book_comes_back_from_its_file(a_book):
    book = PromptBook()
    assert fill_book(book, file_of(a_book, HERE, NAMES.get)) == 2
    assert [(one.segment_id, one.record.parameters["order"]) for one in book.accepted] == [("two", 1), ("one", 2)]
    shown = book.find("one", SlicePlane.lattice(0, 1))
    assert not shown.is_pending and shown.marks.get("p1") is not None and shown.window.text == "limits:0.0,9.0"
    waiting = book.find("one", SlicePlane.lattice(0, 2))
    assert waiting.is_pending and (waiting.candidate, waiting.keyframe, waiting.window.text) == (2, True, "lung")
    assert book.find("two", SlicePlane.lattice(0, 1)) is None, "what was added has done its work"
    assert int(book.new_id("p")[1:]) > 3


def test_marks_that_were_made_meanwhile_are_kept(a_book):
    book = PromptBook()
    own = marks("p9")
    book.slice("one", SlicePlane.lattice(0, 2)).change(own, WindowChoice("bone"))
    assert fill_book(book, file_of(a_book, HERE, NAMES.get)) == 1
    assert book.find("one", SlicePlane.lattice(0, 2)).marks is own


def test_marks_that_wait_on_a_slice_win_over_those_that_were_accepted_there(a_book):
    plane = SlicePlane.lattice(0, 1)
    a_book.find("one", plane).change(marks("p1", "p8"), WindowChoice("minmax"))
    book = PromptBook()
    fill_book(book, file_of(a_book, HERE, NAMES.get))
    prompts = book.find("one", plane)
    assert len(prompts.marks) == 2 and prompts.is_pending and len(prompts.accepted) == 1


def test_records_without_a_window_have_that_of_the_file(a_book):
    written = file_of(a_book, HERE, NAMES.get, window="auto", with_accepted=False)
    record = replace(written.segments[0].slices[0], window=None)
    written = replace(written, segments=(replace(written.segments[0], slices=(record,)),))
    book = PromptBook()
    fill_book(book, written)
    assert book.find("one", SlicePlane.lattice(0, 2)).window.text == "auto"


def test_filling_twice_adds_nothing(a_book):
    written, book = file_of(a_book, HERE, NAMES.get), PromptBook()
    fill_book(book, written)
    fill_book(book, written)
    assert len(book.accepted) == 2
