"""Plot nodes over table nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from SAMBenchmarkLib.scene.folders import remove_node
from SAMBenchmarkLib.scene.palette import structure_colours
from SAMSegmenterLib.core.errors import InputError

Colour = tuple[float, float, float]
BARS, LINES, POINTS, OUTLINES = "bars", "lines", "points", "outlines"
"""What a series is drawn as: bars, a line with a mark at each row, marks alone, a thin line without marks."""


@dataclass(frozen=True)
class Series:
    """One group of bars, line or cloud of points.

    Args:
        x: column of numbers; of texts under the bars.
        y: column of numbers.
        name: in the legend; the column's name when empty.
        kind: one of the constants above.
        colour: (red, green, blue), 0 to 1; chosen by the place in the chart when None.
    """

    x: str
    y: str
    name: str = ""
    kind: str = LINES
    colour: Colour | None = None


@dataclass(frozen=True)
class ChartTexts:
    """Title, titles of the axes, and whether there is a legend; ranges that are None are chosen by Slicer."""

    title: str
    x_title: str
    y_title: str
    y_range: tuple[float, float] | None = None
    x_range: tuple[float, float] | None = None
    legend: bool = True


def chart(table_node: Any, series: Sequence[Series], texts: ChartTexts, node: Any = None) -> Any:
    """A chart of the columns of a table.

    Args:
        table_node: `vtkMRMLTableNode`; the plot nodes are added to its scene.
        node: a chart node to use again; its series are replaced.

    Returns:
        `vtkMRMLPlotChartNode` with one `vtkMRMLPlotSeriesNode` per series.

    Raises:
        InputError: the table has no such column.

    Thread: main.
    """
    _check_columns(table_node, series)
    scene = table_node.GetScene()
    if node is None:
        node = scene.AddNewNodeByClass("vtkMRMLPlotChartNode", texts.title)
    _remove_series(node)
    _set_texts(node, texts)
    colours = structure_colours([one.y for one in series])
    for one in series:
        added = _series_node(table_node, one, one.colour or colours[one.y])
        node.AddAndObservePlotSeriesNodeID(added.GetID())
    return node


def bar_chart(
    table_node: Any,
    label_column: str,
    value_columns: Sequence[str],
    title: str,
    y_title: str,
    colours: Mapping[str, Colour] | None = None,
    y_range: tuple[float, float] | None = None,
) -> Any:
    """A chart with one group of bars per row of a table, one bar per column; see `chart`.

    Args:
        colours: by column name; chosen here when None.
    """
    series = [Series(label_column, name, kind=BARS, colour=(colours or {}).get(name)) for name in value_columns]
    return chart(table_node, series, ChartTexts(title, label_column, y_title, y_range))


def line_chart(
    table_node: Any,
    x_column: str,
    value_columns: Sequence[str],
    title: str,
    y_title: str,
    y_range: tuple[float, float] | None = None,
) -> Any:
    """A chart with one line per column of a table, with a mark at each of its rows; see `chart`."""
    series = [Series(x_column, name) for name in value_columns]
    return chart(table_node, series, ChartTexts(title, x_column, y_title, y_range))


def series_of(chart_node: Any) -> list[Any]:
    """The series nodes of a chart, in their order."""
    found = [chart_node.GetNthPlotSeriesNode(number) for number in range(chart_node.GetNumberOfPlotSeriesNodes())]
    return [node for node in found if node is not None]


def _check_columns(table_node: Any, series: Sequence[Series]) -> None:
    known = [table_node.GetColumnName(number) for number in range(table_node.GetNumberOfColumns())]
    needed = dict.fromkeys(name for one in series for name in (one.x, one.y))
    missing = [name for name in needed if name not in known]
    if missing:
        raise InputError(f"Table '{table_node.GetName()}' has no column {', '.join(missing)}.")


def _remove_series(node: Any) -> None:
    old = series_of(node)
    node.RemoveAllPlotSeriesNodeIDs()
    for one in old:
        remove_node(one)


def _set_texts(node: Any, texts: ChartTexts) -> None:
    node.SetTitle(texts.title)
    node.SetXAxisTitle(texts.x_title)
    node.SetYAxisTitle(texts.y_title)
    node.SetLegendVisibility(texts.legend)
    node.SetYAxisRangeAuto(texts.y_range is None)
    node.SetXAxisRangeAuto(texts.x_range is None)
    if texts.y_range is not None:
        node.SetYAxisRange(*texts.y_range)
    if texts.x_range is not None:
        node.SetXAxisRange(*texts.x_range)


def _series_node(table_node: Any, series: Series, colour: Colour) -> Any:
    node = table_node.GetScene().AddNewNodeByClass("vtkMRMLPlotSeriesNode", series.name or series.y)
    node.SetAndObserveTableNodeID(table_node.GetID())
    node.SetYColumnName(series.y)
    node.SetColor(*colour)
    if series.kind == BARS:
        node.SetPlotType(node.PlotTypeBar)
        node.SetLabelColumnName(series.x)
        return node
    node.SetPlotType(node.PlotTypeScatter)
    node.SetXColumnName(series.x)
    node.SetLineStyle(node.LineStyleNone if series.kind == POINTS else node.LineStyleSolid)
    node.SetMarkerStyle(node.MarkerStyleNone if series.kind == OUTLINES else node.MarkerStyleCircle)
    return node
