from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.scene.tables import node_from_table, table_from_node, write_tsv
from SAMSegmenterLib.core.errors import StoreError

NAN = float("nan")
TABLE = Table(
    "summary_oracle",
    "All figures",
    {
        "structure": ["liver", 'the "left" kidney', "ä \t b", "spleen"],
        "remark": ["", "none", "", ""],
        "n": [3, 0, -7, 2**31 - 1],
        "large": [2**40, 1, 2, 3],
        "dice": [0.25, NAN, 1e-9, 99.5],
        "mixed": [1, 2.5, None, 4],
    },
)


def _read(scene, path):
    storage = scene.AddNewNodeByClass("vtkMRMLTableStorageNode")
    storage.SetFileName(str(path))
    node = scene.AddNewNodeByClass("vtkMRMLTableNode", path.stem)
    assert storage.ReadData(node)
    return node


def _same(first, second):
    return len(first) == len(second) and all(a == b or (a != a and b != b) for a, b in zip(first, second, strict=True))


def test_numbers_stay_numbers_and_nan_survives(a_scene):
    table = node_from_table(TABLE).GetTable()
    kinds = {table.GetColumn(n).GetName(): table.GetColumn(n).GetClassName() for n in range(table.GetNumberOfColumns())}
    assert kinds["structure"] == "vtkStringArray"
    assert table.GetValueByName(2, "n").ToInt() == -7
    assert table.GetValueByName(0, "large").ToLongLong() == 2**40
    assert math.isnan(table.GetValueByName(1, "dice").ToDouble())
    assert math.isnan(table.GetValueByName(2, "mixed").ToDouble())


def test_a_table_node_gives_its_table_back(a_scene):
    back = table_from_node(node_from_table(TABLE))
    assert (back.name, back.title, back.header) == (TABLE.name, TABLE.title, TABLE.header)
    for name in ("n", "large", "dice"):
        assert _same(back.columns[name], TABLE.columns[name]), name
    assert back.columns["structure"] == ["liver", "the 'left' kidney", "ä   b", "spleen"]


def test_slicer_reads_what_slicer_wrote(a_scene, tmp_path):
    node = node_from_table(TABLE)
    write_tsv(node, tmp_path / "t.tsv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.schema.tsv", "t.tsv"]
    back, given = table_from_node(_read(a_scene, tmp_path / "t.tsv")), table_from_node(node)
    for name in ("structure", "remark", "n", "large"):
        assert back.columns[name] == given.columns[name], name
    for name in ("dice", "mixed"):
        assert back.columns[name] == pytest.approx(given.columns[name], rel=1e-5, nan_ok=True), name


def test_slicer_reads_the_projects_own_tsv_as_it_is(a_scene, tmp_path):
    path = tmp_path / "own.tsv"
    path.write_text(TABLE.to_tsv(), encoding="utf-8")
    back, given = table_from_node(_read(a_scene, path)), table_from_node(node_from_table(TABLE))
    assert back.header == given.header
    assert back.columns["structure"] == given.columns["structure"]
    assert [int(text) for text in back.columns["large"]] == TABLE.columns["large"]
    assert _same([float(text) for text in back.columns["dice"]], TABLE.columns["dice"])  # to the last digit


def test_nothing_is_left_behind_when_the_folder_does_not_exist(a_scene, tmp_path):
    nodes = a_scene.GetNumberOfNodes()
    node = node_from_table(TABLE)
    with pytest.raises(StoreError) as caught:
        write_tsv(node, tmp_path / "missing" / "t.tsv")
    assert "folder" in caught.value.hint
    assert list(tmp_path.iterdir()) == []
    assert a_scene.GetNumberOfNodes() == nodes + 1  # the table, no storage node


def test_a_table_without_rows_is_a_table(a_scene):
    node = node_from_table(Table("empty", "Empty", {"structure": [], "dice": []}))
    assert (node.GetNumberOfColumns(), node.GetNumberOfRows()) == (2, 0)


def test_views_show_the_names_of_columns_as_headers_not_as_a_row(a_scene):
    node = node_from_table(TABLE)
    assert node.GetUseColumnTitleAsColumnHeader()
    assert [node.GetColumnTitle(name) for name in ("structure", "n")] == ["structure", "n"]
