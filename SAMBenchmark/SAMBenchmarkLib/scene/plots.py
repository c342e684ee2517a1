"""Plot nodes over table nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SAMBenchmarkLib.scene.palette import structure_colours
from SAMSegmenterLib.core.errors import InputError


def bar_chart(
    table_node: Any,
    label_column: str,
    value_columns: Sequence[str],
    title: str,
    y_title: str,
    colours: Mapping[str, tuple[float, float, float]] | None = None,
    y_range: tuple[float, float] | None = None,
) -> Any:
    """A chart with one group of bars per row of a table, one bar per column.

    Args:
        table_node: `vtkMRMLTableNode`; the plot nodes are added to its scene.
        label_column: column of texts under the bars.
        value_columns: columns of numbers.
        colours: (red, green, blue), 0 to 1, by column name.
        y_range: lowest and highest value of the axis; chosen by Slicer when None.

    Returns:
        `vtkMRMLPlotChartNode` with one `vtkMRMLPlotSeriesNode` per column.

    Raises:
        InputError: the table has no such column.

    Thread: main.
    """
    chart = _empty_chart(table_node, label_column, value_columns, title, y_title, y_range)
    chosen = dict(colours or structure_colours(list(value_columns)))
    for name in value_columns:
        series = _bar_series(table_node, label_column, name, chosen.get(name))
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return chart


def line_chart(
    table_node: Any,
    x_column: str,
    value_columns: Sequence[str],
    title: str,
    y_title: str,
    y_range: tuple[float, float] | None = None,
) -> Any:
    """A chart with one line per column of a table, with a mark at each of its rows.

    Args:
        table_node: `vtkMRMLTableNode`; the plot nodes are added to its scene.
        x_column: column of numbers along the horizontal axis.
        value_columns: columns of numbers.
        y_range: lowest and highest value of the axis; chosen by Slicer when None.

    Returns:
        `vtkMRMLPlotChartNode` with one `vtkMRMLPlotSeriesNode` per column.

    Raises:
        InputError: the table has no such column.

    Thread: main.
    """
    chart = _empty_chart(table_node, x_column, value_columns, title, y_title, y_range)
    colours = structure_colours(list(value_columns))
    for name in value_columns:
        series = table_node.GetScene().AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
        series.SetAndObserveTableNodeID(table_node.GetID())
        series.SetPlotType(series.PlotTypeScatter)
        series.SetXColumnName(x_column)
        series.SetYColumnName(name)
        series.SetLineStyle(series.LineStyleSolid)
        series.SetMarkerStyle(series.MarkerStyleCircle)
        series.SetColor(*colours[name])
        chart.AddAndObservePlotSeriesNodeID(series.GetID())
    return chart


def _empty_chart(
    table_node: Any,
    x_column: str,
    value_columns: Sequence[str],
    title: str,
    y_title: str,
    y_range: tuple[float, float] | None,
) -> Any:
    known = [table_node.GetColumnName(number) for number in range(table_node.GetNumberOfColumns())]
    missing = [name for name in (x_column, *value_columns) if name not in known]
    if missing:
        raise InputError(f"Table '{table_node.GetName()}' has no column {', '.join(missing)}.")
    chart = table_node.GetScene().AddNewNodeByClass("vtkMRMLPlotChartNode", title)
    chart.SetTitle(title)
    chart.SetXAxisTitle(x_column)
    chart.SetYAxisTitle(y_title)
    if y_range is not None:
        chart.SetYAxisRangeAuto(False)
        chart.SetYAxisRange(*y_range)
    return chart


def _bar_series(table_node: Any, label_column: str, name: str, colour: tuple[float, float, float] | None) -> Any:
    series = table_node.GetScene().AddNewNodeByClass("vtkMRMLPlotSeriesNode", name)
    series.SetAndObserveTableNodeID(table_node.GetID())
    series.SetPlotType(series.PlotTypeBar)
    series.SetLabelColumnName(label_column)
    series.SetYColumnName(name)
    if colour is not None:
        series.SetColor(*colour)
    return series
