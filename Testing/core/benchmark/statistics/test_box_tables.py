import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.box_tables import ALL_STRUCTURES, level_table, modality_table
from SAMBenchmarkLib.core.statistics.object_figures import ObjectFigures
from SAMBenchmarkLib.core.store import CaseRecord
from support.outcomes import HASH, a_row
from support.statistic_rows import study_cases, study_rows


def rows_of(table, names):
    return {row[:names]: dict(zip(table.header, row, strict=True)) for row in table.rows}


def test_boxes_are_those_of_the_objects_of_a_modality():
    rows = list(study_rows())
    found = rows_of(modality_table(ObjectFigures.of(rows, study_cases()), "oracle"), 3)
    chosen = [r for r in rows if (r.strategy, r.selection) == ("S5", "oracle") and int(r.case_id[-3:]) % 3 == 1]
    box = found[ALL_STRUCTURES, "MRI", "S5"]
    expected = np.percentile([100 * row.dice for row in chosen], (25, 50, 75))
    assert (box["q1"], box["median"], box["q3"]) == pytest.approx(expected)
    assert (box["n"], box["note"]) == (16, "")
    assert {key[1] for key in found if key[0] == "liver"} == {"CT", "MRI", "US"}


def test_a_structure_in_one_modality_only_is_named():
    rows = [
        a_row(case_id="a", structure="liver", label_value=1),
        a_row(case_id="a", structure="lung", label_value=2),
        a_row(case_id="b", structure="liver", label_value=1),
    ]
    cases = [CaseRecord(HASH, "a", modality="CT"), CaseRecord(HASH, "b", modality="MR")]
    found = rows_of(modality_table(ObjectFigures.of(rows, cases), "oracle"), 2)
    assert found["lung", "CT"]["note"] == "CT only: no comparison of modalities; 1 value only"
    assert found["liver", "MRI"]["note"] == "1 value only"


def test_cases_without_a_modality_are_named():
    found = rows_of(modality_table(ObjectFigures.of(study_rows()), "oracle"), 2)
    assert found[ALL_STRUCTURES, "not recorded"]["note"] == "no case says its modality"


def test_levels_hold_the_attributes_of_their_objects():
    rows = [a_row(slice=k, dice=d, size=s) for k, (d, s) in enumerate([(0.0, 70), (0.1, 90), (0.11, 500), (1.0, 900)])]
    found = rows_of(level_table(ObjectFigures.of(rows), "oracle"), 3)
    assert list(found) == [("size", "S5", 1), ("size", "S5", 2), ("size", "S5", 10)]
    assert found["size", "S5", 1]["median"] == 80 and found["size", "S5", 1]["n"] == 2
    assert found["size", "S5", 10]["dice"] == "90 to 100 %"


def test_without_the_box_strategy_levels_are_those_of_the_first():
    assert level_table(ObjectFigures.of([a_row(strategy="S2", size=9)]), "oracle").columns["strategy"] == ["S2"]


def test_undefined_dice_has_no_level():
    assert level_table(ObjectFigures.of([a_row(dice=float("nan"), size=9)]), "oracle").rows == []
