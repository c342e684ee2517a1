"""What the panel does, without a panel; see also `Testing/desktop/benchmark`."""

from __future__ import annotations

import gc
import threading
import weakref

import pytest

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.scene.node_pairs import NodePair
from SAMBenchmarkLib.session.models_estimate import estimate_models
from SAMBenchmarkLib.session.scene_evaluation import SceneEvaluation, inputs_from_folder, inputs_from_nodes
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.session.worker import shared_worker
from support.case_files import SLICES, write_case, write_manifest
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S5",), stride=4, timing_repeats=0)


@pytest.fixture
def pairs(a_scene):
    volume, reference = two_boxes_volume()
    made = []
    for name in ("one", "two"):
        node = node_from_volume(volume, name)
        made.append(NodePair(node, node_from_segmentation(reference, f"{name} boxes", node)))
    return made


@pytest.fixture
def an_evaluation(a_scene):
    evaluation = SceneEvaluation()
    yield evaluation
    evaluation.close()


def _run(evaluation, inputs, predictor, folder=None):
    job = evaluation.start(inputs, OPTIONS, ["model"], folder, lambda _name: predictor)
    job.done.wait(60)
    return evaluation.finish()


def test_export_writes_one_folder_that_the_command_can_report_from(an_evaluation, pairs, a_fake_predictor, tmp_path):
    _run(an_evaluation, inputs_from_nodes(pairs), a_fake_predictor)
    written, notices = an_evaluation.export(tmp_path / "out").result()
    assert notices == []
    assert all(path.is_file() for path in written)
    assert "data:image/png" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    with ResultStore(tmp_path / "out" / "results.sqlite", read_only=True) as store:
        (run,) = store.runs()
        assert set(store.count_finished_slices(run.option_hash)) == {"one", "two"}
    scenes = an_evaluation.export_scenes(tmp_path / "out")
    assert [path.name for path in scenes] == ["scene-one.mrb", "scene-two.mrb"]
    again, _notices = an_evaluation.export(tmp_path / "out").result()  # over results of ours
    assert len(again) == len(written)


