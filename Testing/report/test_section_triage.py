import re

import numpy as np

from SAMBenchmarkLib.core.row_batches import batches_of_rows
from SAMBenchmarkLib.core.triage_tables import TRIAGE_COLUMNS, triage_tables
from SAMBenchmarkLib.core.uncertainty_table import uncertainty_table
from SAMBenchmarkLib.report.section_triage import MOST_SHOWN, triage_section
from support.html_check import Page
from support.outcomes import a_row


def rows(count=30, moved=False):
    rng = np.random.default_rng(0)
    for index in range(count):
        dice = float(rng.uniform(0.3, 1))
        about = {"slice": index, "selection": "predicted_iou", "dice": dice}
        yield a_row(predicted_iou=dice, stability=float(rng.uniform()), **about)
        if moved:
            yield a_row(variant="sam-u", uncertainty=1 - dice, uncertainty_auc=0.75, **about)


def section_of(given):
    given = list(given)
    tables = triage_tables(batches_of_rows(given, TRIAGE_COLUMNS))
    found = uncertainty_table(given)
    return triage_section([*tables, *([found] if found else [])])


def test_a_perfect_sign_keeps_what_is_best_and_the_curve_says_so():
    text = str(section_of(rows()))
    assert text.count("<svg") == 1 and "predicted IoU" in text and "stability" in text
    spoken = re.search(r"predicted IoU (\d+\.\d) to (\d+\.\d)", text)
    assert float(spoken[2]) > float(spoken[1])
    assert "1.00" in text  # the area under the curve


def test_lists_show_the_first_and_tables_hold_the_rest():
    page = Page("<!DOCTYPE html>" + str(section_of(rows())))
    assert f"first {MOST_SHOWN}" in page.text
    assert "Does uncertainty find the errors?" not in page.text


def test_uncertainty_has_a_part_where_moved_boxes_were_asked():
    page = Page("<!DOCTYPE html>" + str(section_of(rows(moved=True))))
    assert "Does uncertainty find the errors?" in page.text and "agreement of moved boxes" in page.text
    assert "0.75" in page.text


def test_few_answers_are_told_in_words_and_none_give_no_part():
    assert "too few answers" in str(section_of(rows(2)))
    assert triage_section([]) is None
