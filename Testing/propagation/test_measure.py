"""Measuring all chosen structures, keeping what is finished."""

import pytest

from SAMBenchmarkLib.propagation.cases import catalogue_cases
from SAMBenchmarkLib.propagation.choosing import Choice, choose_parts
from SAMBenchmarkLib.propagation.journal import Journal
from SAMBenchmarkLib.propagation.measure import MeasureOptions, measure
from support.fake_predictor import ThresholdPredictor
from support.propagation_files import write_cylinders

OPTIONS = MeasureOptions(with_baselines=False)


@pytest.fixture
def chosen(tmp_path):
    return choose_parts(catalogue_cases(write_cylinders(tmp_path / "data")), Choice())


def test_all_are_measured_and_told_of(chosen):
    told, events = [], []
    found = measure(chosen, ThresholdPredictor(), OPTIONS, Journal(None, ""), told.append, events.append)
    assert found.complete and all(record.chosen > 0.95 for record in found.records)
    assert [measured.record for measured in told] == found.records
    assert events[-1].done == events[-1].total == 3 and events[-1].seconds_left == 0


def test_a_stop_keeps_what_is_finished_and_the_next_run_does_the_rest(chosen):
    journal, predictor = Journal(None, ""), ThresholdPredictor()
    found = measure(chosen, predictor, OPTIONS, journal, should_stop=lambda: bool(journal.records))
    assert len(found.records) == 1 and not found.complete
    rest = ThresholdPredictor()
    assert measure(chosen, rest, OPTIONS, journal).complete
    assert rest.encoded_images <= 2 * 16


def test_a_case_that_can_no_longer_be_read_is_a_failure(chosen, caplog):
    journal = Journal(None, "")
    chosen[0].case.volume.write_bytes(b"NRRD0004 and then nothing")
    found = measure(chosen, ThresholdPredictor(), OPTIONS, journal)
    assert found.complete and found.records[0].failure and "left out" in caplog.text
    assert [record.failure for record in found.records[1:]] == ["", ""]
    assert "<volume>" in found.records[0].failure and "0.nrrd" not in found.records[0].failure
