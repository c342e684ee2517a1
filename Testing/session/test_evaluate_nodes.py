from __future__ import annotations

import json

import numpy as np
import pytest

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions, option_hash
from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.scene.node_pairs import NodePair
from SAMBenchmarkLib.scene.tables import table_from_node
from SAMBenchmarkLib.session.evaluate_nodes import RESAMPLED, evaluate, prepare, unchanged_cases
from SAMBenchmarkLib.session.predictor_loader import arithmetic_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume
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
    assert {table.name for table in expected} | {"timing", "options", "objects_worst_first"} <= set(found)
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


def test_an_evaluation_again_renews_its_nodes_and_adds_none(two_nodes, a_fake_predictor, a_scene):
    first = evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor)
    before = a_scene.GetNumberOfNodes()
    again = evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor)
    assert [node.GetID() for node in again] == [node.GetID() for node in first]
    assert a_scene.GetNumberOfNodes() == before


def test_evaluations_of_other_volumes_have_nodes_of_their_own(two_nodes, a_fake_predictor):
    first = evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor)
    volume, reference = two_boxes_volume()
    volume_node = node_from_volume(volume, "another")
    second = evaluate(
        volume_node, node_from_segmentation(reference, "more", volume_node), OPTIONS, predictor=a_fake_predictor
    )
    assert not {node.GetID() for node in first} & {node.GetID() for node in second}
    assert first[0].GetAttribute("SAMBenchmark.Case") == "phantom"


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
    with pytest.raises(InputError, match="strategies suits") as caught:
        evaluate(*two_nodes, OPTIONS, predictor=PromptlessPredictor())
    assert "S0" in caught.value.hint


def test_the_model_is_loaded_by_its_name(two_nodes, a_fake_predictor, monkeypatch):
    import SAMSegmenterLib.models.registry as registry

    asked = []
    monkeypatch.setattr(registry, "load", lambda name, *_: asked.append(name) or a_fake_predictor)
    evaluate(*two_nodes, OPTIONS, model="vit_b")
    assert asked == ["vit_b"]


def test_what_is_finished_when_the_user_stops_is_published(two_nodes, a_fake_predictor):
    nodes = evaluate(
        *two_nodes, OPTIONS, predictor=a_fake_predictor, should_stop=lambda: a_fake_predictor.decode_calls == 8
    )
    assert _tables(nodes)["summary_oracle"].columns["n"] == [2] * 4


def test_stopping_before_the_first_slice_publishes_nothing(two_nodes, a_fake_predictor, a_scene):
    assert evaluate(*two_nodes, OPTIONS, predictor=a_fake_predictor, should_stop=lambda: True) == []
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


@pytest.mark.parametrize("which", [0, 1])
def test_results_for_a_node_that_is_removed_meanwhile_are_discarded(two_nodes, a_fake_predictor, a_scene, which):
    with pytest.raises(InputError, match="removed"):
        evaluate(
            *two_nodes, OPTIONS, predictor=a_fake_predictor, on_progress=lambda _: a_scene.RemoveNode(two_nodes[which])
        )
    assert a_scene.GetNumberOfNodesByClass("vtkMRMLTableNode") == 0


def test_a_segmentation_that_was_edited_is_no_longer_what_was_read(two_nodes):
    import slicer

    volume_node, segmentation_node = two_nodes
    prepared = prepare([NodePair(*two_nodes)])
    assert unchanged_cases(prepared) == ["phantom"]
    segment_id = segmentation_node.GetSegmentation().GetNthSegmentID(0)
    empty = np.zeros(prepared.sources[0].volume.shape_kji, np.uint8)
    slicer.util.updateSegmentBinaryLabelmapFromArray(empty, segmentation_node, segment_id, volume_node)
    with pytest.raises(InputError, match="changed"):
        unchanged_cases(prepared)


def test_names_and_display_may_change_meanwhile(two_nodes):
    volume_node, segmentation_node = two_nodes
    prepared = prepare([NodePair(*two_nodes)])
    volume_node.SetName("another name")
    volume_node.GetDisplayNode().SetWindowLevel(10, 20)
    segmentation_node.GetSegmentation().GetNthSegment(0).SetColor(1, 0, 0)
    assert unchanged_cases(prepared) == ["phantom"]


def test_of_several_cases_those_whose_nodes_are_gone_are_left_out(two_nodes, a_scene):
    other = node_from_volume(two_boxes_volume(ijk_to_ras=oblique_matrix((2, 1, 1.5)))[0], "phantom")
    prepared = prepare([NodePair(*two_nodes), NodePair(other, two_nodes[1])])
    assert list(prepared.states) == ["phantom", "phantom (2)"]  # two nodes of one name are two cases
    a_scene.RemoveNode(other)
    assert unchanged_cases(prepared) == ["phantom"]


def test_a_pair_that_cannot_be_used_is_told_of_beside_those_that_can(two_nodes):
    empty = node_from_volume(two_boxes_volume()[0], "unlabelled")
    prepared = prepare([NodePair(*two_nodes), NodePair(empty, None)])
    assert [source.case.name for source in prepared.sources] == ["phantom"]
    assert "no segmentation" in prepared.problems["unlabelled"]
    with pytest.raises(InputError, match="no segmentation"):
        prepare([NodePair(empty, None)])


def test_a_reference_on_another_lattice_is_resampled_and_that_is_known(two_nodes):
    _, segmentation_node = two_nodes
    finer = Volume(np.full((32, 80, 96), 50, np.int16), oblique_matrix((1, 0.5, 0.75)))
    (source,) = prepare([NodePair(node_from_volume(finer), segmentation_node)], "MRI").sources
    assert source.notes == (RESAMPLED,)
    assert source.segmentation.shape_kji == (32, 80, 96)
    assert source.case.modality == "MRI"


def test_nothing_large_enough_is_an_error(two_nodes, a_fake_predictor):
    options = BenchmarkOptions(strategies=("S5",), min_object_pixels=10**6)
    with pytest.raises(InputError, match="No label"):
        evaluate(*two_nodes, options, predictor=a_fake_predictor)
