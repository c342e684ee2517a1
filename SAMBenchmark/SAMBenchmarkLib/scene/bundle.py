"""One case as a scene file: volume, reference, what each strategy predicted, tables and charts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.plot_tables import dice_by_strategy
from SAMBenchmarkLib.core.protocol_tables import CLICK_CURVE
from SAMBenchmarkLib.core.tables import Table, plain_text
from SAMBenchmarkLib.scene.bundle_views import show_at_start
from SAMBenchmarkLib.scene.palette import structure_colours
from SAMBenchmarkLib.scene.plots import bar_chart, line_chart
from SAMBenchmarkLib.scene.tables import node_from_table
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.scene_file import write_scene_file
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume

REFERENCE_NAME = "Reference"
NOTES_NAME = "About this scene"


def write_scene(
    path: str | os.PathLike[str],
    volume: Volume,
    segmentation: Segmentation,
    predicted: Mapping[str, Segmentation],
    tables: Iterable[Table],
    notes: str = "",
) -> None:
    """Write an .mrb file that loads in Slicer as it is.

    The scene is built apart from the one that is open, which stays as it is. A structure has the same colour in every
    segmentation and chart. When it is opened, the volume, the reference and the first prediction are shown.

    Args:
        path: the .mrb file; it appears whole or not at all.
        segmentation: the reference, on the volume's lattice.
        predicted: segmentations by name; read one after the other, so they may be made when asked for.
        tables: each becomes a table node; one named `summary_<selection>` also becomes a chart of mean Dice, and the
            curve over clicks a chart of lines.
        notes: text that is kept in the scene under `NOTES_NAME`.

    Raises:
        StoreError: the file cannot be written.
        DependencyError: Slicer's package is missing.

    Thread: main.
    """
    handle = private_scene()
    scene = handle.scene
    colours = structure_colours([structure.name for structure in segmentation.structures])
    volume_node = node_from_volume(volume, scene=scene)
    reference = node_from_segmentation(segmentation, REFERENCE_NAME, volume_node, colours, scene)
    predictions = [node_from_segmentation(s, name, volume_node, colours, scene) for name, s in predicted.items()]
    charts = [chart for table in tables for chart in _add_table(table, colours, scene)]
    if notes:
        text = scene.AddNewNodeByClass("vtkMRMLTextNode", NOTES_NAME)
        text.SetText(notes)
    show_at_start(handle, volume_node, reference, predictions, charts)
    write_scene_file(scene, Path(path))


def _add_table(table: Table, colours: Mapping[str, tuple[float, float, float]], scene: Any) -> list[Any]:
    """The table's node and, for a summary and a curve over clicks, its chart; returns the charts."""
    own = node_from_table(table, scene)
    if table.name == CLICK_CURVE:
        courses = [name for name in table.header if name != "clicks"]
        return [line_chart(own, "clicks", courses, table.title, "DICE [%]", (0.0, 100.0))]
    selection = table.name.removeprefix("summary_")
    if selection == table.name or not table.rows:
        return []
    plotted = dice_by_strategy(table)
    title = f"Mean DICE, masks selected by {SELECTION_TITLES.get(selection, selection)}"
    structures = [name for name in plotted.header if name != "strategy"]
    node = node_from_table(plotted, scene)
    by_column = {plain_text(name): colour for name, colour in colours.items()}
    return [bar_chart(node, "strategy", structures, title, "DICE [%]", by_column, (0.0, 100.0))]
