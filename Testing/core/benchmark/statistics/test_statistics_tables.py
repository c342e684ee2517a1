import warnings

import pytest

from SAMBenchmarkLib.core.statistics.statistics_tables import STATISTICS_TABLES, statistics_tables
from support.outcomes import a_row
from support.statistic_rows import study_cases, study_rows


def test_every_selection_has_its_tables_and_modalities_have_their_numbers():
    tables = statistics_tables(study_rows(selections=("first", "oracle", "predicted_iou")), study_cases())
    assert {table.name for table in tables} == STATISTICS_TABLES
    numbers = {table.name: table for table in tables}["modality_numbers"]
    assert numbers.rows == [(1, "CT", 16), (2, "MRI", 16), (13, "US", 16)]


def test_nothing_gives_no_tables():
    assert statistics_tables([]) == []


@pytest.mark.parametrize(
    ("rows", "cases"),
    [
        ([a_row(size=80)], ()),
        (list(study_rows(dice=0.0)), study_cases()),
        (list(study_rows(2)), study_cases(2, site="", modality="CT")),
        ([a_row(dice=float("nan"), slice=n) for n in range(3)], ()),
        ([a_row(strategy="S0", selection="predicted_iou", size=9, dice=0.1 * n, slice=n) for n in range(9)], ()),
    ],
    ids=["one object", "all empty", "two cases", "no dice", "promptless"],
)
def test_poor_data_give_words_and_no_warnings(rows, cases):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tables = statistics_tables(rows, cases)
    notes = [note for table in tables for note in table.columns.get("note", ()) if note]
    assert notes and not any("nan" in note for note in notes)
    assert all("\t" not in str(cell) for table in tables for row in table.rows for cell in row)
