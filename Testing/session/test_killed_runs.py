"""A run is killed, at several moments and in several ways, and resumed: nothing differs from an undisturbed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.cases import read_manifest
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import SAMError
from support.case_files import SLICES, write_case, write_manifest
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

_DEADLINE_S = 120

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")


def snapshot(output: Path) -> dict[str, object]:
    """Everything that a run leaves, timings aside."""
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        (run,) = store.runs()
        rows = [
            tuple(None if value != value else value for value in vars(row).values())
            for row in store.rows(run.option_hash)
        ]
        masks = [store.mask(row).tobytes() for row in store.rows(run.option_hash, variant="")]
        cases = [(case.case_id, case.status, case.slices) for case in store.cases(run.option_hash)]
    tables = {path.name: path.read_bytes() for path in sorted((output / "tables").iterdir())}
    for timed in ("timing.tsv", "published.tsv"):
        tables.pop(timed, None)
    return {"rows": rows, "masks": masks, "cases": cases, "tables": tables}


def finished_slices(output: Path) -> int:
    try:
        with ResultStore(output / "results.sqlite", read_only=True) as store:
            return sum(sum(store.count_finished_slices(run.option_hash).values()) for run in store.runs())
    except SAMError:  # not there yet
        return 0


def kill_after(slices: int, number: int, manifest: Path, output: Path, workers: int = 1) -> int:
    """Start a run, send it a signal in the middle of the slice after so many; returns how many are stored.

    With several workers each of them finishes its share of the slices.
    """
    share = -(-(slices - finished_slices(output)) // workers)
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "SAM_TEST_SLICES": str(share),
    }
    command = [sys.executable, "-m", "support.faulty_predictors", str(manifest), str(output), str(workers)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + _DEADLINE_S
    while finished_slices(output) < slices and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(number)
    assert process.wait(_DEADLINE_S) == -number
    return finished_slices(output)


def run_undisturbed(manifest: Path, output: Path) -> None:
    run_benchmark(RunRequest(read_manifest(manifest), OPTIONS, output, ThresholdPredictor, scene=False, report=False))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory) -> tuple[Path, dict[str, object]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    manifest = write_manifest(folder, [write_case(folder, name, shift) for name, shift in (("a", 1), ("b", 2))])
    request = RunRequest(
        read_manifest(manifest), OPTIONS, folder / "out", ThresholdPredictor, scene=False, report=False
    )
    run_benchmark(request)
    return manifest, snapshot(folder / "out")


@pytest.mark.parametrize(
    ("slices", "number"),
    [(0, "SIGKILL"), (1, "SIGKILL"), (3, "SIGTERM"), (SLICES, "SIGKILL"), (SLICES + 2, "SIGTERM")],
)
def test_a_run_killed_after_some_slices_resumes_to_the_same_results(undisturbed, tmp_path, slices, number):
    manifest, expected = undisturbed
    output = tmp_path / "out"
    kept = kill_after(slices, getattr(signal, number), manifest, output)
    assert kept == slices
    run_undisturbed(manifest, output)
    assert snapshot(output) == expected


def test_a_run_with_workers_that_is_killed_ends_its_workers_and_resumes_to_the_same_results(undisturbed, tmp_path):
    manifest, expected = undisturbed
    output = tmp_path / "out"
    assert kill_after(4, signal.SIGKILL, manifest, output, workers=2) == 4
    run_undisturbed(manifest, output)
    assert snapshot(output) == expected
    deadline = time.monotonic() + _DEADLINE_S
    while (output / "results.sqlite-wal").exists() and time.monotonic() < deadline:
        time.sleep(0.1)  # until the last orphan is gone
        ResultStore(output / "results.sqlite").close()
    assert not (output / "results.sqlite-wal").exists()


def test_a_run_killed_many_times_ends_with_the_same_results(undisturbed, tmp_path):
    manifest, expected = undisturbed
    output = tmp_path / "out"
    assert [kill_after(slices, signal.SIGKILL, manifest, output) for slices in (1, 2, 5)] == [1, 2, 5]
    run_undisturbed(manifest, output)
    assert snapshot(output) == expected
