from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.box_outlines import box_table
from SAMBenchmarkLib.core.object_tables import DICE_BY_OBJECT
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.scene.result_nodes import ResultGroup, remove_groups
from SAMBenchmarkLib.scene.tables import table_from_node

SUMMARY = Table(
    "summary_oracle",
    "All figures",
    {"structure": ["liver", "liver"], "strategy": ["S2", "S5"], "n": [1, 1], "dice_percent_mean": [60.0, 90.0]},
)
CURVE = Table("dice_by_clicks", "Curve", {"clicks": [1, 2], "huang-rounds oracle": [10.0, 20.0]})
OBJECTS = Table(
    DICE_BY_OBJECT,
    "Objects",
    {
        "case": ["a"],
        "slice": [1],
        "structure": ["liver"],
        "pixels": [70.0],
        "aspect_ratio": [0.5],
        "intensity_difference": [3.0],
        "S5": [92.0],
    },
)
BOXES = box_table({"S2": [60.0, 70.0], "S5": [90.0, 91.0]}, "oracle")


def _group(folder="Results", name="model"):
    return ResultGroup(folder, name, {"SAMBenchmark.Model": name})


def _nodes(scene, kind):
    return [scene.GetNthNodeByClass(n, kind) for n in range(scene.GetNumberOfNodesByClass(kind))]


def _series(chart):
    return [chart.GetNthPlotSeriesNode(n) for n in range(chart.GetNumberOfPlotSeriesNodes())]


def test_tables_carry_their_attributes_and_each_kind_of_table_has_its_chart(a_scene):
    tables, charts = _group().show([SUMMARY, CURVE], [BOXES, OBJECTS])
    assert [node.GetName() for node in tables] == ["summary_oracle", "dice_by_clicks"]
    assert {node.GetAttribute("SAMBenchmark.Model") for node in _nodes(a_scene, "vtkMRMLTableNode")} == {"model"}
    assert [chart.GetTitle() for chart in charts] == [
        "DICE by strategy",
        "DICE by size",
        "DICE by aspect ratio",
        "DICE by intensity difference",
        "Mean DICE, masks selected by oracle (best Dice against the reference)",
        "DICE by number of clicks",
    ]
    boxes = charts[0]
    assert [one.GetName() for one in _series(boxes)] == ["S2 1 point", "S5 box"]
    assert tuple(boxes.GetXAxisRange()) == (1.4, 5.6)
    assert boxes.GetXAxisTitle() == "2: 1 point, 5: box"
    assert tuple(charts[1].GetYAxisRange()) == (90.0, 100.0)


def test_boxes_of_classical_methods_stand_beside_those_of_the_model(a_scene):
    boxes = box_table({"S3": [60.0], "S4": [70.0], "S5": [80.0], "Otsu": [90.0]}, "oracle")
    (_table, charts) = _group().show([], [boxes])
    assert charts[0].GetXAxisTitle() == "3: 5 points, 4: 5 + 5 points, 5: box, 6: Otsu"
    assert tuple(charts[0].GetXAxisRange()) == (2.4, 6.6)


def test_results_lie_in_their_folder(a_scene):
    import slicer

    tables, charts = _group().show([SUMMARY], [])
    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(a_scene)
    for node in (*tables, *charts, *_series(charts[0])):
        parent = hierarchy.GetItemParent(hierarchy.GetItemByDataNode(node))
        assert hierarchy.GetItemName(parent) == "model"
        assert hierarchy.GetItemName(hierarchy.GetItemParent(parent)) == "Results"


def test_showing_again_renews_the_nodes_and_removes_those_that_are_no_longer_there(a_scene):
    first, _charts = _group().show([SUMMARY, CURVE], [OBJECTS])
    changed = Table("summary_oracle", "All figures", {**SUMMARY.columns, "dice_percent_mean": [1.0, 2.0]})
    again, charts = _group().show([changed], [])
    assert [node.GetID() for node in again] == [first[0].GetID()]
    assert table_from_node(again[0]).columns["dice_percent_mean"] == [1.0, 2.0]
    assert len(_nodes(a_scene, "vtkMRMLTableNode")) == 2  # the summary and what its bars are drawn from
    assert _nodes(a_scene, "vtkMRMLPlotChartNode") == charts
    assert len(_nodes(a_scene, "vtkMRMLPlotSeriesNode")) == 1


def test_groups_do_not_touch_each_other(a_scene):
    one, _ = _group(name="one").show([CURVE], [])
    other, _ = _group(name="other").show([CURVE], [])
    mine = a_scene.AddNewNodeByClass("vtkMRMLTableNode", "dice_by_clicks")
    assert len({node.GetID() for node in (*one, *other, mine)}) == 3
    remove_groups("Results", ["other"])
    assert _nodes(a_scene, "vtkMRMLTableNode") == [*other, mine]


@pytest.mark.parametrize("name", ["options", "timing"])
def test_other_tables_have_no_chart(a_scene, name):
    assert _group().show([Table(name, name, {"name": ["x"]})], [])[1] == []
