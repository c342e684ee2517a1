"""Runs with protocols beside the strategies: stored, resumed, told of and shown like any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, ProtocolSettings
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import Cancelled
from support.case_files import SLICES, write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS

FEW = ProtocolSettings(shift_edges=(0, 3), shift_repeats=2, grid_sizes=(8,), relative_jitter=(0.1,), relative_repeats=1)
WITH_PROTOCOLS = replace(OPTIONS, protocols=tuple(PROTOCOL_TITLES), protocol_settings=FEW)


def run(cases, output: Path, options=WITH_PROTOCOLS, load=ThresholdPredictor, report=False, **callbacks):
    workers = callbacks.pop("workers", 1)
    request = RunRequest(
        cases, output=output, options=options, load_predictor=load, scene=False, report=report, workers=workers
    )
    return run_benchmark(request, **callbacks)


def contents(output: Path) -> list[str]:
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        return [
            repr((row, store.mask(row).tobytes() if row.slice != WHOLE_VOLUME else b""))
            for run in store.runs()
            for row in store.rows(run.option_hash)
        ]


def test_a_run_that_stops_within_a_protocol_goes_on_with_the_slice_it_was_in(tmp_path):
    case, predictor = write_case(tmp_path), ThresholdPredictor()
    run([case], tmp_path / "undisturbed", load=lambda: predictor)
    per_run, again = predictor.decode_calls, ThresholdPredictor()
    with pytest.raises(Cancelled):
        run([case], tmp_path / "out", load=lambda: again, should_stop=lambda: again.decode_calls == per_run // 2)
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as store:
        [(_case, finished)] = store.count_finished_slices(store.runs()[0].option_hash).items()
    assert 0 < finished < SLICES
    assert again.decode_calls == per_run // 2  # it stopped at once
    run([case], tmp_path / "out")
    assert contents(tmp_path / "out") == contents(tmp_path / "undisturbed")


def test_several_workers_give_the_same_rows(tmp_path):
    cases = [write_case(tmp_path), write_case(tmp_path, "second", shift=2)]
    options = replace(WITH_PROTOCOLS, protocols=("huang-shift", "mazurowski-points"), max_slices=2)
    run(cases, tmp_path / "alone", options)
    run(cases, tmp_path / "parallel", options, workers=2)
    assert contents(tmp_path / "parallel") == contents(tmp_path / "alone")


def test_progress_tells_of_every_protocol_and_counts_slices(tmp_path):
    events = []
    run([write_case(tmp_path)], tmp_path / "out", on_progress=events.append)
    slices = [event for event in events if event.stage == "evaluating slices"]
    assert {event.message.partition(": ")[2] for event in slices} == {"", *PROTOCOL_TITLES}
    assert [event.done for event in slices] == sorted(event.done for event in slices)
    assert (slices[-1].done, {event.total for event in slices}) == (SLICES, {SLICES})


def test_tables_and_report_show_every_protocol_and_go_with_them(tmp_path):
    case, output = write_case(tmp_path), tmp_path / "out"
    options = replace(WITH_PROTOCOLS, max_slices=1)
    run([case], output, options, report=True)
    written = {path.stem for path in (output / "tables").iterdir()}
    assert {f"{name}_predicted_iou" for name in PROTOCOL_TITLES} | {"dice_by_clicks"} <= written
    text = (output / "report.html").read_text(encoding="utf-8")
    assert 'id="protocols"' in text and 'href="#protocols"' in text and "Iterative points, algorithm 1" in text
    run([case], output, OPTIONS, report=True)
    assert not [path for path in (output / "tables").iterdir() if path.stem.startswith(tuple(PROTOCOL_TITLES))]
    assert 'id="protocols"' not in (output / "report.html").read_text(encoding="utf-8")


def test_protocols_alone_give_their_tables_and_a_report_that_says_so(tmp_path):
    case, output = write_case(tmp_path), tmp_path / "out"
    options = replace(WITH_PROTOCOLS, strategies=(), protocols=("huang-rounds", "huang-grid"), max_slices=1)
    result = run([case], output, options, report=True)
    assert {table.name for table in result.tables} >= {"huang-rounds_oracle", "huang-grid_oracle", "dice_by_clicks"}
    assert not [table for table in result.tables if table.name.startswith("dice_oracle")]
    text = (output / "report.html").read_text(encoding="utf-8")
    assert "No strategy was evaluated, only protocols" in text
    assert "<dt>Objects</dt><dd>2<" in text  # both boxes, though S0-S6 have no row of them
