"""Results of evaluations as nodes: tables and charts in one folder, renewed where they are there already."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from SAMBenchmarkLib.core.box_outlines import BOX_PLOT, positions, whole_range
from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.object_tables import ATTRIBUTES, DICE_BY_OBJECT
from SAMBenchmarkLib.core.options import SELECTION_TITLES, STRATEGY_TITLES
from SAMBenchmarkLib.core.plot_tables import dice_by_strategy
from SAMBenchmarkLib.core.protocol_tables import CLICK_CURVE
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.scene.folders import put_into_folder, remove_empty_folders, remove_node
from SAMBenchmarkLib.scene.palette import structure_colours
from SAMBenchmarkLib.scene.plots import BARS, LINES, OUTLINES, POINTS, ChartTexts, Series, chart, series_of
from SAMBenchmarkLib.scene.tables import fill_node
from SAMSegmenterLib.scene.runtime import ensure_scene

FOLDER = "SAM Benchmark"
_GROUP, _NAME = "SAMBenchmark.Group", "SAMBenchmark.Name"
_DICE = "DICE [%]"
_PERCENT = (0.0, 100.0)


class ResultGroup:
    """Nodes of one model's results, found again by what they are called.

    Args:
        folder: in the subject hierarchy.
        name: of the folder within it.
        attributes: that every table gets.
        scene: where the nodes are; the open scene when None.

    Thread: main.
    """

    def __init__(self, folder: str, name: str, attributes: Mapping[str, str], scene: Any = None) -> None:
        self._scene = ensure_scene().scene if scene is None else scene
        self._path, self._attributes = (folder, name), dict(attributes)
        self._key = f"{folder}/{name}"
        self._kept: set[str] = set()

    def show(self, tables: Iterable[Table], plotted: Iterable[Table]) -> tuple[list[Any], list[Any]]:
        """Write tables and charts; nodes of this group that are not written again are removed.

        Args:
            tables: for people.
            plotted: that only charts are drawn from.

        Returns:
            Table nodes of `tables` and chart nodes.
        """
        with _batch(self._scene):
            nodes = [self._table(table) for table in tables]
            charts = [found for table in plotted for found in self._charts(table, self._table(table))]
            charts += [found for node, table in zip(nodes, tables, strict=True) for found in self._charts(table, node)]
            self._remove_others()
        return nodes, charts

    def _table(self, table: Table) -> Any:
        node = self._find("vtkMRMLTableNode", table.name)
        fill_node(node, table)
        for name, value in self._attributes.items():
            node.SetAttribute(name, value)
        return node

    def _charts(self, table: Table, node: Any) -> list[Any]:
        made = [self._chart(node, *found) for found in charts_of(table)]
        if not made and table.name.startswith("summary_") and table.rows:
            made = [self._means(table)]
        return made

    def _chart(self, table_node: Any, name: str, series: Sequence[Series], texts: ChartTexts) -> Any:
        found = chart(table_node, series, texts, self._find("vtkMRMLPlotChartNode", name))
        found.SetName(texts.title)
        for one in series_of(found):
            one.SetAttribute(_GROUP, self._key)
            self._kept.add(one.GetID())
            put_into_folder(one, self._path)
        return found

    def _means(self, summary: Table) -> Any:
        """Mean Dice as bars."""
        plotted = dice_by_strategy(summary)
        selection = summary.name.removeprefix("summary_")
        node = self._table(plotted)
        names = [name for name in plotted.header if name != "strategy"]
        series = [Series("strategy", name, kind=BARS) for name in names]
        title = f"Mean DICE, masks selected by {SELECTION_TITLES.get(selection, selection)}"
        return self._chart(node, plotted.name, series, ChartTexts(title, "strategy", _DICE, _PERCENT))

    def _find(self, kind: str, name: str) -> Any:
        """The group's node of this name, new where there is none."""
        found = next((node for node in _nodes(self._scene, kind) if self._is(node, name)), None)
        if found is None:
            found = self._scene.AddNewNodeByClass(kind, name)
            found.SetAttribute(_GROUP, self._key)
            found.SetAttribute(_NAME, name)
        self._kept.add(found.GetID())
        put_into_folder(found, self._path)
        return found

    def _is(self, node: Any, name: str) -> bool:
        return node.GetAttribute(_GROUP) == self._key and node.GetAttribute(_NAME) == name

    def _remove_others(self) -> None:
        for kind in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
            for node in _nodes(self._scene, kind):
                if node.GetAttribute(_GROUP) == self._key and node.GetID() not in self._kept:
                    remove_node(node)


