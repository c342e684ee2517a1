import math
from dataclasses import asdict

import numpy as np
import pytest

from SAMBenchmarkLib.core.metrics import con, dice, jaccard, surface_distances
from SAMBenchmarkLib.core.object_metrics import measure
from SAMSegmenterLib.core.errors import InputError
from support.masks import blob, disk

DISTANCES = ("hd", "hd95", "asd", "assd")


def expected_distances(prediction, reference, spacing):
    distances = surface_distances(prediction, reference, spacing)
    return [distances.hausdorff(), distances.hausdorff95(), distances.asd(), distances.assd()]


def columns(metrics, unit):
    return [getattr(metrics, f"{name}_{unit}") for name in DISTANCES]


@pytest.mark.parametrize("spacing", [(0.8, 0.8), (0.5, 2.5)])
def test_a_row_holds_the_single_metrics(spacing):
    rng = np.random.default_rng(5)
    prediction, reference = blob(rng, (40, 30)), blob(rng, (40, 30))
    metrics = measure(prediction, reference, spacing, tolerance_mm=2.0)
    assert columns(metrics, "px") == expected_distances(prediction, reference, (1, 1))
    assert columns(metrics, "mm") == pytest.approx(expected_distances(prediction, reference, spacing), abs=1e-9)
    assert metrics.surface_dice == surface_distances(prediction, reference, spacing).surface_dice(2.0)
    overlap = dice(prediction, reference)
    assert (metrics.dice, metrics.jac, metrics.con) == (overlap, jaccard(prediction, reference), con(overlap))
    assert (metrics.n_gt, metrics.n_pred) == (reference.sum(), prediction.sum())
    assert metrics.undefined_reason == ""


def test_volumes_are_measured_like_slices():
    rng = np.random.default_rng(6)
    prediction, reference = blob(rng, (6, 20, 18)), blob(rng, (6, 20, 18))
    metrics = measure(prediction, reference, (4.0, 0.9, 0.9))
    assert columns(metrics, "mm") == pytest.approx(expected_distances(prediction, reference, (4.0, 0.9, 0.9)), abs=1e-9)


def test_a_perfect_prediction_has_the_best_values():
    mask = disk((20, 20), (9, 9), 6)
    metrics = measure(mask, mask, (1.0, 1.0))
    assert (metrics.dice, metrics.jac, metrics.con, metrics.surface_dice) == (1, 1, 1, 1)
    assert columns(metrics, "px") == columns(metrics, "mm") == [0, 0, 0, 0]


def test_without_spacing_millimetres_are_undefined_and_pixels_are_not():
    metrics = measure(disk((20, 20), (9, 9), 6), disk((20, 20), (9, 9), 4))
    assert np.isnan(columns(metrics, "mm")).all() and math.isnan(metrics.surface_dice)
    assert columns(metrics, "px") == expected_distances(disk((20, 20), (9, 9), 6), disk((20, 20), (9, 9), 4), (1, 1))


@pytest.mark.parametrize(
    ("policy", "pixels", "millimetres"), [("nan", math.nan, math.nan), ("zero", 0, 0), ("diagonal", 50, 25)]
)
def test_an_empty_prediction_follows_the_policy(policy, pixels, millimetres):
    reference = disk((30, 40), (20, 15), 6)
    metrics = measure(np.zeros_like(reference), reference, (0.5, 0.5), hd_empty=policy)
    assert (metrics.dice, metrics.jac, metrics.con, metrics.surface_dice) == (0, 0, 0, 0)
    np.testing.assert_array_equal(columns(metrics, "px"), [pixels] * 4)
    np.testing.assert_array_equal(columns(metrics, "mm"), [millimetres] * 4)
    assert metrics.undefined_reason == "empty prediction"


def test_no_candidate_is_scored_as_an_empty_prediction_with_its_own_reason():
    reference = disk((30, 40), (20, 15), 6)
    absent, empty = (asdict(measure(p, reference, hd_empty="zero")) for p in (None, np.zeros_like(reference)))
    assert absent.pop("undefined_reason") == "no candidate"
    assert empty.pop("undefined_reason") == "empty prediction"
    np.testing.assert_equal(absent, empty)


@pytest.mark.parametrize("policy", ["nan", "zero", "diagonal"])
def test_two_empty_masks_are_undefined_under_every_policy(policy):
    empty = np.zeros((5, 5), bool)
    metrics = measure(empty, empty, (1.0, 1.0), hd_empty=policy)
    values = [metrics.dice, metrics.jac, metrics.con, metrics.surface_dice]
    assert np.isnan(values + columns(metrics, "px") + columns(metrics, "mm")).all()
    assert metrics.undefined_reason == "both empty"


def test_bad_options_are_refused():
    mask = np.ones((3, 3), bool)
    with pytest.raises(InputError, match="spacing"):
        measure(mask, mask, (1.0,))
    with pytest.raises(InputError, match="hd_empty"):
        measure(mask, mask, hd_empty="worst")
    with pytest.raises(InputError, match="differ in shape"):
        measure(mask, np.ones((3, 4), bool))
