"""Partial rank correlations against SciPy, the formula of correlations and a case worked by hand."""

import math

import numpy as np
import pytest
from scipy.stats import rankdata, spearmanr, t

from SAMBenchmarkLib.core.statistics import PartialCorrelation, partial_spearman
from SAMSegmenterLib.core.errors import InputError


def a_table(n=60, seed=0):
    """Related columns with many ties."""
    rng = np.random.default_rng(seed)
    size = rng.integers(1, 9, n)
    contrast = size + rng.integers(0, 6, n)
    shape = rng.integers(0, 4, n)
    return {
        "dice": size + 2 * contrast - shape + rng.normal(0, 3, n),
        "size": size,
        "contrast": contrast,
        "shape": shape,
    }


def by_precision_matrix(table, x, y, covariates):
    """The same from the inverse of the correlation matrix of the ranks."""
    ranks = np.array([rankdata(table[name]) for name in (x, y, *covariates)])
    precision = np.linalg.inv(np.corrcoef(ranks))
    return -precision[0, 1] / math.sqrt(precision[0, 0] * precision[1, 1])


@pytest.mark.parametrize("covariates", [("contrast",), ("contrast", "shape")])
def test_the_correlation_is_that_of_the_inverse_correlation_matrix(covariates):
    found = partial_spearman(a_table(), "size", "dice", covariates)
    r = by_precision_matrix(a_table(), "size", "dice", covariates)
    freedom = 60 - 2 - len(covariates)
    assert found.r == pytest.approx(r, abs=1e-12)
    assert found.p == pytest.approx(2 * t.sf(abs(r) * math.sqrt(freedom / (1 - r * r)), freedom), rel=1e-10)
    assert (found.n, found.covariates, found.note) == (60, covariates, "")


def test_values_are_those_of_another_program():
    """From pingouin 0.7.0, partial_corr(method="spearman")."""
    found = partial_spearman(a_table(), "size", "dice", ("contrast", "shape"))
    assert (found.r, found.p) == pytest.approx((0.4352178636948034, 0.0006395352170681343), rel=1e-6)


def test_without_covariates_it_is_spearmans_correlation():
    table = a_table()
    found, oracle = partial_spearman(table, "size", "dice"), spearmanr(table["size"], table["dice"])
    assert (found.r, found.p) == pytest.approx((oracle.statistic, oracle.pvalue), rel=1e-10)


def test_a_case_worked_by_hand():
    # ranks x 1 2 3 4, y 2 1 4 3, z 1 2 4 3: squared differences 4, 2 and 2, so r_xy = 0.6, r_xz = r_yz = 0.8
    # (0.6 - 0.8 * 0.8) / (1 - 0.64) = -1 / 9; one degree of freedom, so t has Cauchy's distribution
    found = partial_spearman({"x": [1, 2, 3, 4], "y": [20, 10, 40, 30], "z": [5, 6, 8, 7]}, "x", "y", ["z"])
    assert found.r == pytest.approx(-1 / 9)
    assert found.p == pytest.approx(1 - 2 / math.pi * math.atan((1 / 9) / math.sqrt(80 / 81)))


def test_rows_with_an_undefined_value_are_left_out():
    table = {name: np.append(values.astype(float), [1.0, 2.0]) for name, values in a_table().items()}
    table["shape"][-2:] = math.nan
    found = partial_spearman(table, "size", "dice", ("shape",))
    assert found == partial_spearman(a_table(), "size", "dice", ("shape",))


def test_covariates_that_do_not_vary_are_not_held_constant():
    table = {**a_table(), "code": np.full(60, 3)}
    found = partial_spearman(table, "size", "dice", ("contrast", "code"))
    assert found == partial_spearman(table, "size", "dice", ("contrast",))
    assert found.covariates == ("contrast",)


def test_covariates_that_say_the_same_cost_one_degree_of_freedom():
    table = a_table()
    table["again"] = 2 * table["contrast"]
    found, once = (
        partial_spearman(table, "size", "dice", ("contrast", "again")),
        partial_spearman(table, "size", "dice", ("contrast",)),
    )
    assert (found.r, found.p) == pytest.approx((once.r, once.p), rel=1e-9)
    assert found.note == "what is held constant overlaps"


@pytest.mark.parametrize(
    ("columns", "covariates", "note"),
    [
        ({"x": [1.0], "dice": [0.5]}, (), "1 object only: no correlation"),
        ({"x": [math.nan, math.nan], "dice": [0.5, 0.6]}, (), "no object has both figures"),
        ({"x": [], "dice": []}, (), "no object has both figures"),
        ({"x": [1, 2, 3], "dice": [0, 0, 0]}, (), "DICE is the same for all objects"),
        ({"x": [2, 2, 2], "dice": [1, 2, 3]}, (), "x is the same for all objects"),
        ({"x": [1, 2, 3], "dice": [1, 3, 2], "z": [1, 2, 2]}, ("z",), "3 objects are too few with 1 attributes held"),
        ({"x": [1, 2, 3, 4, 5], "dice": [1, 3, 2, 5, 4], "z": [2, 4, 6, 8, 9]}, ("z",), "x follows from what is held"),
    ],
)
def test_where_there_is_no_correlation_words_say_why(columns, covariates, note):
    found = partial_spearman(columns, "x", "dice", covariates)
    assert math.isnan(found.r) and math.isnan(found.p) and found.note.startswith(note)
    assert found.strength == ""


def test_a_perfect_order_has_a_p_of_0():
    found = partial_spearman({"x": [1, 2, 3, 4], "y": [9, 8, 7, 6]}, "x", "y")
    assert (found.r, found.p) == (pytest.approx(-1), pytest.approx(0, abs=1e-7))


@pytest.mark.parametrize(("r", "strength"), [(0.4, "moderate"), (-0.41, "moderate"), (0.2, "weak"), (0.199, "none")])
def test_strength_in_words(r, strength):
    assert PartialCorrelation(r, 0.01, 9).strength == strength


@pytest.mark.parametrize(
    ("x", "covariates", "problem"),
    [("colour", (), "no column 'colour'"), ("size", ("size",), "named once"), ("short", (), "equal length")],
)
def test_columns_that_cannot_be_used_are_refused(x, covariates, problem):
    with pytest.raises(InputError, match=problem):
        partial_spearman({**a_table(), "short": [1, 2]}, x, "dice", covariates)
