"""Failures reach the user in words, and their traceback the log."""

from __future__ import annotations

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.session.notices import ERROR, INFO, Notice


def test_a_known_error_keeps_its_words(caplog):
    notice = Notice.of(InputError("There is no volume.", "Choose one."))
    assert (notice.kind, notice.message, notice.hint) == (ERROR, "There is no volume.", "Choose one.")
    assert str(notice) == "There is no volume. Choose one." and caplog.text == ""


def test_an_unknown_error_is_logged_with_its_traceback_and_named_to_the_user(caplog):
    try:
        raise KeyError("gone")
    except KeyError as error:
        notice = Notice.of(error)
    assert "KeyError" in notice.message and "Traceback" not in str(notice) and "prompts are kept" in notice.hint
    assert "Traceback" in caplog.text


def test_a_notice_without_a_hint_ends_after_its_message():
    assert str(Notice(INFO, "Done.")) == "Done."


def test_a_lack_of_memory_is_no_fault_of_the_program(caplog):
    notice = Notice.of(MemoryError())
    assert "memory" in notice.message and "prompts are kept" in notice.hint and caplog.text == ""
