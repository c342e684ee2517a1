import math
import re

import pytest

from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.statistic_tables import figure_text, statistic_table
from SAMBenchmarkLib.report.stylesheet import STYLESHEET
from support.html_check import Page

TITLES = {"pair": "Pair", "n": "Objects", "p": "p|two-sided"}


def page_of(table):
    return Page(f"<!DOCTYPE html>\n<html><body>{statistic_table(table, TITLES, 'Tests.', ('pair',))}</body></html>")


def test_rows_have_their_figures_and_notes():
    page = page_of(
        Table("t", "t", {"pair": ["a", "b"], "n": [1200, 3], "p": [0.0004, math.nan], "note": ["", "no pair"]})
    )
    assert all(text in page.text for text in ("Tests.", "two-sided", "1,200", "< 0.001", "–", "no pair", "To know"))
    assert [attributes["class"] for attributes in page.all("td") if "best" in attributes.get("class", "")] == [
        "number best"
    ]


def test_there_is_no_column_of_notes_without_notes():
    assert "To know" not in page_of(Table("t", "t", {"pair": ["a"], "n": [9], "p": [0.2], "note": [""]})).text


def test_where_no_row_has_a_figure_the_reason_stands_alone():
    page = page_of(
        Table("t", "t", {"pair": ["a", "b"], "n": [4, 4], "p": [math.nan] * 2, "note": ["no pair differs"] * 2})
    )
    assert page.text.strip() == "No pair differs." and page.all("table") == []


def test_rows_with_different_reasons_stay_a_table():
    page = page_of(Table("t", "t", {"pair": ["a", "b"], "n": [4, 4], "p": [math.nan] * 2, "note": ["one", "two"]}))
    assert len(page.all("table")) == 1


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("p", 0.0213, "0.021"),
        ("rho", -0.5, "-0.500"),
        ("mean", 81.256, "81.26"),
        ("n", 12345, "12,345"),
        ("x", None, "–"),
    ],
)
def test_figures_have_as_many_digits_as_they_deserve(name, value, text):
    assert figure_text(name, value) == text


def test_notes_beside_many_figures_keep_a_width_to_be_read_at():
    table = Table("t", "t", {"pair": ["a"], "n": [4], "p": [0.5], "note": ["4 pairs that differ: p is large"]})
    [cell] = [attributes for attributes in page_of(table).all("td") if attributes.get("class") == "remark"]
    assert cell and re.search(r"td\.remark \{[^}]*min-width: \d+ch", STYLESHEET)
