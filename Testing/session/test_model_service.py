"""One model for all sessions, on the shared worker, with garbage collected on the main thread meanwhile."""

from __future__ import annotations

import gc
import threading
from typing import ClassVar

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled, DependencyError, InputError, ModelError
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.collection import COLLECTION
from SAMSegmenterLib.session.model_service import CLICK, HOVER, PREFETCH, REQUEST, ModelService
from SAMSegmenterLib.session.worker import Worker
from support.editing import Clock, StepWorker
from support.fake_predictor import ThresholdPredictor

IMAGE = np.zeros((20, 30, 3), np.uint8)
SOON = 30


def a_service(worker=None, load=None, **options):
    worker = worker if worker is not None else StepWorker()
    service = ModelService(
        load or (lambda name, device, precision: ThresholdPredictor(name=name)), worker=worker, **options
    )
    service.choose("threshold", "cpu")
    return service, worker


def encode(service, image, priority=CLICK):
    return service.submit(lambda predictor, on_progress, should_stop: predictor.encode([image])[0], priority)


def test_an_image_is_encoded_once_and_found_again():
    service, worker = a_service()
    first, second = encode(service, IMAGE), encode(service, IMAGE, PREFETCH)
    while worker.run_next():
        pass
    assert first.result() is second.result()
    status = service.status()
    assert status.cache_entries == 1 and status.cache_bytes == 2 * 20 * 30
    service.tick()


def test_a_cache_with_a_budget_evicts_and_says_so():
    service, worker = a_service(cache=EmbeddingCache(None, 2 * 20 * 30))
    for value in range(3):
        encode(service, IMAGE + value)
        worker.run_next()
    assert (service.status().cache_entries, service.status().cache_budget_bytes) == (1, 1200)
    service.tick()


def test_more_urgent_work_passes_and_stops_what_may_wait():
    service, worker = a_service()
    jobs = {priority: service.submit(lambda *_: None, priority) for priority in (PREFETCH, HOVER, REQUEST)}
    service.submit(lambda *_: None, CLICK)
    assert [jobs[priority].should_stop() for priority in (PREFETCH, HOVER, REQUEST)] == [True, True, False]
    while worker.run_next():
        pass
    with pytest.raises(Cancelled):
        jobs[PREFETCH].result()
    service.tick()


def test_another_model_is_loaded_with_the_next_job_and_jobs_of_the_one_before_are_stopped():
    loaded = []

    def load(name, device, precision):
        loaded.append((name, device))
        return ThresholdPredictor(name=name)

    service, worker = a_service(load=load)
    before = service.generation
    stale = encode(service, IMAGE)
    service.choose("other", "cuda")
    assert stale.should_stop() and service.generation == before + 1 and service.model == "other"
    job = service.submit(lambda predictor, *_: predictor.spec.name)
    while worker.run_next():
        pass
    assert job.result() == "other" and loaded == [("other", "cuda")]
    service.tick()


def test_choosing_the_same_model_again_changes_nothing():
    service, worker = a_service()
    encode(service, IMAGE)
    worker.run_next()
    generation = service.generation
    service.choose("threshold", "cpu")
    assert service.generation == generation
    service.choose("threshold", "cuda")
    assert service.generation == generation + 1
    service.tick()


@pytest.mark.parametrize("error", [ModelError("damaged"), DependencyError("PyTorch is missing.", "Install it.")])
def test_why_a_model_cannot_be_used_is_in_the_status_until_it_can(error):
    failing = [error]

    def load(name, device, precision):
        if failing:
            raise failing[0]
        return ThresholdPredictor(name=name)

    service, worker = a_service(load=load)
    encode(service, IMAGE)
    worker.run_next()
    assert service.status().error is error
    failing.clear()
    encode(service, IMAGE)
    worker.run_next()
    assert service.status().error is None
    service.tick()


def test_a_wrong_prompt_is_no_fault_of_the_model():
    def refuse(predictor, on_progress, should_stop):
        raise InputError("no")

    service, worker = a_service()
    service.submit(refuse)
    worker.run_next()
    assert service.status().error is None
    service.tick()


def test_the_latency_is_from_the_click_to_its_end_and_clicks_alone_count():
    clock = Clock()
    service, worker = a_service(clock=clock)
    service.submit(lambda *_: None, CLICK)
    clock.now += 2.5
    worker.run_next()
    assert service.status().latency_seconds == 2.5
    service.submit(lambda *_: None, PREFETCH)
    clock.now += 9
    worker.run_next()
    assert service.status().latency_seconds == 2.5
    service.tick()


def test_every_session_gets_every_notice_once_and_old_ones_are_dropped():
    service, _worker = a_service()
    for number in range(130):
        service._notify(number)
    seen, notices = service.notices_since(0)
    assert seen == 130 and notices == list(range(30, 130))
    service._notify(130)
    assert service.notices_since(seen) == (131, [130])
    assert service.notices_since(131) == (131, [])


def test_garbage_is_collected_here_only_from_the_first_job_until_a_tick_finds_the_worker_idle():
    service, worker = a_service()
    assert not COLLECTION.is_held
    encode(service, IMAGE)
    encode(service, IMAGE)
    assert COLLECTION.is_held and not gc.isenabled()
    worker.run_next()
    service.tick()
    assert COLLECTION.is_held
    worker.run_next()
    service.tick()
    assert not COLLECTION.is_held and gc.isenabled()


def test_who_leaves_lets_the_collector_go_and_who_stays_takes_it_up_again():
    service, worker = a_service()
    encode(service, IMAGE)
    service.leave()
    assert not COLLECTION.is_held and gc.isenabled()
    encode(service, IMAGE)
    assert COLLECTION.is_held
    while worker.run_next():
        pass
    service.tick()
    assert not COLLECTION.is_held


def test_on_a_real_worker_nothing_in_a_cycle_dies_there():
    class InACycle:
        died_on: ClassVar[set[int]] = set()

        def __init__(self):
            self.me = self

        def __del__(self):
            self.died_on.add(threading.get_ident())

    def allocate(predictor, on_progress, should_stop):
        kept = [[number] for number in range(30_000)]
        del kept[:]
        return threading.get_ident()

    worker = Worker("test worker")
    try:
        service, _ = a_service(worker)
        for _ in range(20):
            job = service.submit(allocate)
            for _ in range(20):
                InACycle()
            while not job.done.wait(0.001):
                service.tick()
        for _ in range(SOON * 1000):
            service.tick()
            if not COLLECTION.is_held:
                break
            job.done.wait()
            threading.Event().wait(0.001)
        assert not COLLECTION.is_held
        gc.collect()
        assert InACycle.died_on == {threading.get_ident()} and job.result() != threading.get_ident()
    finally:
        worker.close(SOON)


def test_a_model_that_fails_after_another_was_chosen_does_not_mark_that_one_as_failed():
    def load(name, device, precision):
        if name == "broken":
            service.choose("threshold", "cpu")  # while this one is being loaded
            raise ModelError("damaged")
        return ThresholdPredictor(name=name)

    service, worker = a_service(load=load)
    service.choose("broken", "cpu")
    encode(service, IMAGE)
    worker.run_next()
    assert service.model == "threshold" and service.status().error is None
    service.tick()
