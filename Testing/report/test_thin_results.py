"""Runs with little in them: the page says in sentences what cannot be given, and never shows a blank or "nan"."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import PredictedMask, SliceOutcome
from SAMBenchmarkLib.core.store import CaseRecord, ResultStore
from SAMBenchmarkLib.report.write_report import report_html
from support.outcomes import HASH, a_row
from support.report_case import filled_store, picture_of, reference_mask

S5 = {"strategies": ("S5",)}


def words(store: ResultStore) -> str:
    """The page as a reader sees it, without the list of options, where "nan" is the name of one."""
    text = report_html(store, HASH, picture_of)
    store.close()
    assert "nan" not in re.sub(r"\s(id|href)=\"[^\"]*\"", "", re.search(r"(?s)<svg.*</svg>|$", text)[0]).casefold()
    text = re.sub(r"(?s)<style.*?</style>|<svg.*?</svg>|<section id=\"(options|methods)\".*?</section>", " ", text)
    seen = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", text)))
    assert not re.search(r"\b(nan|None)\b", seen), seen
    return seen


def with_attributes(folder, values, modalities=("",), strategies=("S5",)):
    """A store with one object per value, which is both its size and 100 times its DICE, S5 alone."""
    store = ResultStore(folder / "results.sqlite")
    store.register_run(HASH, BenchmarkOptions(strategies=strategies).to_json() | {"model": "tiny"}, {})
    for number, modality in enumerate(modalities):
        case = f"case {number}"
        for index, value in enumerate(values):
            found = {"dice": value / 100, "jac": value / 200, "n_gt": 50, "n_pred": 50, "size": int(value)}
            row = a_row(case_id=case, slice=index, strategy="S5", structure="liver", selection="oracle", **found)
            row = replace(row, aspect_ratio=0.5, intensity_difference=10.0, fourier_order=float(value % 7))
            store.save(SliceOutcome(case, 0, "axial", index, (PredictedMask(row, reference_mask(1)),), ()))
        store.finish_case(CaseRecord(HASH, case, modality=modality, status="finished", slices=len(values)))
    return store


def test_one_object_only_has_no_interval_no_test_and_no_correlation(tmp_path):
    seen = words(with_attributes(tmp_path, [60.0]))
    assert "1 patient only: no interval." in seen
    assert "There is one strategy: nothing to compare." in seen
    assert "No correlation can be given: 1 object only: no correlation; no case says its modality." in seen


def test_attributes_that_do_not_vary_are_named_beside_those_that_do(tmp_path):
    seen = words(with_attributes(tmp_path, [10.0, 30.0, 20.0, 60.0, 80.0, 70.0]))
    assert "aspect ratio is the same for all objects" in seen
    assert "intensity difference is the same for all objects" in seen
    assert "no case says its modality" in seen


def test_ties_throughout_are_no_correlation(tmp_path):
    seen = words(with_attributes(tmp_path, [40.0] * 6))
    assert "No correlation can be given: size is the same for all objects" in seen


def test_a_structure_in_one_modality_only_is_not_compared(tmp_path):
    assert "All cases are CT: there are no modalities to compare." in words(
        with_attributes(tmp_path, [40.0, 50.0], ("CT", "CT"))
    )


def test_all_predictions_empty_is_said_and_distances_are_undefined(tmp_path):
    seen = words(filled_store(tmp_path, slices=2, empty=True, **S5))
    assert "No strategy found anything: every DICE is 0." in seen
    assert "undefined" in seen and "Nothing is drawn in orange: the prediction is empty." in seen


def test_a_strategy_without_result_is_shown_as_such(tmp_path):
    seen = words(with_attributes(tmp_path, [40.0, 50.0], strategies=("S2", "S5")))
    assert "S5 box does best" in seen
    assert "S2 1 point There is nothing to show: no object with a DICE." in seen


def test_a_run_without_any_slice_says_so(tmp_path):
    store = ResultStore(tmp_path / "results.sqlite")
    store.register_run(HASH, BenchmarkOptions(**S5).to_json() | {"model": "tiny"}, {})
    seen = words(store)
    assert "No object was evaluated, so there are no figures." in seen and "Nothing was timed." in seen


@pytest.mark.parametrize("failed", [False, True])
def test_a_half_finished_run_is_told_from_a_finished_one(tmp_path, failed):
    store = filled_store(tmp_path, slices=2, **S5)
    store.begin_case(CaseRecord(HASH, "case b", slices=9))
    if failed:
        store.finish_case(CaseRecord(HASH, "case b", status="failed", reason="The file is damaged.", slices=9))
    seen = words(store)
    said = "1 case could not be evaluated" if failed else "1 case not finished yet: the figures are of what is there"
    assert said in seen and ("case b: The file is damaged." in seen) is failed
