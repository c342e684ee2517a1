import math

import numpy as np
import pytest
from scipy import stats

from SAMBenchmarkLib.core.triage import LEAST, RATES, combined, found_poor, kept_dice, triage_figures

CERTAINTY = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
DICE = np.array([0.9, 0.9, 0.8, 0.9, 0.5, 0.8, 0.6, 0.9, 0.2, 0.1])


def test_a_worked_case():
    found = triage_figures(CERTAINTY, DICE, limit=0.7)
    assert (found.n, found.poor) == (10, 4)
    # pairs of a poor and another answer in the right order: 0.5 beats two others, 0.6 one, 0.2 and 0.1 none
    assert found.auc == pytest.approx(1 - (2 + 1) / 24)
    assert RATES == (0.0, 0.05, 0.1, 0.2, 0.3, 0.5)
    assert found.kept == pytest.approx((0.66, 0.66, 6.5 / 9, 6.3 / 8, 5.4 / 7, 4.0 / 5))  # 0.05 of ten rounds to none
    assert found.ideal[3] == pytest.approx(6.3 / 8) and found.ideal[5] == pytest.approx(4.4 / 5)
    assert found.found == pytest.approx((0, 0, 0.25, 0.5, 0.5, 0.75))
    expected = stats.spearmanr(CERTAINTY, DICE)
    assert (found.rho, found.p) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))
    assert found.note == ""


def test_what_the_model_gave_nothing_for_is_looked_at_first():
    certainty = CERTAINTY.copy()
    certainty[-2:] = math.nan
    assert triage_figures(certainty, DICE).kept[3] == triage_figures(CERTAINTY, DICE).kept[3]


def test_ties_count_with_their_mean_whatever_their_order():
    same = np.zeros(10)
    found = triage_figures(same, DICE)
    assert found.kept == pytest.approx([DICE.mean()] * 6) and found.auc == 0.5
    assert math.isnan(found.rho) and "the same for all" in found.note
    shuffled = np.random.default_rng(0).permutation(10)
    tied = np.round(CERTAINTY * 2) / 2
    assert kept_dice(tied[shuffled], DICE[shuffled]) == pytest.approx(kept_dice(tied, DICE))


@pytest.mark.parametrize(
    ("dice", "says"), [(np.full(8, 0.9), "no answers are below"), (np.full(8, 0.1), "all answers")]
)
def test_all_or_none_poor_is_told_in_words(dice, says):
    found = triage_figures(np.arange(8.0), dice)
    assert math.isnan(found.auc) and says in found.note
    assert found.kept == pytest.approx([dice[0]] * 6)


def test_few_answers_tell_nothing():
    found = triage_figures(CERTAINTY[: LEAST - 1], DICE[: LEAST - 1])
    assert math.isnan(found.auc) and math.isnan(found.kept[0]) and "4 answers only" in found.note
    assert "1 answer only" in triage_figures(CERTAINTY[:1], DICE[:1]).note


def test_without_poor_answers_none_are_found():
    assert all(map(math.isnan, found_poor(CERTAINTY, np.zeros(10, bool))))


def test_signs_are_combined_by_the_mean_of_their_ranks():
    one, other = np.array([0.1, 0.2, 0.3, 0.4]), np.array([10.0, math.nan, 30.0, 20.0])
    unknown = np.full(4, math.nan)
    assert combined({"a": one, "b": other, "c": unknown}).tolist() == pytest.approx([0.375, 0.375, 0.875, 0.875])
    assert np.isnan(combined({"c": unknown})).all()
