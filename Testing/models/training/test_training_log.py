"""The log stays in step with the saved state, whatever a killed run left in it."""

import json

import pytest

from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.models.training.training_log import TrainingLog, read_log


def test_records_are_read_back_in_order(tmp_path):
    log = TrainingLog(tmp_path)
    assert read_log(log.path) == []
    log.add({"step": 1, "loss": 0.5})
    log.add({"step": 2, "note": "halved"})
    assert read_log(log.path) == [{"step": 1, "loss": 0.5}, {"step": 2, "note": "halved"}]
    assert len(log.path.read_text("utf-8").splitlines()) == 2


def test_lines_that_are_cut_off_or_foreign_are_skipped(tmp_path):
    log = TrainingLog(tmp_path)
    log.path.write_text('{"step": 1}\nnot json\n[1]\n{"loss": 3}\n{"step": "x"}\n{"step": 2, "lo', encoding="utf-8")
    assert read_log(log.path) == [{"step": 1}]


def test_steps_after_the_saved_state_are_dropped(tmp_path):
    log = TrainingLog(tmp_path)
    for step in range(1, 6):
        log.add({"step": step})
    with log.path.open("a", encoding="utf-8") as stream:
        stream.write('{"step": 6, "lo')
    log.keep_until(3)
    log.add({"step": 4, "again": True})
    assert read_log(log.path) == [{"step": 1}, {"step": 2}, {"step": 3}, {"step": 4, "again": True}]
    assert [path.name for path in tmp_path.iterdir()] == [log.path.name]


def test_a_log_that_fits_is_left_untouched_and_none_is_made(tmp_path):
    log = TrainingLog(tmp_path)
    log.keep_until(5)
    assert not log.path.exists()
    log.add({"step": 5})
    before = log.path.stat().st_mtime_ns
    log.keep_until(5)
    assert log.path.stat().st_mtime_ns == before


def test_a_folder_that_is_gone_is_said(tmp_path):
    with pytest.raises(StoreError, match=r"log\.jsonl could not be written"):
        TrainingLog(tmp_path / "gone").add({"step": 1})


def test_numbers_keep_their_value(tmp_path):
    log = TrainingLog(tmp_path)
    log.add({"step": 1, "rate": 0.1 + 0.2})
    assert json.loads(log.path.read_text("utf-8"))["rate"] == 0.1 + 0.2
