"""Progress events become one line per stage with the time left."""

import io
import sys

import pytest

from SAMSegmenterLib.cli.progress import TerminalProgress, time_left
from SAMSegmenterLib.core.progress import ProgressEvent


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (44.6, "45 s"), (185, "3:05 min"), (7620, "2:07 h"), (59.9, "1:00 min")]
)
def test_time_left_reads_like_a_clock(seconds, text):
    assert time_left(seconds) == text


def shown(events, unit="") -> str:
    stream = io.StringIO()
    stream.isatty = lambda: True
    with TerminalProgress(unit, stream) as progress:
        for event in events:
            progress(event)
    return stream.getvalue()


def test_each_stage_has_its_own_line_with_count_and_time_left():
    text = shown([ProgressEvent("Encoding", 0, 4), ProgressEvent("Decoding", 2, 2, 65.0, "liver")])
    lines = [line for line in text.split("\n") if line]
    assert len(lines) == 2
    assert "Encoding:" in lines[0] and "0/4" in lines[0]
    assert "Decoding: 100%" in lines[1] and "2/2" in lines[1] and "1:05 min left liver" in lines[1]


def test_an_unknown_total_shows_the_count_alone():
    text = shown([ProgressEvent("Reading", 3)])
    assert "Reading: 3" in text and "%" not in text


def test_bytes_are_shown_in_large_units():
    assert "375M/375M" in shown([ProgressEvent("Downloading", 375_042_383, 375_042_383)], unit="B")


def test_without_tqdm_stages_are_plain_lines(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm", None)
    text = shown([ProgressEvent("Encoding", 1, 4), ProgressEvent("Encoding", 4, 4), ProgressEvent("Decoding", 1)])
    assert text.splitlines() == ["Encoding ...", "Encoding: 4/4", "Decoding ...", "Decoding: 1"]


def test_a_file_gets_few_lines():
    stream = io.StringIO()
    with TerminalProgress(stream=stream) as progress:
        for done in range(1000):
            progress(ProgressEvent("Encoding", done, 1000))
    assert stream.getvalue().count("Encoding") <= 3


def test_a_stage_without_a_count_shows_none():
    assert shown([ProgressEvent("Writing", 0)]).rstrip().endswith("Writing: ...")
