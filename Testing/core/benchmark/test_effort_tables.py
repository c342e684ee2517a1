import pytest

from SAMBenchmarkLib.core.effort_tables import effort_tables
from SAMBenchmarkLib.core.summary import MICRO
from support.outcomes import a_row


def test_the_effort_is_averaged_by_structure_and_over_all_objects():
    rows = [
        a_row(structure="liver", strategy="S5", selection="oracle", hce=4.0),
        a_row(structure="liver", strategy="S5", selection="oracle", hce=8.0, slice=1),
        a_row(structure="spleen", strategy="S5", selection="oracle", hce=0.0),
        a_row(structure="spleen", strategy="S5", selection="oracle", hce=9.0, variant="huang-shift:0-10"),
    ]
    [table] = effort_tables(rows)
    assert table.name == "hce_oracle"
    assert table.rows == [
        ("liver", "S5", 2, 6.0, 2.0),
        ("spleen", "S5", 1, 0.0, 0.0),
        (MICRO, "S5", 3, 4.0, pytest.approx((32 / 3) ** 0.5)),
    ]


def test_runs_that_did_not_count_it_have_no_table():
    assert effort_tables([a_row(strategy="S5", selection="oracle")]) == []


def test_classical_methods_stand_in_the_order_of_all_tables():
    rows = [a_row(structure="liver", strategy=name, hce=1.0) for name in ("GrabCut", "Otsu", "S5", "ellipse")]
    [table] = effort_tables(rows)
    assert table.columns["strategy"][:4] == ["S5", "ellipse", "Otsu", "GrabCut"]
