import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.statistics import partial_spearman
from SAMBenchmarkLib.core.statistics.correlation_table import correlation_table
from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTES, ObjectFigures
from support.statistic_rows import study_cases, study_rows


def rows_of(table):
    return {(row[0], row[1]): dict(zip(table.header, row, strict=True)) for row in table.rows}


def test_other_attributes_are_held_constant():
    rows = list(study_rows())
    figures = ObjectFigures.of(rows, study_cases())
    found = rows_of(correlation_table(figures, "oracle"))["S5", "intensity_difference"]
    chosen = [row for row in rows if (row.strategy, row.selection) == ("S5", "oracle")]
    columns = {name: [getattr(row, name) for row in chosen] for name in ("dice", "size", "aspect_ratio")}
    columns["contrast"] = [row.intensity_difference for row in chosen]
    columns["modality"] = np.repeat([[1, 2, 13][n % 3] for n in range(12)], 4)
    expected = partial_spearman(columns, "contrast", "dice", ("size", "aspect_ratio", "modality"))
    assert (found["rho"], found["p"], found["n"]) == pytest.approx((expected.r, expected.p, 48))
    assert found["rho"] > 0.4 and found["strength"] == "moderate"
    assert found["held_constant"] == "size, aspect ratio, modality"
    assert found["rho_alone"] == pytest.approx(partial_spearman(columns, "contrast", "dice").r)


def test_every_strategy_has_every_attribute_and_what_was_not_measured_is_named():
    table = correlation_table(ObjectFigures.of(study_rows(), study_cases(modality="")), "predicted_iou")
    found = rows_of(table)
    assert list(found) == [(s, a) for s in ("S2", "S5") for a in ATTRIBUTES]
    assert found["S2", "fourier_order"]["note"] == "fourier order was not measured"
    assert found["S2", "modality"]["note"] == "no case says its modality"
    assert math.isnan(found["S2", "modality"]["rho"]) and found["S2", "size"]["held_constant"].startswith("aspect")


def test_one_modality_is_a_constant_and_so_is_the_dice_of_empty_predictions():
    found = rows_of(correlation_table(ObjectFigures.of(study_rows(), study_cases(modality="CT")), "oracle"))
    assert found["S2", "modality"]["note"] == "modality is the same for all objects"
    assert "modality" not in found["S2", "size"]["held_constant"]
    empty = rows_of(correlation_table(ObjectFigures.of(study_rows(dice=0.0), study_cases()), "oracle"))
    assert {row["note"] for key, row in empty.items() if key[1] != "fourier_order"} == {
        "DICE is the same for all objects"
    }


def test_one_object_has_no_correlation():
    table = correlation_table(ObjectFigures.of(study_rows(1, ("liver",), slices=1), study_cases(1)), "oracle")
    assert rows_of(table)["S5", "size"]["note"] == "1 object only: no correlation"
