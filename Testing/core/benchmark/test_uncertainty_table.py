import math

import pytest
from scipy import stats

from SAMBenchmarkLib.core.uncertainty_table import ALL_OBJECTS, uncertainty_table
from support.outcomes import a_row


def rows(values, **more):
    return [
        a_row(variant="sam-u", slice=n, uncertainty_auc=auc, uncertainty=mean, dice=dice, **more)
        for n, (auc, mean, dice) in enumerate(values)
    ]


def records(table):
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


def test_areas_are_averaged_and_entropies_ranked_against_dice():
    values = [(0.9, 0.1, 0.95), (0.8, 0.3, 0.7), (math.nan, 0.0, 1.0), (0.7, 0.2, 0.8), (0.6, 0.25, 0.2)]
    [record] = records(uncertainty_table(rows(values)))
    assert (record["structure"], record["objects"], record["auc_objects"]) == ("liver", 5, 4)
    assert record["auc_mean"] == pytest.approx(0.75) and record["auc_std"] == pytest.approx(0.125**0.5 * 10**-0.5)
    expected = stats.spearmanr([mean for _, mean, _ in values], [dice for *_, dice in values])
    assert (record["rho"], record["p"]) == (pytest.approx(expected.statistic), pytest.approx(expected.pvalue))


def test_all_objects_come_first_where_there_are_several_structures():
    both = rows([(0.9, 0.1, 0.95)] * 2) + rows([(0.5, 0.1, 0.95)] * 2, structure="spleen", label_value=2)
    found = records(uncertainty_table(both))
    assert [record["structure"] for record in found] == [ALL_OBJECTS, "liver", "spleen"]
    assert found[0]["auc_mean"] == pytest.approx(0.7)


def test_one_object_constants_and_perfect_masks_are_told_in_words():
    [one] = records(uncertainty_table(rows([(0.9, 0.1, 0.95)])))
    assert math.isnan(one["rho"]) and "1 object only" in one["note"]
    [same] = records(uncertainty_table(rows([(0.9, 0.1, 0.95)] * 5)))
    assert math.isnan(same["rho"]) and "is the same for all objects" in same["note"]
    [perfect] = records(uncertainty_table(rows([(math.nan, 0.1, 1.0), (math.nan, 0.2, 1.0), (math.nan, 0.3, 1.0)])))
    assert math.isnan(perfect["auc_mean"]) and "no object with both" in perfect["note"]


def test_without_the_protocol_there_is_no_table():
    assert uncertainty_table([a_row(), a_row(variant="huang-rounds")]) is None
