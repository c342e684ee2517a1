"""Rows: their key comes first, their columns have SQLite types."""

from dataclasses import fields

from SAMBenchmarkLib.core.rows import COLUMN_TYPES, KEY_COLUMNS, ResultRow

ROW = ResultRow("hash", "case", 0, "axial", 12, 3, "S5", "oracle")


def test_the_key_tells_rows_apart_in_the_documented_order():
    assert ROW.key == ("hash", "case", 0, "axial", 12, 3, "S5", "", 0, 0, "oracle")
    assert len(ROW.key) == len(KEY_COLUMNS)


def test_every_column_has_a_type_that_sqlite_knows():
    assert list(COLUMN_TYPES) == [field.name for field in fields(ResultRow)]
    assert set(COLUMN_TYPES.values()) == {"TEXT", "INTEGER", "REAL"}
    assert (COLUMN_TYPES["dice"], COLUMN_TYPES["slice"], COLUMN_TYPES["plane"]) == ("REAL", "INTEGER", "TEXT")
