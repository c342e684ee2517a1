"""Words of the effect's panel."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.windowing import parse_window
from SAMSegmenterLib.session.model_service import ModelStatus
from SAMSegmenterLib.session.notices import ERROR, INFO, Notice


@pytest.fixture
def texts(a_desktop):
    from SAMSegmenterLib.desktop import panel_texts

    return panel_texts


def status(**facts):
    given = {
        "model": "sam-small",
        "device": "cpu",
        "precision": "float32",
        "is_loaded": False,
        "latency_seconds": None,
        "encode_seconds": None,
        "cache_bytes": 0,
        "cache_entries": 0,
        "cache_budget_bytes": 1 << 20,
        "is_busy": False,
        "error": None,
    }
    return ModelStatus(*({**given, **facts}).values())


def test_the_help_names_the_keys_and_says_that_it_is_not_for_diagnosis(texts):
    text = texts.help_text()
    for words in ("Left click", "Alt+click", "Return", "Ctrl+Backspace", "Escape", "Propose", "Not for diagnosis"):
        assert words in text
    assert text.startswith("<html>") and text.endswith("</html>")


def test_tools_modes_and_parts_are_those_that_exist(texts):
    from SAMSegmenterLib.core.cleanup import KEEP
    from SAMSegmenterLib.core.prompt_file import MODES
    from SAMSegmenterLib.desktop.view_events import TOOLS
    from SAMSegmenterLib.session.preferences import DEVICES

    assert [value for value, _, _ in texts.tool_texts()] == list(TOOLS)
    assert {value for value, _ in texts.mode_texts()} == set(MODES)
    assert {value for value, _ in texts.keep_texts()} == set(KEEP)
    assert [value for value, _ in texts.device_texts(DEVICES)] == list(DEVICES)
    assert [value for value, _, _ in texts.label_texts()] == ["1", "0"]
    assert all(text and tip for _, text, tip in (*texts.tool_texts(), *texts.label_texts()))


def test_every_window_offered_can_be_read(texts):
    for value, words in texts.window_texts():
        assert words
        if value not in ("displayed", "auto"):
            parse_window(value)


def test_the_same_notice_is_said_once(texts):
    notices = [Notice(INFO, "A.", "Do it."), Notice(ERROR, "B."), Notice(INFO, "A.", "Do it.")]
    assert texts.notices_text(notices) == "A. Do it.\nB."


def test_the_status_line_says_what_is_known(texts):
    assert texts.status_text(status(model=""), "", None, "") == "No model"
    assert texts.status_text(status(), "", None, "loading") == "sam-small \u00b7 loading"
    known = status(is_loaded=True, latency_seconds=0.0524, cache_entries=3, cache_bytes=2_500_000)
    line = texts.status_text(known, "Red", "limits:-160.0,240.0", "")
    assert line == (
        "sam-small on cpu \u00b7 last mask 52 ms \u00b7 3 encoded slices in memory, 2.5 MB \u00b7 view Red"
        " \u00b7 window -160 to 240"
    )


@pytest.mark.parametrize(
    ("window", "words"),
    [("lung", "CT lung"), ("limits:0,1.5", "0 to 1.5"), ("percentile:1,99", "percentile:1,99")],
)
def test_windows_in_words(texts, window, words):
    assert texts.window_words(window) == words


def test_nothing_to_recover_says_nothing(texts):
    assert texts.recovery_text(None) == ""


def test_a_hidden_segment_is_explained(texts):
    assert "hidden" in texts.hidden_segment_text()
    assert texts.click_again_text() != texts.show_segment_text()
