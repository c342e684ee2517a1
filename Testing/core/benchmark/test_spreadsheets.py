import csv
import io
import math

from SAMBenchmarkLib.core.spreadsheets import table_csv
from SAMBenchmarkLib.core.tables import Table


def cells(table):
    text = table_csv(table)
    assert text.startswith("\ufeff") and "\r\n" in text
    return list(csv.reader(io.StringIO(text[1:], newline="")))


def test_cells_come_back_whatever_is_in_them():
    table = Table("t", "t", {"name": ['a "b", c', "Ω; d"], "n": [1, -2], "x": [0.1, -1e-5]})
    assert cells(table) == [["name", "n", "x"], ['a "b", c', "1", "0.1"], ["Ω; d", "-2", "-1e-05"]]


def test_undefined_figures_are_empty():
    assert cells(Table("t", "t", {"x": [math.nan, math.inf, None], "y": [1, 2, 3]}))[1:] == [
        ["", "1"],
        ["", "2"],
        ["", "3"],
    ]


def test_no_name_becomes_a_formula_or_a_new_line():
    names = ["=1+1", "@x", " +y", "-z", "a\nb\r\nc"]
    assert [row[0] for row in cells(Table("t", "t", {"=n": names, "x": [1] * 5}))] == [
        "'=n",
        "'=1+1",
        "'@x",
        "' +y",
        "'-z",
        "a b c",
    ]
