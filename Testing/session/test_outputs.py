from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.store import ResultStore, RunRecord
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session import outputs
from SAMBenchmarkLib.session.case_loading import load_case
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.outputs import Extras
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.errors import StoreError
from support.case_files import write_case
from support.fake_predictor import ThresholdPredictor
from support.faulty_predictors import OPTIONS
from support.outcomes import HASH, an_outcome

RUN = RunRecord(HASH, {"options": BenchmarkOptions(seed=7).to_json(), "arithmetic": {"device": "cpu"}}, {"numpy": "2"})


@pytest.fixture
def a_folder(tmp_path) -> OutputFolder:
    return OutputFolder(tmp_path)


def a_table(name: str) -> Table:
    return Table(name, name, {"x": [1]})


def test_tables_of_a_run_end_with_its_options(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        store.save(an_outcome())
        tables = outputs.run_tables(store, RUN, [a_table("further")])
    assert [table.name for table in tables][-2:] == ["further", "options"]
    pairs = dict(tables[-1].rows)
    assert (pairs["option_hash"], pairs["seed"], pairs["device"], pairs["numpy"]) == (HASH, "7", "cpu", "2")
    assert pairs["strategies"] == "S1,S2,S3,S4,S5,S6"


def test_nothing_stored_gives_no_tables(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        assert outputs.run_tables(store, RUN, [a_table("further")]) == []


def test_options_come_back_from_the_store():
    assert outputs.stored_options(RUN).seed == 7


def test_tables_of_other_options_go_and_files_of_others_stay(a_folder):
    outputs.write_tables(a_folder, [a_table("dice_first"), a_table("timing")])
    (a_folder.tables / "mine.tsv").touch()
    written = outputs.write_tables(a_folder, [a_table("dice_oracle")])
    assert written == [a_folder.tables / "dice_oracle.tsv"]
    assert sorted(path.name for path in a_folder.tables.iterdir()) == ["dice_oracle.tsv", "mine.tsv"]


def test_spreadsheets_hold_the_same_tables(a_folder):
    outputs.write_tables(a_folder, [a_table("dice_first")])
    outputs.write_tables(a_folder, [a_table("dice_oracle")])
    assert [path.name for path in a_folder.spreadsheets.iterdir()] == ["dice_oracle.csv"]
    assert (a_folder.spreadsheets / "dice_oracle.csv").read_text(encoding="utf-8-sig") == "x\n1\n"


def test_a_file_where_the_tables_go_is_an_error_in_words(a_folder):
    a_folder.tables.write_text("mine", encoding="utf-8")
    with pytest.raises(StoreError, match="tables could not be written"):
        outputs.write_tables(a_folder, [a_table("dice_oracle")])


def test_the_options_table_tells_whose_outputs_are_there(a_folder):
    assert outputs.shown_run(a_folder) == ""
    outputs.write_tables(a_folder, [outputs.options_table(RUN)])
    assert outputs.shown_run(a_folder) == HASH
    outputs.forget_shown_run(a_folder)
    assert outputs.shown_run(a_folder) == ""


def test_a_missing_report_package_is_a_notice(a_folder, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "SAMBenchmarkLib.report.write_report", None)
    notices: list[str] = []
    with ResultStore(a_folder.results) as store:
        assert outputs.write_run_report(a_folder, store, RUN, notices.append) == []
    assert notices == ["No report was written: the package SAMBenchmarkLib.report.write_report is missing."]


def test_without_slicer_there_is_a_notice_instead_of_a_scene(a_folder, monkeypatch, tmp_path):
    monkeypatch.setattr(outputs.importlib.util, "find_spec", lambda name: None)
    notices: list[str] = []
    loaded = load_case(write_case(tmp_path), OPTIONS)
    with ResultStore(a_folder.results) as store:
        assert outputs.write_run_scene(a_folder, store, RUN, loaded, [], Extras(), notices.append) == []
    assert notices == [outputs.NO_SCENE]


def test_a_scene_holds_volume_reference_predictions_and_additions(tmp_path):
    pytest.importorskip("slicer")
    case = write_case(tmp_path)

    def extend(loaded, predictor):
        carried = replace(loaded.segmentations[0], structures=loaded.segmentations[0].structures[:1])
        return Extras(predicted={"One box, carried": carried}, notes=("A tour of the tool.",))

    request = RunRequest([case], OPTIONS, tmp_path / "out", ThresholdPredictor, report=False, extend=extend)
    result = run_benchmark(request)
    assert result.paths[1] == tmp_path / "out" / "scene.mrb"
    with zipfile.ZipFile(tmp_path / "out" / "scene.mrb") as scene:
        names = {Path(name).name for name in scene.namelist()}
    assert {"Reference.seg.nrrd", "One box, carried.seg.nrrd", "dice_oracle.tsv", "options.tsv"} <= names
    predicted = {name for name in names if name.startswith(("S2", "S5")) and name.endswith(".seg.nrrd")}
    assert len(predicted) == 4


def test_a_scene_that_is_up_to_date_is_left_as_it_is(tmp_path):
    pytest.importorskip("slicer")
    request = RunRequest([write_case(tmp_path)], OPTIONS, tmp_path / "out", ThresholdPredictor, report=False)
    run_benchmark(request)
    scene = tmp_path / "out" / "scene.mrb"
    scene.write_bytes(b"marked")
    assert scene in run_benchmark(request).paths
    assert scene.read_bytes() == b"marked"
    run_benchmark(replace(request, options=replace(OPTIONS, strategies=("S2",))))
    assert scene.read_bytes() != b"marked"