def charts_of(table: Table) -> list[tuple[str, list[Series], ChartTexts]]:
    """Name, series and texts of the charts that are drawn from a table as it is; empty for most tables."""
    if table.name == CLICK_CURVE:
        series = [Series("clicks", name, kind=LINES) for name in table.header if name != "clicks"]
        return [(table.name, series, ChartTexts("DICE by number of clicks", "clicks", _DICE, _PERCENT))]
    if table.name == BOX_PLOT and table.columns:
        return [(table.name, *_boxes(table))]
    if table.name == DICE_BY_OBJECT and table.rows:
        return [(f"dice_by_{attribute}", *_scatter(table, attribute)) for attribute in ATTRIBUTES.values()]
    return []


def remove_groups(folder: str, but: Sequence[str], scene: Any = None) -> None:
    """Remove all results in a folder but those of some groups.

    Thread: main.
    """
    scene = ensure_scene().scene if scene is None else scene
    kept = {f"{folder}/{name}" for name in but}
    for kind in ("vtkMRMLPlotChartNode", "vtkMRMLPlotSeriesNode", "vtkMRMLTableNode"):
        for node in _nodes(scene, kind):
            group = node.GetAttribute(_GROUP) or ""
            if group.startswith(f"{folder}/") and group not in kept:
                remove_node(node)
    remove_empty_folders(scene, folder)


def _boxes(table: Table) -> tuple[list[Series], ChartTexts]:
    names = [name.removesuffix("_x") for name in table.header if name.endswith("_x")]
    strategies = [name for name in names if not name.endswith("_beyond")]
    colours = structure_colours(strategies)
    series = []
    for name in names:
        strategy = name.removesuffix("_beyond")
        title = f"{strategy} {STRATEGY_TITLES.get(strategy, '')}".strip()
        beyond = name != strategy
        shown = f"{title}, beyond the whiskers" if beyond else title
        series.append(Series(f"{name}_x", f"{name}_y", shown, POINTS if beyond else OUTLINES, colours[strategy]))
    places = positions(strategies)
    prompted = {name: title for name, title in STRATEGY_TITLES.items() if name not in CLASSICAL}
    said = ", ".join(f"{at:g}: {prompted.get(strategy, strategy)}" for strategy, at in places.items())
    ends = whole_range(places.values())
    y_range = _from_lowest(table, [f"{name}_y" for name in names])
    texts = ChartTexts("DICE by strategy", said, _DICE, y_range, ends, legend=False)
    return series, texts


def _scatter(table: Table, attribute: str) -> tuple[list[Series], ChartTexts]:
    strategies = [name for name in table.header if name not in ("case", "slice", "structure", *ATTRIBUTES.values())]
    title = attribute.replace("_", " ")
    unit = {"pixels": "size of the object [pixels]", "intensity_difference": "intensity difference [0-255]"}
    series = [Series(attribute, name, f"{name} {STRATEGY_TITLES.get(name, '')}".strip(), POINTS) for name in strategies]
    shown = "size" if attribute == "pixels" else title
    texts = ChartTexts(f"DICE by {shown}", unit.get(attribute, title), _DICE, _from_lowest(table, strategies))
    return series, texts


def _from_lowest(table: Table, columns: Sequence[str]) -> tuple[float, float]:
    """An axis of percent that begins at the tens below the lowest value, and at 0 where much lies low."""
    values = [value for name in columns for value in table.columns[name] if not math.isnan(value)]
    lowest = min(values, default=0.0)
    return (0.0 if lowest < 50 else 10.0 * math.floor(lowest / 10), 100.0)


def _nodes(scene: Any, kind: str) -> list[Any]:
    return [scene.GetNthNodeByClass(number, kind) for number in range(scene.GetNumberOfNodesByClass(kind))]


@contextmanager
def _batch(scene: Any) -> Iterator[None]:
    """Views look at the scene again when everything is written."""
    scene.StartState(scene.BatchProcessState)
    try:
        yield
    finally:
        scene.EndState(scene.BatchProcessState)
