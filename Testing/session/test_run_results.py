from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.box_outlines import BOX_PLOT
from SAMBenchmarkLib.core.object_tables import DICE_BY_OBJECT, WORST_FIRST
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.run_results import StoreOfCases, results_of, shown_selection
from support.benchmark_runs import OBJECTS, OPTIONS, SELECTIONS, SLICES, run_of


@pytest.fixture(scope="module")
def a_run(tmp_path_factory):
    store = tmp_path_factory.mktemp("run") / "results.sqlite"
    return store, run_of(store, "one", "two")[1]


def test_results_have_the_worst_objects_first_and_the_rows_behind_them(a_run):
    store, outcome = a_run
    (found,) = results_of(store, outcome, ["one", "two"])
    assert (found.run.model, found.cases, found.rows) == ("model", ("one", "two"), 2 * SLICES * OBJECTS * SELECTIONS)
    assert found.tables[0].name == WORST_FIRST
    assert found.tables[0].columns["case"] == [row.case_id for row in found.worst]
    assert len(found.worst) == 2 * SLICES * OBJECTS
    assert {row.selection for row in found.worst} == {"predicted_iou"}
    assert [table.name for table in found.plotted] == [BOX_PLOT, DICE_BY_OBJECT]


def test_cases_that_are_left_out_are_in_no_table(a_run):
    store, outcome = a_run
    (found,) = results_of(store, outcome, ["two"])
    assert (found.cases, found.rows) == (("two",), SLICES * OBJECTS * SELECTIONS)
    assert set(found.tables[0].columns["case"]) == {"two"}
    summary = next(table for table in found.tables if table.name == "summary_oracle")
    assert summary.columns["n"] == [SLICES] * OBJECTS
    assert results_of(store, outcome, []) == ()


def test_a_store_of_some_cases_shows_nothing_of_the_others(a_run):
    store, outcome = a_run
    key = outcome.runs[0].option_hash
    with ResultStore(store, read_only=True) as opened:
        chosen = StoreOfCases(opened, ["one"])
        assert {row.case_id for row in chosen.rows(key)} == {"one"}
        assert [record.case_id for record in chosen.cases(key)] == ["one"]
        assert {timing.case_id for timing in chosen.timings(key)} == {"one"}
        whole = sum(len(batch["dice"]) for batch in opened.columns(key, ("dice",)))
        assert sum(len(batch["dice"]) for batch in chosen.columns(key, ("dice",))) * 2 == whole


def test_the_selection_shown_is_the_one_in_use_where_it_was_measured():
    assert shown_selection(OPTIONS) == "predicted_iou"
    assert shown_selection(BenchmarkOptions(selections=("oracle",))) == "oracle"
