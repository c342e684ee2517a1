"""Means before and after, and counts of what went where."""

import pytest

from SAMSegmenterLib.models.training.fine_tuning.figures import compare, count_data, signed, unmatched
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split
from support.fine_tuning import ring_sample


def scores(*values):
    return [ObjectScore(name, patient, dice, single) for name, patient, dice, single in values]


BEFORE = scores(("liver", 0, 0.5, 0.4), ("liver", 1, 0.7, 0.6), ("spleen", 1, 0.2, 0.1))
AFTER = scores(("liver", 0, 0.9, 0.8), ("liver", 1, 0.8, 0.7), ("spleen", 1, 0.1, 0.3))


def test_structures_come_first_then_their_mean_then_all_objects():
    rows = compare(BEFORE, AFTER)
    assert [row.structure for row in rows] == ["liver", "spleen", "mean of structures", "all objects"]
    liver, spleen, macro, micro = rows
    assert (liver.objects, liver.patients, spleen.objects, spleen.patients) == (2, 2, 1, 1)
    assert liver.before == pytest.approx(0.6) and liver.after == pytest.approx(0.85)
    assert macro.before == pytest.approx((0.6 + 0.2) / 2) and macro.after == pytest.approx((0.85 + 0.1) / 2)
    assert micro.before == pytest.approx(1.4 / 3) and micro.after == pytest.approx(1.8 / 3)
    assert micro.single_before == pytest.approx(1.1 / 3) and micro.single_after == pytest.approx(1.8 / 3)
    assert (macro.objects, macro.patients) == (micro.objects, micro.patients) == (3, 2)


def test_a_single_structure_stands_alone():
    assert [row.structure for row in compare(BEFORE[:2], AFTER[:2])] == ["liver"]


def test_scores_of_different_objects_are_not_compared():
    with pytest.raises(ValueError):
        compare(BEFORE, AFTER[:2])


def test_patients_slices_and_objects_are_counted_by_part():
    both, ring = ("ring", "core"), ("ring",)
    samples = [
        ring_sample("a", 0, both),
        ring_sample("a", 1, ring),
        ring_sample("b", 0, ring),
        ring_sample("c", 0, both),
    ]
    counts = count_data(samples, Split((0, 1), (2,), (3,)))
    trained, validation = counts.totals["training"], counts.totals["validation"]
    assert (trained.patients, trained.slices, trained.objects) == (1, 2, 3)
    assert (validation.patients, validation.slices, validation.objects) == (1, 1, 1)
    core, ring_counts = counts.by_structure["core"], counts.by_structure["ring"]
    assert (core["training"].slices, core["validation"].objects, core["held back"].objects) == (1, 0, 1)
    assert (ring_counts["training"].patients, ring_counts["training"].objects) == (1, 2)


def test_structures_that_were_not_both_trained_and_measured_are_named():
    samples = [ring_sample("a", 0, ("ring",)), ring_sample("b", 0, ("core",))]
    notes = unmatched(count_data(samples, Split((0,), (), (1,))))
    assert notes == [
        "Trained on, but absent from what was held back and so not measured: ring.",
        "Measured, but absent from what was trained on: core.",
    ]
    assert unmatched(count_data(samples * 2, Split((0, 1), (), (2, 3)))) == []


def test_differences_have_a_sign():
    assert (signed(0.1), signed(-0.0123), signed(float("nan"))) == ("+0.100", "-0.012", "-")
