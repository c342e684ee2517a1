"""What was stopped or replaced is never heard of again, even if it had finished already."""

from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.session.job_board import JobBoard
from SAMSegmenterLib.session.model_service import CLICK, PREFETCH, ModelService
from support.editing import StepWorker
from support.fake_predictor import ThresholdPredictor


@pytest.fixture
def worker():
    return StepWorker()


@pytest.fixture
def board(worker):
    service = ModelService(lambda *_: ThresholdPredictor(), worker=worker)
    service.choose("threshold", "cpu")
    board = JobBoard(service)
    yield board
    board.stop()
    while worker.run_next():
        pass
    service.tick()


def start(board, kind, value, heard, priority=CLICK):
    def task(predictor, on_progress, should_stop):
        on_progress(ProgressEvent(str(value), 1, 2))
        if isinstance(value, Exception):
            raise value
        return value

    board.start(kind, task, priority, lambda result: heard.append(result), lambda error: heard.append(type(error)))


def test_a_result_is_published_once_and_only_from_within_publish(board, worker):
    heard = []
    start(board, "preview", 1, heard)
    assert board.is_running("preview") and not board.publish()
    worker.run_next()
    assert heard == [] and board.is_running("preview")
    assert board.publish() and heard == [1] and not board.is_running()
    assert not board.publish()


def test_a_newer_job_of_a_kind_takes_the_place_of_the_one_before(board, worker):
    heard = []
    start(board, "preview", 1, heard)
    worker.run_next()
    start(board, "preview", 2, heard)
    worker.run_next()
    board.publish()
    assert heard == [2]


def test_kinds_do_not_disturb_each_other(board, worker):
    heard = []
    start(board, "preview", 1, heard)
    start(board, "hover", 2, heard)
    board.stop("hover")
    while worker.run_next():
        pass
    board.publish()
    assert heard == [1]


@pytest.mark.parametrize("ran", [False, True])
def test_what_was_stopped_is_silent(board, worker, ran):
    heard = []
    start(board, "preview", 1, heard)
    if ran:
        worker.run_next()
    board.stop()
    while worker.run_next():
        pass
    assert not board.publish() and heard == []


def test_what_a_task_raises_is_handed_over(board, worker):
    heard = []
    for error in (ValueError("x"), Cancelled()):
        start(board, "preview", error, heard)
        worker.run_next()
        board.publish()
    assert heard == [ValueError, Cancelled]


def test_what_one_result_stops_is_not_published_after_it(board, worker):
    heard = []
    board.start("a", lambda *_: 1, CLICK, lambda result: board.stop("b"), heard.append)
    start(board, "b", 2, heard)
    while worker.run_next():
        pass
    board.publish()
    assert heard == []


def test_progress_is_that_of_the_most_urgent_job_that_reported_any(board, worker):
    heard = []
    assert board.progress() is None
    start(board, "prefetch", "far", heard, PREFETCH)
    worker.run_next()
    assert board.progress().stage == "far"
    start(board, "preview", "near", heard, CLICK)
    assert board.progress().stage == "far"
    worker.run_next()
    assert board.progress().stage == "near" and board.progress().stage == "near"


def test_waiting_for_nothing_returns_at_once(board):
    board.wait(1000)
