import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTES, ObjectFigures
from support.outcomes import a_row
from support.statistic_rows import study_cases, study_rows


def test_every_object_is_there_once_with_all_its_dice():
    rows = list(study_rows(cases=3))
    figures = ObjectFigures.of(rows, study_cases(3))
    assert len(figures) == 3 * 2 * 2
    for strategy, selection in (("S2", "oracle"), ("S5", "predicted_iou")):
        given = [row.dice for row in rows if (row.strategy, row.selection) == (strategy, selection)]
        assert figures.dice_of(strategy, selection).tolist() == given
    assert figures.attribute("size").tolist() == [row.size for row in rows[::4]]
    assert figures.structure_names == ["liver", "spleen"] and figures.structure_of().tolist() == [0, 1] * 6


def test_an_object_without_a_strategy_has_no_dice_there():
    rows = [a_row(slice=0, strategy="S2"), a_row(slice=1, strategy="S5", dice=0.75), a_row(slice=2, strategy="S2")]
    figures = ObjectFigures.of(rows)
    assert figures.dice_of("S2", "oracle") == pytest.approx([0.5, math.nan, 0.5], nan_ok=True)
    assert figures.dice_of("S5", "oracle") == pytest.approx([math.nan, 0.75, math.nan], nan_ok=True)
    assert np.isnan(figures.dice_of("S6", "oracle")).all()


def test_rows_of_other_protocols_do_not_count():
    assert len(ObjectFigures.of([a_row(variant="shift"), a_row(round=1), a_row(repeat=2)])) == 0


def test_patients_sites_and_modalities_come_from_the_cases():
    figures = ObjectFigures.of(study_rows(cases=2, slices=1), study_cases(2))
    assert figures.patients().tolist() == ["patient p0"] * 2 + ["patient p1"] * 2
    assert figures.sites().tolist() == ["south"] * 2 + ["north"] * 2
    assert figures.modalities().tolist() == ["CT"] * 2 + ["MRI"] * 2
    assert figures.attribute("modality").tolist() == [1, 1, 2, 2]


def test_a_case_of_which_nothing_is_known_is_a_patient_of_its_own():
    figures = ObjectFigures.of([a_row(case_id="a"), a_row(case_id="b")])
    assert figures.patients().tolist() == ["case a", "case b"] and figures.sites().tolist() == ["", ""]
    assert np.isnan(figures.attribute("modality")).all()


def test_attributes_that_were_not_measured_are_undefined():
    figures = ObjectFigures.of([a_row(size=0)])
    assert all(np.isnan(figures.attribute(name)).all() for name in ATTRIBUTES)


def test_nothing_is_empty():
    figures = ObjectFigures.of([])
    assert len(figures) == 0 and figures.selections() == [] and len(figures.patients()) == 0
    assert len(figures.attribute("modality")) == 0
