from __future__ import annotations

import math
import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.rows import WHOLE_VOLUME
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session import case_loading, runner
from SAMBenchmarkLib.session.outputs import Extras
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError, StoreError
from SAMSegmenterLib.core.geometry import Volume
from support.case_files import SLICES, write_case, write_volume, write_wide_case
from support.fake_predictor import PromptlessPredictor, ThresholdPredictor
from support.faulty_predictors import OPTIONS, BuggyPredictor, DyingPredictor, FailingPredictor, no_predictor


@pytest.fixture
def a_case(tmp_path) -> Case:
    return write_case(tmp_path)


@pytest.fixture
def output(tmp_path) -> Path:
    return tmp_path / "out"


def run(cases: list[Case], output: Path, **changes) -> RunResult:
    given = {"options": OPTIONS, "load_predictor": ThresholdPredictor, "scene": False, "report": False, **changes}
    callbacks = {name: given.pop(name) for name in ("on_progress", "should_stop") if name in given}
    return run_benchmark(RunRequest(cases, output=output, **given), **callbacks)


def contents(output: Path) -> list[tuple]:
    """All rows with their masks, NaN made comparable; hashes, figures, prompts, everything but timings."""
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        return [
            (
                *(None if value != value else value for value in vars(row).values()),
                store.mask(row).tobytes() if row.slice != WHOLE_VOLUME else b"",
            )
            for record in store.runs()
            for row in store.rows(record.option_hash)
        ]


class CountingPredictor(ThresholdPredictor):
    """Counts over all instances what it was asked to encode."""

    encoded = 0

    def encode(self, images):
        type(self).encoded += len(images)
        return super().encode(images)


@pytest.fixture
def counting(monkeypatch) -> type[CountingPredictor]:
    monkeypatch.setattr(CountingPredictor, "encoded", 0)
    return CountingPredictor


def test_rows_have_the_figures_computed_by_hand(a_case, output):
    """Image and reference are 8 columns wide and one column apart: 7 in common, 9 together.

    The model finds what the image shows. Of its answers to a box the best one is cut off at the box: 7 columns.
    """
    result = run([a_case], output)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        rows = list(store.rows(result.option_hash, variant=""))
    assert len(rows) == SLICES * 2 * 2 * 2  # structures, strategies, selections
    assert {row.slice for row in rows} == {2, 3, 4, 5}
    for row in rows:
        height = {"left box": 9, "right box": 15}[row.structure]
        columns, union = (7, 8) if (row.strategy, row.selection) == ("S5", "oracle") else (8, 9)
        assert (row.case_id, row.frame, row.plane) == ("boxes", 0, "axial")
        assert (row.n_gt, row.n_pred, row.size) == (8 * height, columns * height, 8 * height)
        assert row.dice == pytest.approx(2 * 7 / (8 + columns))
        assert row.jac == pytest.approx(7 / union)
        assert (row.hd_px, row.hd_mm) == (1.0, 0.5)  # one column, 0.5 mm wide


