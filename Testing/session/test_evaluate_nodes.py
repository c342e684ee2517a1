from __future__ import annotations

import json
import threading

import numpy as np
import pytest

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions, option_hash
from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.scene.tables import table_from_node
from SAMBenchmarkLib.session.evaluate_nodes import evaluate, prepare, publish, run
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
from SAMSegmenterLib.session.worker import Worker
from support.fake_predictor import PromptlessPredictor
from support.phantoms import oblique_matrix, two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S2", "S5"), stride=3)


@pytest.fixture
def two_nodes(a_scene):
    volume, reference = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    volume_node = node_from_volume(volume, "phantom")
    return volume_node, node_from_segmentation(reference, "boxes", volume_node)


def _tables(nodes):
    return {node.GetName(): table_from_node(node) for node in nodes}


def test_tables_are_those_of_the_same_evaluation_without_a_scene(two_nodes, a_fake_predictor):
    volume, reference = two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))
    key = option_hash(OPTIONS, arithmetic_of(a_fake_predictor))
    outcomes = evaluate_case("phantom", [volume], [reference], a_fake_predictor, OPTIONS, key)
    expected = summary_tables([row for outcome in outcomes for row in outcome.rows])
    found = _tables(evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor))
    assert set(found) == {table.name for table in expected} | {"timing"}
    for table in expected:
        for name, values in table.columns.items():
            assert found[table.name].columns[name] == pytest.approx(values, nan_ok=True), (table.name, name)


def test_the_right_structures_and_strategies_are_in_the_tables(two_nodes, a_fake_predictor):
    summary = _tables(evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor))["summary_predicted_iou"].columns
    assert summary["structure"] == ["left box", "left box", "right box", "right box"]
    assert summary["strategy"] == ["S2", "S5", "S2", "S5"]
    assert summary["dice_percent_mean"] == [100.0] * 4
    assert summary["n"] == [3] * 4  # slices 4, 7, 10


def test_tables_say_what_they_belong_to(two_nodes, a_fake_predictor):
    node = evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor)[0]
    assert node.GetAttribute("SAMBenchmark.Case") == "phantom"
    assert node.GetAttribute("SAMBenchmark.OptionHash") == option_hash(OPTIONS, arithmetic_of(a_fake_predictor))
    assert json.loads(node.GetAttribute("SAMBenchmark.Options"))["strategies"] == ["S2", "S5"]


def test_a_promptless_model_is_evaluated_by_its_own_strategy(two_nodes):
    predictor = PromptlessPredictor()
    nodes = evaluate(*two_nodes, BenchmarkOptions(stride=3), predictor=predictor)
    summary = _tables(nodes)["summary_predicted_iou"].columns
    assert (summary["structure"], summary["strategy"]) == (["left box", "right box"], ["S0", "S0"])
    assert summary["dice_percent_mean"] == [100.0, 0.0]
    said = json.loads(nodes[0].GetAttribute("SAMBenchmark.Options"))
    assert said["strategies"] == ["S0"]
    key = option_hash(BenchmarkOptions.from_json(said), arithmetic_of(predictor))
    assert nodes[0].GetAttribute("SAMBenchmark.OptionHash") == key


def test_strategies_that_do_not_suit_the_model_are_refused(two_nodes):
    with pytest.raises(InputError, match="S2") as caught:
        evaluate(*two_nodes, OPTIONS, predictor=PromptlessPredictor())
    assert "S0" in caught.value.hint


def test_the_model_is_loaded_by_its_name(two_nodes, a_fake_predictor, monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    asked = []
    monkeypatch.setattr(registry, "load", lambda name, *_: asked.append(name) or a_fake_predictor)
    evaluate(*two_nodes, OPTIONS, model="vit_b")
    assert asked == ["vit_b"]


def test_the_work_runs_on_another_thread_and_touches_no_node(two_nodes, a_fake_predictor, a_scene):
    request = prepare(*two_nodes, OPTIONS)
    modified = a_scene.GetMTime(), *(node.GetMTime() for node in two_nodes)
    worker = Worker()
    threads = []

    def work(on_progress, should_stop):
        threads.append(threading.get_ident())
        return run(request.work, a_fake_predictor, on_progress, should_stop)

    outcome = worker.submit(work).result()
    worker.close()
    assert threads != [threading.get_ident()]
    assert (a_scene.GetMTime(), *(node.GetMTime() for node in two_nodes)) == modified
    assert outcome.slices == 3
    assert len(publish(request, outcome)) > 0


def test_what_is_finished_when_the_user_stops_is_published(two_nodes, a_fake_predictor):
    events = []
    request = prepare(*two_nodes, OPTIONS)
    outcome = run(request.work, a_fake_predictor, events.append, lambda: a_fake_predictor.encoded_images == 2)
    assert (outcome.stopped, outcome.slices) == (True, 2)
    assert [event.done for event in events] == [1, 2]
    assert _tables(publish(request, outcome))["summary_oracle"].columns["n"] == [2] * 4


def test_stopping_before_the_first_slice_publishes_nothing(two_nodes, a_fake_predictor, a_scene):
    request = prepare(*two_nodes, OPTIONS)
    outcome = run(request.work, a_fake_predictor, should_stop=lambda: True)
    assert publish(request, outcome) == []
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


@pytest.mark.parametrize("which", [0, 1])
def test_results_for_a_removed_node_are_discarded(two_nodes, a_fake_predictor, a_scene, which):
    request = prepare(*two_nodes, OPTIONS)
    outcome = run(request.work, a_fake_predictor)
    a_scene.RemoveNode(two_nodes[which])
    with pytest.raises(InputError, match="removed"):
        publish(request, outcome)
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def test_results_for_an_edited_segmentation_are_discarded(two_nodes, a_fake_predictor):
    import slicer

    volume_node, segmentation_node = two_nodes
    request = prepare(volume_node, segmentation_node, OPTIONS)
    segment_id = segmentation_node.GetSegmentation().GetNthSegmentID(0)
    empty = np.zeros(request.work.volume.shape_kji, np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(empty, segmentation_node, segment_id, volume_node)
    with pytest.raises(InputError, match="changed"):
        publish(request, run(request.work, a_fake_predictor))


def test_names_and_display_may_change_meanwhile(two_nodes, a_fake_predictor):
    volume_node, segmentation_node = two_nodes
    request = prepare(volume_node, segmentation_node, OPTIONS)
    volume_node.SetName("another name")
    volume_node.GetDisplayNode().SetWindowLevel(10, 20)
    segmentation_node.GetSegmentation().GetNthSegment(0).SetColor(1, 0, 0)
    assert len(publish(request, run(request.work, a_fake_predictor))) > 0


def test_a_reference_on_another_lattice_is_resampled_and_that_is_known(two_nodes, a_fake_predictor):
    _, segmentation_node = two_nodes
    finer = Volume(np.full((32, 80, 96), 50, np.int16), oblique_matrix((1, 0.5, 0.75)))
    request = prepare(node_from_volume(finer), segmentation_node, OPTIONS)
    assert request.work.resampled
    assert request.work.segmentation.shape_kji == (32, 80, 96)


def test_nothing_large_enough_is_an_error(two_nodes, a_fake_predictor):
    options = BenchmarkOptions(strategies=("S5",), min_object_pixels=10**6)
    with pytest.raises(InputError, match="No label"):
        evaluate(*two_nodes, options, predictor=a_fake_predictor)
