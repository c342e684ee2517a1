from __future__ import annotations

import pytest

from SAMBenchmarkLib.scene import shown_chart
from SAMBenchmarkLib.scene.shown_chart import show_chart
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.scene.runtime import SceneHandle, ensure_scene


def test_a_chart_is_chosen_and_the_layout_has_a_place_for_it(a_scene):
    import slicer

    layout = a_scene.GetFirstNodeByClass("vtkMRMLLayoutNode") or a_scene.AddNewNodeByClass("vtkMRMLLayoutNode")
    layout.SetViewArrangement(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    node = a_scene.AddNewNodeByClass("vtkMRMLPlotChartNode", "chart")
    show_chart(node)
    assert ensure_scene().application_logic.GetSelectionNode().GetActivePlotChartID() == node.GetID()
    assert layout.GetViewArrangement() == slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpPlotView


def test_without_plots_it_says_so(a_scene, monkeypatch):
    monkeypatch.setattr(shown_chart, "ensure_scene", lambda: SceneHandle(a_scene, None))
    with pytest.raises(InputError, match="no module Plots"):
        show_chart(a_scene.AddNewNodeByClass("vtkMRMLPlotChartNode", "chart"))
