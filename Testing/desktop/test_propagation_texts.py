"""Words about masks that are carried from slice to slice."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import StopReason
from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.strip_layout import StripContent


@pytest.fixture
def texts(a_desktop):
    from SAMSegmenterLib.desktop import propagation_texts

    return propagation_texts


def test_every_reason_has_words_of_its_own(texts):
    words = [texts.reason_text(reason) for reason in StopReason]
    assert len(set(words)) == len(words) and all(words)
    assert texts.reason_text(StopReason.MARK) == "stop mark"


def test_a_slice_is_said_in_one_line(texts):
    slices = (
        StripSlice(4, 0.314, "carried", False, False),
        StripSlice(5, 0.87, "repaired", True, True),
        StripSlice(6, 1.0, "keyframe", True, True),
    )
    content = StripContent(slices, frozenset({6}), frozenset({9}), worst=5)
    assert texts.slice_text(content, 4) == "Slice 4 · confidence 0.31 · carried from the neighbour · rejected"
    assert texts.slice_text(content, 5).endswith("filled in from both sides · accepted · worst slice")
    assert texts.slice_text(content, 6) == "Slice 6 · accepted before"
    assert texts.slice_text(content, 9) == "Slice 9 · not visited · stop mark"


def test_progress_says_how_much_and_how_long(texts):
    assert texts.progress_words(ProgressEvent("propagating", 3)) == "3 slices"
    assert texts.progress_words(ProgressEvent("propagating", 1)) == "1 slice"
    assert texts.progress_words(ProgressEvent("propagating", 0, 1)) == "0 of 1 slice"
    assert texts.progress_words(ProgressEvent("propagating", 3, 12)) == "3 of 12 slices"
    assert texts.progress_words(ProgressEvent("propagating", 3, 12, 8.2)) == "3 of 12 slices, about 8 s left"


def test_the_button_names_the_range(texts):
    assert texts.range_text(None) == "Accept range" and texts.range_text((4, 9)) == "Accept 4 to 9"
    assert texts.range_text((4, 4)) == "Accept slice 4"
