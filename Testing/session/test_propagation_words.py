"""Words about masks that are carried from slice to slice."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.propagation import StopReason
from SAMSegmenterLib.session.propagation_results import StripSlice
from SAMSegmenterLib.session.propagation_words import end_words, progress_words, range_words, slice_words, time_left
from SAMSegmenterLib.session.strip_layout import StripContent


def test_an_end_says_direction_slice_and_reason():
    assert end_words(1, 31, StopReason.VOLUME) == "Up: ended at slice 31, end of the volume."
    assert end_words(-1, 4, StopReason.EMPTY, "liver") == "liver: Down: ended at slice 4, the model found nothing."


def test_every_word_is_translated():
    def shouted(text):
        return text.upper()

    assert end_words(1, 31, StopReason.MARK, _=lambda text: text.replace("Up", "Auf")).startswith("Auf: ")
    content = StripContent((StripSlice(4, 0.314, "carried", False, False),), worst=4)
    words = slice_words(content, 4, lambda text: f"<{text}>")
    assert words.split(" \u00b7 ")[-1] == "<worst slice>" and words.count("<") == 5
    assert range_words((4, 4), lambda text: text.replace("Accept", "Take")) == "Take slice 4"
    assert progress_words(ProgressEvent("propagating", 1), shouted) == "1 SLICE"


@pytest.mark.parametrize(("seconds", "text"), [(0.1, "about 1 s left"), (90, "about 2 min left"), (7260, "about 2 h")])
def test_time_left_is_as_rough_as_it_is_known(seconds, text):
    assert time_left(seconds).startswith(text)
