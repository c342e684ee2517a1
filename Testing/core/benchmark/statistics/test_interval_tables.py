import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.interval_tables import ALL_OBJECTS, NO_SITE, interval_table, site_table
from SAMBenchmarkLib.core.statistics.intervals import mean_interval
from SAMBenchmarkLib.core.statistics.object_figures import ObjectFigures
from support.outcomes import a_row
from support.statistic_rows import study_cases, study_rows


def rows_of(table):
    return {row[:2]: dict(zip(table.header, row, strict=True)) for row in table.rows}


def test_means_have_the_intervals_of_their_patients():
    rows = list(study_rows())
    found = rows_of(interval_table(ObjectFigures.of(rows, study_cases()), "oracle"))["spleen", "S2"]
    chosen = [r for r in rows if (r.structure, r.strategy, r.selection) == ("spleen", "S2", "oracle")]
    expected = mean_interval([100 * r.dice for r in chosen], [f"patient p{int(r.case_id[-3:])}" for r in chosen])
    ends = (found["percentile_low"], found["percentile_high"], found["bca_low"], found["bca_high"])
    assert ends == pytest.approx((*expected.percentile, *expected.bca))
    assert (found["objects"], found["patients"], found["note"]) == (24, 12, "")


def test_one_structure_needs_no_rows_of_its_own():
    found = rows_of(interval_table(ObjectFigures.of(study_rows(structures=("liver",))), "oracle"))
    assert [key[0] for key in found] == [ALL_OBJECTS, ALL_OBJECTS]


def test_cases_of_one_patient_have_no_interval():
    found = rows_of(interval_table(ObjectFigures.of(study_rows(), study_cases(patient="x")), "oracle"))
    assert found[ALL_OBJECTS, "S5"]["note"] == "1 patient only: no interval"
    assert math.isnan(found[ALL_OBJECTS, "S5"]["bca_low"]) and found[ALL_OBJECTS, "S5"]["patients"] == 1


def test_each_site_has_its_cases_and_its_spread():
    rows = list(study_rows())
    found = rows_of(site_table(ObjectFigures.of(rows, study_cases()), "oracle"))
    chosen = [100 * r.dice for r in rows if (r.strategy, r.selection) == ("S2", "oracle") and int(r.case_id[-3:]) % 2]
    north = found["north", "S2"]
    assert (north["dice_percent_mean"], north["dice_percent_std"]) == pytest.approx((np.mean(chosen), np.std(chosen)))
    assert (north["cases"], north["objects"]) == (6, 24) and {key[0] for key in found} == {"north", "south"}


def test_cases_without_a_site_come_last_and_without_any_there_is_no_row():
    cases = [case for case in study_cases(3) if case.case_id != "case 001"]
    assert site_table(ObjectFigures.of(study_rows(3), cases), "oracle").columns["site"] == ["south"] * 2 + [NO_SITE] * 2
    assert site_table(ObjectFigures.of([a_row()]), "oracle").rows == []
