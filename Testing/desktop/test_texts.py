from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.progress import ProgressEvent


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "about 1 s left"), (59, "about 59 s left"), (90, "about 2 min left"), (3900, "about 1 h 5 min left")],
)
def test_time_left_is_as_rough_as_it_is_known(a_desktop, seconds, text):
    from SAMBenchmarkLib.desktop.texts import time_left

    assert time_left(seconds) == text


def test_progress_says_stage_count_time_and_place(a_desktop):
    from SAMBenchmarkLib.desktop.texts import progress_text

    event = ProgressEvent("evaluating slices", 3, 8, 40.0, "axial slice 7")
    assert progress_text(event) == "Evaluating slices - 3 of 8 - about 40 s left - axial slice 7"
    assert progress_text(ProgressEvent("loading the model", 0)) == "Loading the model"


def test_errors_are_message_and_hint(a_desktop):
    from SAMBenchmarkLib.desktop.texts import error_text

    assert error_text(InputError("No pixels.", "Choose others.")) == "No pixels.\nChoose others."
    assert error_text(InputError("No pixels.")) == "No pixels."
    assert "not enough memory" in error_text(MemoryError())
    assert "before the first slice" in error_text(Cancelled())
    assert "ValueError: x" in error_text(ValueError("x"))


def test_table_titles_begin_with_what_tells_them_apart(a_desktop):
    from SAMBenchmarkLib.desktop.texts import table_title

    long = "DICE [%], mean (standard deviation), masks selected by oracle (best Dice against the reference)"
    assert table_title(long) == "oracle: DICE [%]"
    assert table_title("Time per slice [s]") == "Time per slice [s]"
