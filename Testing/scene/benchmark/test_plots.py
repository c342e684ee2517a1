from __future__ import annotations

import pytest

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.scene.plots import bar_chart, line_chart
from SAMBenchmarkLib.scene.tables import node_from_table
from SAMSegmenterLib.core.errors import InputError

TABLE = Table("dice", "Dice", {"strategy": ["S1", "S5"], "liver": [10.0, 90.0], "spleen": [20.0, float("nan")]})


def test_a_chart_has_one_series_of_bars_per_column(a_scene):
    node = node_from_table(TABLE)
    chart = bar_chart(node, "strategy", ["liver", "spleen"], "Dice", "DICE [%]", {"spleen": (0.1, 0.2, 0.3)}, (0, 100))
    series = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
    assert [one.GetYColumnName() for one in series] == ["liver", "spleen"]
    assert {one.GetLabelColumnName() for one in series} == {"strategy"}
    assert {one.GetPlotType() for one in series} == {series[0].PlotTypeBar}
    assert all(one.GetTableNode() is node for one in series)
    assert series[1].GetColor() == pytest.approx((0.1, 0.2, 0.3))
    assert tuple(chart.GetYAxisRange()) == (0.0, 100.0)
    assert chart.GetTitle() == "Dice"


def test_a_missing_column_is_named(a_scene):
    with pytest.raises(InputError, match="kidney"):
        bar_chart(node_from_table(TABLE), "strategy", ["kidney"], "Dice", "DICE [%]")


def test_a_chart_of_lines_has_one_per_column_over_the_numbers_of_another(a_scene):
    table = Table("curve", "Curve", {"clicks": [1, 2], "one": [10.0, 90.0], "other": [20.0, float("nan")]})
    chart = line_chart(node_from_table(table), "clicks", ["one", "other"], "Curve", "DICE [%]", (0, 100))
    series = [chart.GetNthPlotSeriesNode(number) for number in range(chart.GetNumberOfPlotSeriesNodes())]
    assert [(one.GetXColumnName(), one.GetYColumnName()) for one in series] == [("clicks", "one"), ("clicks", "other")]
    assert {one.GetPlotType() for one in series} == {series[0].PlotTypeScatter}
    assert {one.GetLineStyle() for one in series} == {series[0].LineStyleSolid}
    assert (chart.GetXAxisTitle(), chart.GetYAxisTitle()) == ("clicks", "DICE [%]")
    assert tuple(chart.GetYAxisRange()) == (0, 100)
    with pytest.raises(InputError, match="rounds"):
        line_chart(node_from_table(table), "rounds", ["one"], "Curve", "DICE [%]")
