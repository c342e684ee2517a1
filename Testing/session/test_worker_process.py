from __future__ import annotations

import os
import subprocess
import sys
import threading
import time

import pytest

from SAMBenchmarkLib.core.options import option_hash
from SAMBenchmarkLib.core.store import FINISHED, ResultStore
from SAMBenchmarkLib.session import worker_process
from SAMBenchmarkLib.session.case_run import Job
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMBenchmarkLib.session.worker_process import WorkerSetup, start_worker, work_on
from SAMSegmenterLib.core.errors import Cancelled, ModelError
from support.case_files import write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

KEY = option_hash(OPTIONS, arithmetic_of(ThresholdPredictor()))


@pytest.fixture
def a_worker(tmp_path, monkeypatch):
    """Starts a worker within this process."""
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    for name in ("_setup", "_stop", "_runner"):
        monkeypatch.setattr(worker_process, name, None)

    def start(key: str = KEY) -> threading.Event:
        stop = threading.Event()
        start_worker(WorkerSetup(tmp_path / "results.sqlite", key, OPTIONS, ThresholdPredictor), stop)
        return stop

    yield start
    if worker_process._runner is not None:
        worker_process._runner.store.close()


def test_a_worker_loads_its_model_once_and_stores_its_cases(a_worker, tmp_path):
    a_worker()
    assert work_on(Job(write_case(tmp_path, "a"), "mark")).status == FINISHED
    predictor = worker_process._runner.predictor
    assert work_on(Job(write_case(tmp_path, "b"), "mark")).status == FINISHED
    assert worker_process._runner.predictor is predictor
    with ResultStore(tmp_path / "results.sqlite", read_only=True) as store:
        assert set(store.count_finished_slices(KEY)) == {"a", "b"}


def test_a_worker_stops_when_it_is_told(a_worker, tmp_path):
    a_worker().set()
    with pytest.raises(Cancelled):
        work_on(Job(write_case(tmp_path), "mark"))


def test_a_model_loaded_in_another_way_is_refused(a_worker, tmp_path):
    a_worker("0" * 16)
    with pytest.raises(ModelError, match="in another way"):
        work_on(Job(write_case(tmp_path), "mark"))


ORPHAN = """
import multiprocessing, os, sys
from SAMBenchmarkLib.session.worker_process import start_worker
def work():
    start_worker(None, None)
    print(os.getpid(), flush=True)
    __import__("time").sleep(300)
if __name__ == "__main__":
    child = multiprocessing.get_context("spawn").Process(target=work)
    child.start()
    sys.stdin.readline()
    os._exit(9)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="asks the system for a process in the way of Unix")
def test_a_worker_ends_with_its_main_process(tmp_path):
    program = tmp_path / "orphan.py"
    program.write_text(ORPHAN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    parent = subprocess.Popen([sys.executable, str(program)], env=environment, **pipes)
    worker = int(parent.stdout.readline())
    parent.communicate("end\n", timeout=60)
    assert parent.returncode == 9
    deadline = time.monotonic() + 60
    while is_alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_alive(worker)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not is_zombie(process)


def is_zombie(process: int) -> bool:
    listed = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return listed.stdout.strip().startswith("Z")
