import math

import numpy as np

from SAMBenchmarkLib.report.html_tables import TALL_ROWS, body, data_table, mean_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import element

NAN = math.nan


def test_a_figure_is_the_mean_with_the_population_deviation():
    cell = mean_cell(np.array([0.5, 0.7]), 100)
    assert cell == '<td class="number"><span>60.00 <small>(10.00)</small></span></td>'


def test_undefined_values_are_left_out_and_counted():
    cell = mean_cell(np.array([2.0, NAN, NAN]))
    assert "2.00" in cell
    assert "2 undefined" in cell


def test_values_that_are_all_undefined_have_no_mean():
    assert mean_cell(np.array([NAN])) == '<td class="number"><span class="undefined">undefined</span></td>'


def test_no_rows_are_not_undefined():
    assert mean_cell(np.empty(0)) == '<td class="number">–</td>'


def test_a_table_can_be_reached_by_keyboard_and_names_itself():
    row = element("tr", row_header("<liver>"), mean_cell(np.array([1.0])))
    table = data_table("Caption", ["Structure", number_header("DICE", "%")], [body([row])])
    assert table.startswith('<div class="scroll" tabindex="0" role="region" aria-label="Caption"><table>')
    assert '<th scope="col">Structure</th>' in table
    assert '<th class="number" scope="col">DICE<small>%</small></th>' in table
    assert '<th scope="row">&lt;liver&gt;</th>' in table


def test_long_tables_scroll_under_their_header():
    assert 'class="scroll"' in data_table("x", [], [], TALL_ROWS)
    assert 'class="scroll tall"' in data_table("x", [], [], TALL_ROWS + 1)


def test_a_header_may_span_rows():
    assert row_header("liver", 2) == '<th scope="rowgroup" rowspan="2">liver</th>'
