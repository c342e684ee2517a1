from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.case_sources import FileSource
from SAMBenchmarkLib.session.run_results import results_of
from SAMBenchmarkLib.session.stored_objects import StoredObjects
from SAMSegmenterLib.core.errors import InputError
from support.benchmark_runs import OPTIONS, box_case, evaluated, run_of
from support.case_files import write_case
from support.phantoms import two_boxes_volume


@pytest.fixture
def a_run(tmp_path):
    """Store, sources and results."""
    store = tmp_path / "results.sqlite"
    sources, outcome = run_of(store, "one", "two")
    (results,) = results_of(store, outcome, ["one", "two"])
    return store, sources, results


def test_a_row_gives_its_slice_with_reference_prediction_and_prompts(a_run):
    store, sources, results = a_run
    row = next(row for row in results.worst if (row.case_id, row.structure) == ("two", "right box"))
    shown = StoredObjects(store, sources).find(row, results.run.options)
    _volume, reference = two_boxes_volume()
    assert (shown.axis, shown.index, shown.structure) == (0, row.slice, "right box")
    assert shown.title == f"two, slice {row.slice}, S5 box"
    assert np.array_equal(shown.reference, reference.mask(reference.structures[1], 0, row.slice))
    with ResultStore(store, read_only=True) as opened:
        assert np.array_equal(shown.prediction, opened.mask(row))
    rows, columns = np.nonzero(shown.reference)
    assert list(shown.prompts.box) == [columns.min(), rows.min(), columns.max(), rows.max()]


def test_what_is_not_there_any_more_is_an_error_and_no_picture(a_run):
    store, sources, results = a_run
    objects = StoredObjects(store, sources[:1])
    gone = next(row for row in results.worst if row.case_id == "two")
    with pytest.raises(InputError, match="not at hand"):
        objects.find(gone, results.run.options)
    assert objects.picture(gone, results.run.options) is None
    there = next(row for row in results.worst if row.case_id == "one")
    assert objects.picture(there, results.run.options) is not None
    for changed in (replace(there, frame=1), replace(there, label_value=9), replace(there, slice=500)):
        with pytest.raises(InputError, match="has changed"):
            objects.find(changed, results.run.options)


def test_files_written_anew_since_are_not_shown_with_results_of_the_old_ones(tmp_path):
    source, store = FileSource(write_case(tmp_path, "one")), tmp_path / "results.sqlite"
    (results,) = results_of(store, evaluated(store, [source]), ["one"])
    objects = StoredObjects(store, [source])
    assert objects.find(results.worst[0], results.run.options).structure == results.worst[0].structure
    source.case.volume.write_bytes(source.case.volume.read_bytes() + b" ")
    with pytest.raises(InputError, match="has changed"):
        objects.find(results.worst[0], results.run.options)


def test_a_case_that_another_thread_asks_for_meanwhile_is_not_mixed_up():
    class Overtaken(StoredObjects):
        """An export puts its case there as soon as this one was read."""

        def __setattr__(self, name, value):
            super().__setattr__(name, value)
            if name == "_loaded" and value is not None and value[1].case.name == "one":
                super().__setattr__(name, (value[0], box_case("other").load(value[0])))

    options = OPTIONS.resolved()
    objects = Overtaken(Path(), [box_case("one")])
    assert objects.loaded("one", options).case.name == "one"


def test_a_case_is_read_once_as_long_as_no_other_is_looked_at():
    objects = StoredObjects(Path(), [box_case("one"), box_case("two")])
    options = OPTIONS.resolved()
    first = objects.loaded("one", options)
    assert objects.loaded("one", options) is first
    assert objects.loaded("two", options).case.name == "two"
    assert objects.loaded("one", options) is not first
