from __future__ import annotations

import os
import subprocess
import sys

import pytest

from SAMBenchmarkLib.session.run_lock import others_run, run_lock
from SAMSegmenterLib.core.errors import StoreError

HOLD = """
import sys
from pathlib import Path
from SAMBenchmarkLib.session.run_lock import run_lock
with run_lock(Path(sys.argv[1]), "abc"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def another_run(tmp_path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], env=environment, **pipes)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()


def test_one_run_at_a_time_writes_with_the_same_options(tmp_path, another_run):
    with pytest.raises(StoreError, match="Another run") as told, run_lock(tmp_path, "abc"):
        raise AssertionError("two runs hold the same lock")
    assert "Wait until it has ended" in told.value.hint
    another_run.communicate("\n", timeout=60)
    with run_lock(tmp_path, "abc"):
        assert not others_run(tmp_path, "abc")
    assert list(tmp_path.iterdir()) == []


def test_runs_with_other_options_do_not_wait(tmp_path, another_run):
    assert others_run(tmp_path, "def") and not others_run(tmp_path, "abc")
    with run_lock(tmp_path, "def"):
        assert others_run(tmp_path, "def")


def test_the_lock_of_a_run_that_was_killed_is_free(tmp_path, another_run):
    another_run.kill()
    another_run.wait()
    with run_lock(tmp_path, "abc"):
        assert (tmp_path / ".running-abc.lock").exists()


def test_a_folder_that_is_gone_is_an_error_in_words(tmp_path):
    with pytest.raises(StoreError, match="could not be written"), run_lock(tmp_path / "nowhere", "abc"):
        raise AssertionError("there is no such folder")
