from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.exporting import export_files, file_name, file_names
from SAMBenchmarkLib.session.run_results import results_of
from SAMBenchmarkLib.session.stored_objects import StoredObjects
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from support.benchmark_runs import SLICES, run_of


@pytest.fixture(scope="module")
def a_run(tmp_path_factory):
    """Two cases of which one is exported."""
    store = tmp_path_factory.mktemp("run") / "results.sqlite"
    sources, outcome = run_of(store, "given", "withheld")
    return store, results_of(store, outcome, ["given"]), ["given"], StoredObjects(store, sources)


def test_nothing_is_given_away_of_cases_that_are_not_exported(a_run, tmp_path):
    written, notices = export_files(tmp_path / "out", *a_run, ignore_progress, never_stop)
    assert notices == []
    assert {path.name for path in written} >= {"results.sqlite", "report.html"}
    assert [path.name for path in written if b"withheld" in path.read_bytes()] == []
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as copy:
        (run,) = copy.runs()
        assert copy.count_finished_slices(run.option_hash) == {"given": SLICES}
    with ResultStore(a_run[0], read_only=True) as kept:
        assert set(kept.count_finished_slices(run.option_hash)) == {"given", "withheld"}  # the original stays


def test_an_export_that_is_stopped_leaves_whole_files(a_run, tmp_path):
    written, _notices = export_files(tmp_path / "out", *a_run, ignore_progress, lambda: True)
    assert [path.name for path in written] == ["results.sqlite"]
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["results.sqlite"]


def test_file_names_are_what_every_file_system_takes_and_never_the_same():
    assert file_name('a/b: "c"?d') == "a_b_c_d"
    assert file_name("..") == "unnamed"
    named = {"CT 1": "CT_1", "CT_1": "CT_1_2", "ct 1": "ct_1_3", "MR": "MR"}
    assert file_names(list(named)) == named
