"""What is made of the answers of a cluster, without a cluster."""

from __future__ import annotations

from collections import deque

import pytest

from SAMBenchmarkLib.session.executors import cluster
from SAMSegmenterLib.core.errors import Cancelled, InputError

scheduler = pytest.importorskip("distributed.scheduler", reason="Dask is not installed")


class Answer:
    """A future that has come to its end."""

    def __init__(self, told: BaseException | None = None, lost: BaseException | None = None) -> None:
        self.status, self._told, self._lost = "error" if told else "finished", told, lost

    def exception(self) -> BaseException | None:
        return self._told

    def result(self) -> str:
        if self._lost is not None:
            raise self._lost
        return "a record"


@pytest.fixture
def a_round(tmp_path):
    return cluster._Round(None, None, "tcp://nowhere", tmp_path / "out" / "running", deque())


@pytest.fixture
def ended():
    return []


def take_back(a_round, answer, ended) -> None:
    a_round._take_back(answer, "a job", lambda job, record: ended.append((job, record)))


def test_a_record_that_goes_with_its_worker_is_looked_for_in_the_store(a_round, ended):
    take_back(a_round, Answer(lost=scheduler.KilledWorker("a case", None, 1)), ended)
    assert ended == [("a job", None)]


def test_workers_that_do_not_see_the_output_folder_end_the_run(a_round, ended, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(cluster.time, "monotonic", lambda: now[0])
    for _ in range(3):  # a disk may be slow to show a file
        take_back(a_round, Answer(Cancelled()), ended)
    assert list(a_round.waiting) == ["a job"] * 3
    now[0] += cluster.HIDDEN_S
    take_back(a_round, Answer(), ended)
    take_back(a_round, Answer(Cancelled()), ended)
    assert ended == [("a job", "a record")] and len(a_round.waiting) == 4, "one sees it: the time starts anew"
    now[0] += cluster.HIDDEN_S
    with pytest.raises(InputError, match="do not see the folder"):
        take_back(a_round, Answer(Cancelled()), ended)
