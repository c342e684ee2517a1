"""Finished structures, line by line."""

import pytest

from SAMBenchmarkLib.propagation.cases import VolumeCase
from SAMBenchmarkLib.propagation.journal import JOURNAL, Journal, files_state, option_hash, record_key
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import Limits
from support.fake_predictor import ThresholdPredictor


@pytest.fixture
def case(tmp_path):
    for name in ("v", "l"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return VolumeCase("a/s", "a", "s", tmp_path / "v", tmp_path / "l")


def test_what_was_kept_is_found_again_for_the_same_options_alone(tmp_path, case, a_record):
    Journal(tmp_path / JOURNAL, "one").add(case, a_record(own=0.625))
    found = Journal(tmp_path / JOURNAL, "one").records
    assert [record.chosen for record in found.values()] == [0.625]
    assert list(found) == [record_key(case, a_record())] and Journal(tmp_path / JOURNAL, "two").records == {}


def test_changed_files_make_another_key(case, a_record):
    before = record_key(case, a_record())
    case.labels.write_text("changed", encoding="utf-8")
    assert record_key(case, a_record()) != before
    case.labels.unlink()
    assert files_state(case).endswith("missing")


def test_lines_that_are_broken_are_left_out(tmp_path, case, a_record, caplog):
    path = tmp_path / JOURNAL
    Journal(path, "one").add(case, a_record())
    whole = path.read_text("utf-8")
    path.write_text('{"options": "one"}\n' + whole + whole[:50], encoding="utf-8")
    assert len(Journal(path, "one").records) == 1 and "line 1" in caplog.text
    Journal(path, "one").add(case, a_record("b"))
    assert len(Journal(path, "one").records) == 2


def test_the_last_record_of_a_structure_holds(tmp_path, case, a_record):
    journal = Journal(tmp_path / JOURNAL, "one")
    journal.add(case, a_record(own=0.25))
    journal.add(case, a_record(own=0.75))
    assert [record.chosen for record in Journal(tmp_path / JOURNAL, "one").records.values()] == [0.75]


def test_without_a_file_records_are_kept_in_memory(case, a_record):
    journal = Journal(None, "one")
    journal.add(case, a_record())
    assert len(journal.records) == 1


def test_a_folder_that_is_gone_is_told(tmp_path, case, a_record):
    with pytest.raises(StoreError):
        Journal(tmp_path / "gone" / JOURNAL, "one").add(case, a_record())


def test_options_model_and_grid_make_the_hash():
    parameters, predictor = PropagationParameters(), ThresholdPredictor()
    first = option_hash(parameters, predictor, 1, True)
    assert option_hash(PropagationParameters(), ThresholdPredictor(), 1, True) == first
    others = [
        option_hash(PropagationParameters(window=Limits(0, 1)), predictor, 1, True),
        option_hash(parameters, ThresholdPredictor(mask_size=32), 1, True),
        option_hash(parameters, predictor, 2, True),
        option_hash(parameters, predictor, 1, False),
    ]
    assert len({first, *others}) == 5
