import math

import numpy as np
import pytest
from scipy.stats import wilcoxon

from SAMBenchmarkLib.core.statistics.holm import holm
from SAMBenchmarkLib.core.statistics.object_figures import ObjectFigures
from SAMBenchmarkLib.core.statistics.paired_table import paired_rows, patient_means, strategy_tests
from support.statistic_rows import study_cases, study_rows


def rows_of(table):
    return {row[:2]: dict(zip(table.header, row, strict=True)) for row in table.rows}


def test_the_test_is_made_on_the_patients_means():
    rows = list(study_rows())
    found = rows_of(strategy_tests(ObjectFigures.of(rows, study_cases()), "oracle"))["S2", "S5"]
    dice = {s: [100 * r.dice for r in rows if (r.strategy, r.selection) == (s, "oracle")] for s in ("S2", "S5")}
    means = {s: np.reshape(values, (12, 4)).mean(axis=1) for s, values in dice.items()}
    oracle = wilcoxon(means["S5"] - means["S2"], method="exact")
    assert (found["statistic"], found["p"]) == pytest.approx((oracle.statistic, oracle.pvalue))
    assert found["difference_percent"] == pytest.approx(np.mean(means["S5"] - means["S2"]))
    assert found["bca_low"] < found["difference_percent"] < found["bca_high"]
    assert (found["objects"], found["patients"], found["p_holm"]) == (48, 12, found["p"])


def test_p_values_are_corrected_for_all_pairs():
    figures = ObjectFigures.of(study_rows(strategies=("S2", "S5", "S6")), study_cases())
    table = strategy_tests(figures, "oracle")
    assert [row[:2] for row in table.rows] == [("S2", "S5"), ("S2", "S6"), ("S5", "S6")]
    assert table.columns["p_holm"] == pytest.approx(holm(table.columns["p"]))


def test_one_strategy_has_nothing_to_be_compared_with():
    assert strategy_tests(ObjectFigures.of(study_rows(strategies=("S5",))), "oracle").rows == []


@pytest.mark.parametrize(
    ("first", "second", "patients", "note"),
    [
        ([0.1], [0.2], ["p"], "1 patient only: no test, no interval"),
        ([0.1, math.nan], [math.nan, 0.2], ["p", "q"], "no object has both"),
        (
            [0.0] * 12,
            [0.0] * 12,
            [f"p{k}" for k in range(12)],
            "no pair differs: no test; the same in every patient: no interval",
        ),
        (
            [0.1, 0.1, 0.1],
            [0.2, 0.3, 0.5],
            ["p", "q", "r"],
            "3 pairs that differ: p cannot be below 0.25; 3 patients: the interval is rough",
        ),
    ],
)
def test_what_cannot_be_tested_is_said_in_words(first, second, patients, note):
    (row,) = paired_rows({("a", "b"): (np.array(first), np.array(second), np.array(patients))})
    assert row[:2] == ("a", "b") and row[-1] == note


def test_each_patient_counts_once():
    values = np.array([0.9, 0.2, 0.4])
    assert patient_means(values, np.array(["q", "p", "p"])) == pytest.approx([0.3, 0.9])
    assert patient_means(values, np.array([8, 3, 3])) == pytest.approx([0.3, 0.9])
