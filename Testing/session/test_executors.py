"""The same cases by every executor and into every store: the same results bit for bit, whatever dies meanwhile."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.rows import WHOLE_VOLUME
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMBenchmarkLib.session.stores import open_store
from SAMSegmenterLib.core.errors import Cancelled, DependencyError, InputError, ModelError
from support.case_files import SLICES, write_case, write_wide_case
from support.cluster import a_local_cluster, a_lone_scheduler, forget_models
from support.faulty_predictors import (
    OPTIONS,
    DeadlyPredictor,
    LoadedHereAlone,
    NotingPredictor,
    RoughPredictor,
    WaitingPredictor,
)

pytest.importorskip("distributed", reason="Dask is not installed")
pytest.importorskip("duckdb", reason="DuckDB is not installed")
pytest.importorskip("pyarrow", reason="pyarrow is not installed")

_DEADLINE_S = 300


@pytest.fixture(scope="module")
def started_cluster():
    with a_local_cluster(2) as address:
        yield address


@pytest.fixture
def cluster(started_cluster):
    """Its workers have loaded nothing yet: all predictors of these tests count as one model."""
    forget_models(started_cluster)
    return started_cluster


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cases")
    return [write_case(folder, name, shift) for name, shift in (("b", 1), ("c", 3), ("a", 2))]


@pytest.fixture(scope="module")
def undisturbed(cases, tmp_path_factory):
    output = tmp_path_factory.mktemp("undisturbed") / "out"
    evaluate(cases, output, report=True)
    return snapshot(output)


def evaluate(cases, output: Path, load=RoughPredictor, report=False, **changes) -> RunResult:
    """Without the report, which takes longer than all the rest."""
    return run_benchmark(RunRequest(cases, OPTIONS, output, load, scene=False, report=report, **changes))


def snapshot(output: Path) -> dict[str, object]:
    """Everything that a run leaves, timings aside; the report if there is one."""
    with open_store(OutputFolder(output).results, read_only=True) as store:
        (run,) = store.runs()
        rows = list(store.rows(run.option_hash))
        values = [tuple(None if value != value else value for value in vars(row).values()) for row in rows]
        masks = [store.mask(row).tobytes() for row in rows if row.slice != WHOLE_VOLUME]
        records = [(case.case_id, case.status, case.slices) for case in store.cases(run.option_hash)]
    tables = {path.name: path.read_bytes() for path in sorted((output / "tables").glob("*.tsv"))}
    for timed in ("timing.tsv", "published.tsv"):
        tables.pop(timed, None)
    found = {"rows": values, "masks": masks, "cases": records, "tables": tables}
    if (output / "report.html").exists():
        found["report"] = (output / "report.html").read_text(encoding="utf-8").split('id="timings"')[0]
    return found


def assert_equal(found: dict[str, object], expected: dict[str, object]) -> None:
    assert expected["rows"] and len(expected["tables"]) > 5
    assert set(expected) - set(found) <= {"report"}
    for part, value in found.items():
        assert value == expected[part], part


@pytest.mark.parametrize("store", ["sqlite", "parquet"])
@pytest.mark.parametrize("executor", ["alone", "pool", "cluster"])
def test_results_are_the_same_bit_for_bit(request, undisturbed, cases, tmp_path, executor, store):
    how = {"alone": {}, "pool": {"workers": 2}}.get(executor)
    if how is None:
        how = {"scheduler": request.getfixturevalue("cluster")}
    report = (executor, store) == ("alone", "parquet")
    result = evaluate(cases[::-1], tmp_path / "out", store=store, report=report, **how)
    assert not result.failed
    found = snapshot(tmp_path / "out")
    assert ("report" in found) == report
    assert_equal(found, undisturbed)


def noted(folder: Path) -> list[Path]:
    """One file for each slice that was encoded, by any process."""
    return list(folder.glob("encoded-*"))


@pytest.mark.parametrize("store", ["sqlite", "parquet"])
def test_a_finished_case_is_never_computed_twice(cluster, cases, tmp_path, store):
    load = NotingPredictor(tmp_path / "notes")
    evaluate(cases[:1], tmp_path / "out", load=load, store=store)
    assert len(noted(tmp_path / "notes")) == SLICES
    evaluate(cases, tmp_path / "out", load=load, scheduler=cluster)
    assert len(noted(tmp_path / "notes")) == 3 * SLICES
    evaluate(cases, tmp_path / "out", load=load)
    assert len(noted(tmp_path / "notes")) == 3 * SLICES


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")
@pytest.mark.parametrize("store", ["sqlite", "parquet"])
def test_a_case_whose_worker_is_killed_is_evaluated_by_another(cluster, undisturbed, cases, tmp_path, store):
    load = DeadlyPredictor(tmp_path / "killed", os.getpid())  # kills its process in the middle of a case, once
    result = evaluate(cases, tmp_path / "out", load=load, scheduler=cluster, store=store)
    assert (tmp_path / "killed").exists() and not result.failed
    assert_equal(snapshot(tmp_path / "out"), undisturbed)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")
def test_a_case_that_kills_every_worker_fails_alone(cluster, cases, tmp_path):
    load = DeadlyPredictor(tmp_path / "killed", os.getpid(), always=True)
    request = [cases[0], write_wide_case(tmp_path)]
    result = evaluate(request, tmp_path / "out", load=load, scheduler=cluster, store="parquet")
    assert list(result.failed) == ["wide"] and "too little memory" in result.failed["wide"]
    assert result.finished == ("b",)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals on Windows")
def test_a_scheduler_that_is_gone_is_told_and_the_run_goes_on_later(undisturbed, cases, tmp_path):
    output = tmp_path / "out"
    with a_lone_scheduler() as (address, process):
        threading.Thread(target=_end_when_there_are_results, args=(output, process), daemon=True).start()
        with pytest.raises(DependencyError, match="scheduler") as told:
            evaluate(cases, output, WaitingPredictor(tmp_path / "never"), scheduler=address, store="parquet")
    assert "same command" in told.value.hint
    assert not list(output.glob(".running*"))
    evaluate(cases, output)
    assert_equal(snapshot(output), undisturbed)


def _end_when_there_are_results(output: Path, process) -> None:
    deadline = time.monotonic() + _DEADLINE_S
    while not list(output.glob("*/*/cases/*.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)


def test_a_stopped_run_on_a_cluster_goes_on_where_it_was(cluster, undisturbed, cases, tmp_path):
    output, gate = tmp_path / "out", tmp_path / "gate"
    load = WaitingPredictor(gate)
    request = RunRequest(cases, OPTIONS, output, load, scene=False, scheduler=cluster, store="parquet", report=False)
    with pytest.raises(Cancelled):
        run_benchmark(request, should_stop=lambda: bool(list(output.glob("*/*/cases/*.json"))))
    gate.touch()
    evaluate(cases, output, scheduler=cluster)
    assert_equal(snapshot(output), undisturbed)


def test_a_scheduler_that_does_not_answer_is_an_error_in_words(cases, tmp_path, monkeypatch):
    monkeypatch.setattr("SAMBenchmarkLib.session.executors.cluster.CONNECT_S", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(InputError, match="No Dask scheduler answers"):
            evaluate(cases, tmp_path / "out", scheduler=address)
    assert not (tmp_path / "out").exists()


def test_a_model_that_the_cluster_cannot_load_ends_the_run(cluster, cases, tmp_path):
    with pytest.raises(ModelError, match="vit_x"):
        evaluate(cases, tmp_path / "out", load=LoadedHereAlone(os.getpid()), scheduler=cluster)
    assert not (tmp_path / "out").exists()
