from __future__ import annotations

from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.options import option_hash
from SAMBenchmarkLib.core.store import FAILED, FINISHED, ResultStore
from SAMBenchmarkLib.session.case_run import CaseRunner, Job
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMSegmenterLib.core.errors import Cancelled, InputError, StoreError
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS, BuggyPredictor

KEY = option_hash(OPTIONS, arithmetic_of(ThresholdPredictor()))


@pytest.fixture
def a_job(tmp_path) -> Job:
    return Job(write_case(tmp_path), "fingerprint")


@pytest.fixture
def a_store(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        yield store


def a_runner(store, predictor=None, should_stop=lambda: False, **callbacks) -> CaseRunner:
    return CaseRunner(store, predictor or ThresholdPredictor(), OPTIONS, KEY, should_stop, **callbacks)


def test_a_case_is_noted_with_everything_that_is_known_of_it(a_store, a_job):
    case = replace(a_job.case, patient="p7", site="Bern")
    record = a_runner(a_store).run(replace(a_job, case=case))
    assert a_store.case(KEY, "boxes") == record
    assert (record.status, record.slices, record.fingerprint) == (FINISHED, SLICES, "fingerprint")
    assert (record.patient, record.site, record.modality) == ("p7", "Bern", "CT")


def test_the_plan_and_every_stored_slice_are_told(a_store, a_job):
    told = []
    planned = lambda name, slices: told.append((name, slices))  # noqa: E731
    stored = lambda done: told.append((done.slice, len(a_store.finished_slices(KEY, "boxes"))))  # noqa: E731
    a_runner(a_store, on_planned=planned, on_slice=stored).run(a_job)
    assert told == [("boxes", SLICES), (2, 1), (3, 2), (4, 3), (5, 4)]


def test_finished_slices_are_not_computed_again(a_store, a_job):
    a_runner(a_store).run(a_job)
    predictor = ThresholdPredictor()
    a_runner(a_store, predictor).run(a_job)
    assert predictor.encoded_images == 0


def test_results_of_changed_files_are_dropped_first(a_store, a_job):
    a_runner(a_store).run(a_job)
    predictor = ThresholdPredictor()
    a_runner(a_store, predictor).run(replace(a_job, fingerprint="of the changed files", changed=True))
    assert predictor.encoded_images == SLICES
    assert a_store.case(KEY, "boxes").fingerprint == "of the changed files"
    assert len(list(a_store.rows(KEY, variant=""))) == 2 * 2 * 2 * SLICES


def test_bad_input_is_raised_or_recorded(a_store, a_job):
    a_job.case.labels.unlink()
    with pytest.raises(InputError) as caught:
        a_runner(a_store).run(a_job)
    record = a_runner(a_store).run_and_record(a_job)
    assert str(a_job.case.labels) in str(caught.value)
    assert (record.status, record.reason) == (FAILED, str(caught.value).replace(str(a_job.case.labels), "<labels>"))
    assert a_store.case(KEY, "boxes") == record


def test_a_fault_of_the_program_is_recorded_by_its_name(a_store, a_job):
    record = a_runner(a_store, BuggyPredictor()).run_and_record(a_job)
    assert record.reason == "A fault of the program: ZeroDivisionError: a fault of the test"


def test_too_little_memory_is_recorded_in_words(a_store, a_job):
    class Hungry(ThresholdPredictor):
        def encode(self, images):
            raise MemoryError

    assert "not enough memory" in a_runner(a_store, Hungry()).run_and_record(a_job).reason


def test_slices_of_a_case_that_fails_later_are_kept(a_store, a_job):
    class Tired(ThresholdPredictor):
        def encode(self, images):
            if self.encode_calls == 2:
                raise InputError("Too tired.")
            return super().encode(images)

    assert a_runner(a_store, Tired()).run_and_record(a_job).slices == SLICES
    assert len(a_store.finished_slices(KEY, "boxes")) == 2


@pytest.mark.parametrize("error", [Cancelled(), StoreError("full")])
def test_what_concerns_every_case_is_never_recorded_as_a_failure(a_store, a_job, error):
    class Stopping(ThresholdPredictor):
        def encode(self, images):
            raise error

    with pytest.raises(type(error)):
        a_runner(a_store, Stopping()).run_and_record(a_job)
    assert a_store.case(KEY, "boxes").status == "running"


def test_a_stopped_run_begins_no_further_case(a_store, a_job):
    with pytest.raises(Cancelled):
        a_runner(a_store, should_stop=lambda: True).run(a_job)
    assert a_store.cases(KEY) == []