def test_tables_show_what_the_rows_say(a_case, output):
    run([a_case], output)
    lines = (output / "tables" / "dice_predicted_iou.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == ["structure", "n", "S2", "S5"]
    assert lines[1].split("\t") == ["left box", "4", "87.50 (0.00)", "87.50 (0.00)"]
    assert lines[3].startswith("average over structures (macro)\t2\t87.50 (0.00)")
    options = (output / "tables" / "options.tsv").read_text(encoding="utf-8")
    assert "strategies\tS2,S5\n" in options
    assert "model_sha256\t" + "f" * 64 in options


def test_the_result_tells_what_is_where(a_case, output):
    result = run([a_case], output, report=True)
    assert (result.finished, result.failed) == (("boxes",), {})
    assert result.paths[:2] == (output / "results.sqlite", output / "report.html")
    assert all(path.is_file() for path in result.paths)
    assert "<img" in (output / "report.html").read_text(encoding="utf-8")


def test_progress_counts_every_slice(a_case, output):
    events = []
    run([a_case], output, on_progress=events.append)
    slices = [event for event in events if event.stage == "evaluating slices"]
    assert [(event.done, event.total) for event in slices] == [(n, SLICES) for n in range(1, SLICES + 1)]
    assert slices[0].seconds_left is not None


def test_the_same_request_again_computes_nothing_and_reads_no_file(a_case, output, counting, monkeypatch):
    run([a_case], output, load_predictor=counting)
    before, encoded = contents(output), counting.encoded

    def refuse(*arguments):
        raise AssertionError("a finished case was read")

    monkeypatch.setattr(case_loading, "load_case", refuse)
    monkeypatch.setattr(runner, "load_case", refuse)
    result = run([a_case], output, load_predictor=counting)
    assert (counting.encoded, result.finished) == (encoded, ("boxes",))
    assert contents(output) == before


def test_outputs_that_were_deleted_are_written_again_without_computing(a_case, output, counting):
    run([a_case], output, load_predictor=counting)
    encoded, table = counting.encoded, (output / "tables" / "dice_oracle.tsv").read_bytes()
    shutil.rmtree(output / "tables")
    run([a_case], output, load_predictor=counting)
    assert (output / "tables" / "dice_oracle.tsv").read_bytes() == table
    assert counting.encoded == encoded


@pytest.mark.parametrize("keep_going", [True, False])
def test_a_stopped_run_goes_on_where_it_was(a_case, output, tmp_path, counting, keep_going):
    run([a_case], tmp_path / "undisturbed")
    events = []

    def stop_after_three_slices() -> bool:
        return any(event.stage == "evaluating slices" and event.done == 3 for event in events)

    stop = {"on_progress": events.append, "should_stop": stop_after_three_slices}
    with pytest.raises(Cancelled):
        run([a_case], output, load_predictor=counting, keep_going=keep_going, **stop)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        (record,) = store.cases(store.runs()[0].option_hash)
        assert (record.status, store.count_finished_slices(record.option_hash)) == ("running", {"boxes": 3})
    before = counting.encoded  # one more than was answered where slices are encoded ahead
    run([a_case], output, load_predictor=counting, keep_going=keep_going)
    assert counting.encoded - before == SLICES - 3
    assert contents(output) == contents(tmp_path / "undisturbed")


def test_ctrl_c_in_the_middle_of_a_slice_keeps_the_finished_ones(a_case, output):
    class Interrupted(CountingPredictor):
        def encode(self, images):
            if CountingPredictor.encoded == 2:
                raise KeyboardInterrupt
            CountingPredictor.encoded += 1
            return ThresholdPredictor.encode(self, images)

    CountingPredictor.encoded = 0
    with pytest.raises(KeyboardInterrupt):
        run([a_case], output, load_predictor=Interrupted)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        assert store.count_finished_slices(store.runs()[0].option_hash) == {"boxes": 2}


def test_changed_files_are_evaluated_anew_with_a_notice(a_case, output, tmp_path):
    run([a_case], output)
    old = contents(output)
    write_case(tmp_path, shift=2)
    os.utime(a_case.labels, (1, 1))
    result = run([a_case], output)
    assert any("its files changed" in notice for notice in result.notices)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        rows = list(store.rows(result.option_hash))
    assert {row.dice for row in rows if row.selection == "predicted_iou" and not row.variant} == {2 * 6 / 16}
    assert len(rows) == len(old)


def test_a_changed_file_that_cannot_be_read_leaves_a_single_case_as_it_was(a_case, output):
    run([a_case], output, keep_going=False)
    before = contents(output)
    a_case.volume.write_bytes(b"broken")
    with pytest.raises(InputError):
        run([a_case], output, keep_going=False)
    assert contents(output) == before


def test_changed_options_do_not_mix_with_old_rows(a_case, output):
    first = run([a_case], output)
    only_box = replace(OPTIONS, strategies=("S5",), selections=("oracle",))
    second = run([a_case], output, options=only_box)
    assert first.option_hash != second.option_hash
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        assert len(list(store.rows(first.option_hash, variant=""))) == 2 * 2 * 2 * SLICES
        assert {(row.strategy, row.selection) for row in store.rows(second.option_hash)} == {("S5", "oracle")}
    names = {path.name for path in (output / "tables").iterdir()}
    assert "dice_oracle.tsv" in names
    assert "dice_predicted_iou.tsv" not in names  # it would show the first options


def test_timing_repetitions_fill_the_timing_table_and_change_no_row(a_case, output):
    first = run([a_case], output)
    rows = contents(output)
    second = run([a_case], output, options=replace(OPTIONS, timing_repeats=2))
    assert first.option_hash == second.option_hash
    assert contents(output) == rows
    table = next(table for table in second.tables if table.name == "timing")
    assert (table.columns["stage"], table.columns["repeats"]) == (["embedding", "S2", "S5"], [2, 2, 2])
    measured = table.columns["seconds"]
    again = run([a_case], output, options=replace(OPTIONS, timing_repeats=2))
    assert next(table for table in again.tables if table.name == "timing").columns["seconds"] == measured


def test_a_batch_records_a_failing_case_and_goes_on(a_case, output, tmp_path):
    broken = replace(a_case, name="broken", volume=tmp_path / "broken.nrrd")
    broken.volume.write_bytes(b"NRRD0004\nnonsense")
    result = run([broken, a_case], output)
    assert result.finished == ("boxes",)
    assert list(result.failed) == ["broken"]
    assert result.failed["broken"].startswith("<volume> cannot be read as NRRD")
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        assert [(case.case_id, case.status) for case in store.cases(result.option_hash)] == [
            ("boxes", "finished"),
            ("broken", "failed"),
        ]
    assert (output / "tables" / "dice_oracle.tsv").is_file()


@pytest.mark.parametrize(
    ("predictor", "reason"), [(FailingPredictor, "too little memory"), (BuggyPredictor, "ZeroDivisionError")]
)
def test_a_model_that_fails_on_one_case_fails_that_case_alone(a_case, output, tmp_path, predictor, reason):
    result = run([write_wide_case(tmp_path), a_case], output, load_predictor=predictor)
    assert reason in result.failed["wide"]
    assert ("boxes" in result.finished) == (predictor is FailingPredictor)


def test_a_failed_case_is_tried_again(a_case, output, tmp_path):
    whole = a_case.volume.read_bytes()
    a_case.volume.write_bytes(whole[:100])
    assert list(run([a_case], output).failed) == ["boxes"]
    a_case.volume.write_bytes(whole)
    assert run([a_case], output).finished == ("boxes",)


@pytest.mark.parametrize("exists", [True, False])
def test_bad_input_of_a_single_case_leaves_nothing_behind(a_case, output, exists):
    if exists:
        output.mkdir()
    a_case.volume.write_bytes(b"NRRD0004\nnonsense")
    with pytest.raises(InputError):
        run([a_case], output, keep_going=False)
    assert output.exists() == exists
    assert not exists or list(output.iterdir()) == []


def test_an_error_in_the_first_slice_of_a_single_case_leaves_nothing_behind(output, tmp_path):
    with pytest.raises(ModelError, match="too little memory"):
        run([write_wide_case(tmp_path)], output, load_predictor=FailingPredictor, keep_going=False)
    assert not output.exists()


def test_no_label_large_enough_is_an_input_error(a_case, output):
    with pytest.raises(InputError, match="No label has more than 500 pixels"):
        run([a_case], output, options=replace(OPTIONS, min_object_pixels=500), keep_going=False)
    assert not output.exists()


def test_a_model_that_cannot_be_loaded_leaves_nothing_behind(a_case, output):
    with pytest.raises(ModelError, match="vit_x"):
        run([a_case], output, load_predictor=no_predictor)
    assert not output.exists()


def test_results_of_another_version_are_left_alone(a_case, output):
    output.mkdir()
    with ResultStore(output / "results.sqlite") as store:
        store._connection.execute("PRAGMA user_version = 99")
    before = (output / "results.sqlite").read_bytes()
    with pytest.raises(StoreError, match="version 99"):
        run([a_case], output)
    assert (output / "results.sqlite").read_bytes() == before
    assert [path.name for path in output.iterdir()] == ["results.sqlite"]


def test_a_full_disk_ends_the_run_and_keeps_finished_slices(a_case, output, monkeypatch):
    saved = []
    save = ResultStore.save

    def save_until_full(store, outcome):
        if len(saved) == 2:
            raise StoreError("results.sqlite could not be used: database or disk is full.", "Free some space.")
        saved.append(outcome)
        save(store, outcome)

    monkeypatch.setattr(ResultStore, "save", save_until_full)
    with pytest.raises(StoreError, match="full"):
        run([a_case], output)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        assert store.count_finished_slices(store.runs()[0].option_hash) == {"boxes": 2}


def test_cases_of_earlier_runs_are_mentioned(a_case, output, tmp_path):
    run([a_case], output)
    result = run([write_case(tmp_path, "more")], output)
    assert any("1 case(s) of earlier runs with these options: boxes" in notice for notice in result.notices)
    assert next(table for table in result.tables if table.name == "dice_oracle").columns["n"][:2] == [8, 8]


def test_a_resampled_reference_is_told(a_case, output):
    from SAMSegmenterLib.files.images import read_image

    volume = read_image(a_case.volume).frames[0]
    cut = Volume(np.ascontiguousarray(volume.array[:, 1:, :]), volume.ijk_to_ras @ _moved(0, 1, 0))
    write_volume(a_case.volume, cut)
    result = run([a_case], output)
    assert any("boxes: The labels" in notice for notice in result.notices)


def _moved(i: float, j: float, k: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = i, j, k
    return matrix


def test_every_volume_of_a_4d_case_is_evaluated_by_itself(output, monkeypatch, a_case):
    loaded = case_loading.load_case(a_case, OPTIONS)
    slices = type(loaded.slices)((frame, task) for frame in (0, 1) for _frame, task in loaded.slices)
    twice = replace(loaded, frames=loaded.frames * 2, segmentations=loaded.segmentations * 2, slices=slices)
    for module in (runner, case_loading, __import__("SAMBenchmarkLib.session.case_run", fromlist=["x"])):
        monkeypatch.setattr(module, "load_case", lambda case, options: twice)
    result = run([a_case], output)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        rows = [(row.frame, row.slice == WHOLE_VOLUME) for row in store.rows(result.option_hash)]
    assert [rows.count((frame, False)) for frame in (0, 1)] == [2 * 2 * 2 * SLICES] * 2
    assert [rows.count((frame, True)) for frame in (0, 1)] == [2 * 2 * 2] * 2


def test_a_caller_can_add_tables_and_notes(a_case, output):
    seen = []

    def extend(loaded, predictor):
        seen.append((loaded.case.name, predictor.spec.name))
        return Extras((Table("carried", "Carried", {"slice": [1, 2]}),), {}, ("A tour of the tool.",))

    result = run([a_case], output, extend=extend, report=True)
    assert seen == [("boxes", "threshold")]
    assert (output / "tables" / "carried.tsv").read_text(encoding="utf-8") == "slice\n1\n2\n"
    assert "carried" in [table.name for table in result.tables]
    assert "A tour of the tool." in (output / "report.html").read_text(encoding="utf-8")


def test_the_cache_survives_between_runs(a_case, output, tmp_path, counting):
    run([a_case], output, load_predictor=counting, cache_directory=tmp_path / "cache")
    first = counting.encoded
    assert 0 < first <= SLICES
    run([a_case], tmp_path / "other", load_predictor=counting, cache_directory=tmp_path / "cache")
    assert counting.encoded == first
    assert contents(tmp_path / "other") == contents(output)


def test_several_workers_give_the_same_rows_and_count_every_slice(a_case, output, tmp_path):
    cases = [a_case, write_case(tmp_path, "second", shift=2), write_case(tmp_path, "third", shift=0)]
    run(cases, output)
    events = []
    result = run(cases, tmp_path / "parallel", workers=2, on_progress=events.append)
    assert result.finished == ("boxes", "second", "third")
    assert contents(tmp_path / "parallel") == contents(output)
    slices = [event for event in events if event.stage == "evaluating slices"]
    assert (slices[-1].done, slices[-1].total) == (3 * SLICES, 3 * SLICES)
    assert sorted(path.name for path in (tmp_path / "parallel").iterdir()) == ["csv", "results.sqlite", "tables"]


def test_a_worker_that_dies_fails_its_case_alone(a_case, output, tmp_path):
    cases = [write_wide_case(tmp_path), a_case, write_case(tmp_path, "second")]
    result = run(cases, output, workers=2, load_predictor=DyingPredictor)
    assert result.finished == ("boxes", "second")
    assert "worker process ended" in result.failed["wide"]
    assert len(contents(output)) == 2 * 2 * 2 * 2 * (SLICES + 1)  # and the whole structures


def test_cases_that_fail_in_workers_are_recorded(a_case, output, tmp_path):
    cases = [write_wide_case(tmp_path), a_case]
    result = run(cases, output, workers=2, load_predictor=FailingPredictor)
    assert (result.finished, list(result.failed)) == (("boxes",), ["wide"])
    assert "Use --device cpu" in result.failed["wide"]


def test_workers_stop_when_the_user_does(a_case, output, tmp_path):
    cases = [a_case, write_case(tmp_path, "second")]
    with pytest.raises(Cancelled):
        run(cases, output, workers=2, should_stop=lambda: True)
    assert run(cases, output).finished == ("boxes", "second")


def test_undefined_figures_reach_the_tables(output, tmp_path):
    """Images without spacing have no figures in millimetres."""
    import SimpleITK

    labels = np.zeros((20, 30), np.uint8)
    labels[5:15, 5:20] = 1
    for name, pixels in (("image", np.where(labels, 200, 50).astype(np.uint8)), ("labels", labels)):
        SimpleITK.WriteImage(SimpleITK.GetImageFromArray(pixels), str(tmp_path / f"{name}.png"))
    result = run([Case("photo", tmp_path / "image.png", tmp_path / "labels.png")], output)
    table = next(table for table in result.tables if table.name == "summary_oracle")
    assert table.columns["hd_mm_undefined"] == [1, 1]
    assert all(math.isnan(value) for value in table.columns["hd_mm_mean"])
    assert table.columns["hd_px_mean"] == [0.0, 0.0]


def promptless_options(**changes):
    return replace(OPTIONS, strategies=None, **changes)


def test_a_promptless_model_is_asked_once_per_slice_and_its_rows_say_what_was_asked(a_case, output):
    """The image is 8 columns wide and the reference as wide, one column apart: 7 in common."""
    result = run([a_case], output, options=promptless_options(), load_predictor=PromptlessPredictor)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        rows, (record,) = list(store.rows(result.option_hash, variant="")), store.runs()
    assert {row.strategy for row in rows} == {"S0"} and len(rows) == SLICES * 2 * 2  # structures, selections
    assert {(row.structure, row.dice) for row in rows} == {("left box", 7 / 8), ("right box", 0.0)}
    assert record.options["options"]["strategies"] == ["S0"]
    named = run(
        [a_case], output, options=promptless_options(structures=("left box",)), load_predictor=PromptlessPredictor
    )
    assert named.option_hash != result.option_hash
    assert table(named, "summary_predicted_iou").columns["structure"] == ["left box"]


def table(result: RunResult, name: str) -> Table:
    return next(table for table in result.tables if table.name == name)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_without_prompts_goes_on_where_it_stopped(tmp_path, a_case, output, workers):
    cases = [a_case, write_case(tmp_path, "second")]
    given = {"options": promptless_options(), "load_predictor": PromptlessPredictor}
    asked = iter([False, False, False])
    with pytest.raises(Cancelled):
        run(cases, output, should_stop=lambda: next(asked, True), **given)
    with ResultStore(output / "results.sqlite", read_only=True) as store:
        stored = sum(store.count_finished_slices(store.runs()[0].option_hash).values())
    assert 0 < stored < 2 * SLICES
    run(cases, output, workers=workers, **given)
    run(cases, tmp_path / "undisturbed", **given)
    assert contents(output) == contents(tmp_path / "undisturbed")


def test_a_promptless_run_leaves_report_scene_and_timings(a_case, output):
    options = promptless_options(timing_repeats=2, structures=("left box",))
    result = run([a_case], output, options=options, load_predictor=PromptlessPredictor, scene=True, report=True)
    assert not result.failed and table(result, "timing").columns["stage"] == ["embedding", "S0"]
    report = (output / "report.html").read_text(encoding="utf-8")
    for words in ("S0 no prompt", "No prompts: promptless model.", "CHASEDB1", "one mask for each slice"):
        assert words in report
    assert "Liver-CT" not in report and "S5 box" not in report.partition('id="options"')[0]
    assert (output / "scene.mrb").exists() or any("No scene" in notice for notice in result.notices)


def test_strategies_that_do_not_suit_the_model_leave_nothing(a_case, output):
    for options, load in ((OPTIONS, PromptlessPredictor), (replace(OPTIONS, strategies=("S0",)), ThresholdPredictor)):
        with pytest.raises(InputError, match="cannot be evaluated") as caught:
            run([a_case], output, options=options, load_predictor=load)
        assert caught.value.hint.startswith("Choose from") and not output.exists()
