"""Tables in memory to table nodes, and table nodes to files."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.tables import Table, plain_text
from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.scene.runtime import ensure_scene


def node_from_table(table: Table, scene: Any = None) -> Any:
    """A new table node.

    Args:
        scene: where the node is added; the open scene when None.

    Returns:
        `vtkMRMLTableNode` named by the table's name, its title as description. Columns of numbers stay numbers, NaN
        stays NaN; text is as `plain_text` makes it, so that Slicer reads its own file back.

    Thread: main.
    """
    scene = ensure_scene().scene if scene is None else scene
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", table.name)
    fill_node(node, table)
    return node


def fill_node(node: Any, table: Table) -> None:
    """Put a table into a table node in place of what was there; see `node_from_table`.

    Thread: main.
    """
    before = node.StartModify()
    node.SetDescription(table.title)
    node.RemoveAllColumns()
    for name, values in table.columns.items():
        node.AddColumn(_column(name, values))
        node.SetColumnTitle(plain_text(name), plain_text(name))
    node.SetUseColumnTitleAsColumnHeader(True)  # or views show the names as a first row that looks like a result
    node.SetLocked(True)  # results are read, not typed over
    node.EndModify(before)


def table_from_node(node: Any) -> Table:
    """The table that a table node holds: strings, integers and floats as they are stored.

    Thread: main.
    """
    columns = {}
    for number in range(node.GetNumberOfColumns()):
        column = node.GetTable().GetColumn(number)
        columns[column.GetName()] = [column.GetValue(row) for row in range(column.GetNumberOfTuples())]
    return Table(node.GetName(), node.GetDescription() or "", columns)


def write_tsv(node: Any, path: str | os.PathLike[str]) -> None:
    """Write a table node by Slicer's own table storage; the file appears whole or not at all.

    Slicer writes six significant digits. The column types go into `<name>.schema.tsv` beside it, which Slicer looks
    for when it reads the table.

    Raises:
        StoreError: the file cannot be written.

    Thread: main.
    """
    target = Path(path)
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        written = Path(folder, target.name)
        storage = node.GetScene().AddNewNodeByClass("vtkMRMLTableStorageNode")
        try:
            storage.SetFileName(str(written))
            if not storage.WriteData(node):
                raise StoreError(f"Slicer could not write the table '{node.GetName()}'.", "Check the disk.")
        finally:
            node.GetScene().RemoveNode(storage)
        for source in sorted(Path(folder).iterdir()):
            with atomic_path(target.with_name(source.name)) as temporary:
                shutil.copyfile(source, temporary)


def _column(name: str, values: Sequence[Any]) -> Any:
    import vtk

    kinds = {type(value) for value in values if value is not None}
    if values and kinds and all(issubclass(kind, (int, np.integer)) for kind in kinds) and None not in values:
        small = all(-(2**31) <= value < 2**31 for value in values)
        column, converted = (vtk.vtkIntArray() if small else vtk.vtkIdTypeArray()), [int(value) for value in values]
    elif kinds and all(issubclass(kind, (int, float, np.number)) for kind in kinds):
        column = vtk.vtkDoubleArray()
        converted = [float("nan") if value is None else float(value) for value in values]
    else:
        column, converted = vtk.vtkStringArray(), [plain_text(value) for value in values]
    column.SetName(plain_text(name))
    for value in converted:
        column.InsertNextValue(value)
    return column