def test_the_export_folder_is_checked_before_anything_is_written(an_evaluation, pairs, a_fake_predictor, tmp_path):
    _run(an_evaluation, inputs_from_nodes(pairs[:1]), a_fake_predictor)
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"):
        an_evaluation.export(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_results_there_is_nothing_to_show_or_export(an_evaluation, tmp_path):
    assert not an_evaluation.has_results
    with pytest.raises(InputError, match="no results"):
        an_evaluation.export(tmp_path)


def test_a_run_that_comes_to_nothing_leaves_no_folder(an_evaluation, pairs, tmp_path):
    def load(_name):
        raise ModelError("The weights are damaged.", "Download them again.")

    job = an_evaluation.start(inputs_from_nodes(pairs), OPTIONS, ["model"], tmp_path / "new", load)
    job.done.wait(60)
    with pytest.raises(ModelError, match="damaged"):
        an_evaluation.finish()
    assert list(tmp_path.iterdir()) == []


def test_a_run_stopped_before_its_first_slice_leaves_no_folder(an_evaluation, pairs, a_fake_predictor, tmp_path):
    def load(_name):
        an_evaluation.job.stop()
        return a_fake_predictor

    job = an_evaluation.start(inputs_from_nodes(pairs), OPTIONS, ["model"], tmp_path / "new", load)
    job.done.wait(60)
    finished = an_evaluation.finish()
    assert (finished.outcome.stopped, finished.published) == (True, [])
    assert list(tmp_path.iterdir()) == []


def test_a_scene_closed_before_the_first_slice_leaves_no_folder_and_keeps_no_volume(
    an_evaluation, pairs, a_fake_predictor, tmp_path
):
    def load(_name):
        an_evaluation.scene_closing()
        return a_fake_predictor

    inputs = inputs_from_nodes(pairs)
    kept = weakref.ref(inputs.sources[0].volume)
    an_evaluation.start(inputs, OPTIONS, ["model"], tmp_path / "new", load).done.wait(60)
    del inputs
    with pytest.raises(InputError, match="scene was closed"):
        an_evaluation.finish()
    assert list(tmp_path.iterdir()) == []
    gc.collect()
    assert kept() is None


def test_an_export_outlives_the_scene(an_evaluation, pairs, a_fake_predictor, tmp_path):
    _run(an_evaluation, inputs_from_nodes(pairs[:1]), a_fake_predictor)
    held, go_on = threading.Event(), threading.Event()
    shared_worker().submit(lambda *_: held.set() or go_on.wait(60))
    assert held.wait(60)
    job = an_evaluation.export(tmp_path / "out")
    an_evaluation.scene_closing()
    go_on.set()
    written, _notices = job.result()
    assert {path.name for path in written} >= {"results.sqlite", "report.html"}


def test_a_volume_that_was_moved_is_shown_as_it_was_evaluated(an_evaluation, pairs, a_fake_predictor, a_scene):
    finished = _run(an_evaluation, inputs_from_nodes(pairs[:1]), a_fake_predictor)
    results = finished.published[0].results
    an_evaluation.show(results.worst[0], results.run.options)
    before = a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode")
    pairs[0].volume.SetOrigin(50.0, 0.0, 0.0)
    an_evaluation.show(results.worst[0], results.run.options)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == before + 1
    an_evaluation.hide()
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLScalarVolumeNode") == before


def test_the_chosen_modality_is_that_of_files_that_tell_none(tmp_path):
    case = write_case(tmp_path, "a")
    assert [source.case.modality for source in inputs_from_folder(tmp_path, "MR").sources] == ["MR"]
    write_manifest(tmp_path, [case])
    assert [source.case.modality for source in inputs_from_folder(tmp_path, "MR").sources] == ["CT"]


def test_two_evaluations_at_a_time_are_refused(an_evaluation, pairs, a_fake_predictor):
    inputs = inputs_from_nodes(pairs[:1])
    job = an_evaluation.start(inputs, OPTIONS, ["model"], None, lambda _name: a_fake_predictor)
    with pytest.raises(InputError, match="under way"):
        an_evaluation.start(inputs, OPTIONS, ["model"])
    job.done.wait(60)
    an_evaluation.finish()


def test_a_case_deselected_later_is_no_longer_in_the_tables(an_evaluation, pairs, a_fake_predictor):
    _run(an_evaluation, inputs_from_nodes(pairs), a_fake_predictor)
    finished = _run(an_evaluation, inputs_from_nodes(pairs[:1]), a_fake_predictor)
    assert finished.published[0].results.cases == ("one",)
    assert a_fake_predictor.encoded_images == 4  # nothing is computed again


def test_closing_the_scene_lets_go_of_the_rows(an_evaluation, pairs, a_fake_predictor, a_scene):
    finished = _run(an_evaluation, inputs_from_nodes(pairs[:1]), a_fake_predictor)
    results = finished.published[0].results
    an_evaluation.scene_closing()
    a_scene.Clear(0)
    assert not an_evaluation.has_results
    with pytest.raises(InputError, match="not at hand"):
        an_evaluation.show(results.worst[0], results.run.options)


def test_the_time_is_estimated_from_the_first_case_of_files(a_fake_predictor, tmp_path):
    for name in ("a", "b", "c"):
        write_case(tmp_path, name)
    inputs = inputs_from_folder(tmp_path)
    (tmp_path / "c.nrrd").write_bytes(b"not read")
    options = BenchmarkOptions(strategies=("S5",))
    load = {"one": a_fake_predictor, "two": a_fake_predictor}.__getitem__
    found = estimate_models(inputs.sources, ("one", "two"), options, load, ignore_progress, never_stop)
    assert (found.slices, found.models) == (3 * SLICES, 2)
    assert found.seconds > 0
    with pytest.raises(Cancelled):
        estimate_models(inputs.sources, ("one",), options, load, ignore_progress, lambda: True)
