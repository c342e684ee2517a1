"""Whole structures: stacks of slices against distances computed with SciPy's distance transform."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import ndimage

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.volume_figures import NO_PIXEL_SIZE, SLICES_LEFT_OUT, VolumeMeasurer
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation, Structure
from support.outcomes import a_row
from support.phantoms import matrix

SPACING = (3.0, 0.5, 0.8)
SHAPE = (10, 40, 50)
OPTIONS = BenchmarkOptions(surface_tolerance_mm=1.0).resolved()


def ball(centre, radii):
    grid = np.indices(SHAPE)
    return sum(((axis - c) / r) ** 2 for axis, c, r in zip(grid, centre, radii, strict=True)) <= 1


REFERENCE, PREDICTED = ball((5, 20, 25), (3.2, 12, 14)), ball((5, 22, 24), (3.2, 11, 15))


def measured(reference=REFERENCE, predicted=PREDICTED, axis=0, slices=None, options=OPTIONS, has_spacing=True, **rows):
    volume = Volume(np.zeros(SHAPE, np.int16), matrix(SPACING), has_spacing=has_spacing)
    labels = np.where(reference, 4, 0).astype(np.uint8)
    segmentation = Segmentation((labels,), volume.ijk_to_ras, (Structure(4, "liver", 0, 4),))
    shown = [n for n in range(SHAPE[axis]) if np.take(reference, n, axis).sum() > options.min_object_pixels]
    about = {"matched_index": 0, **rows}
    found = [
        a_row(slice=n, label_value=4, strategy=strategy, selection=selection, **about, predicted_iou=n / 10)
        for n in (shown if slices is None else slices)
        for strategy in ("S2", "S5")
        for selection in ("oracle", "predicted_iou")
    ]  # fmt: skip
    masks = {"S5": predicted, "S2": np.zeros(SHAPE, bool)}
    asked = []

    def mask_of(row):
        asked.append(row.key)
        return np.take(masks[row.strategy], row.slice, axis)

    result = list(VolumeMeasurer(volume, segmentation, axis, mask_of, options).rows(found))
    return {(row.strategy, row.selection): row for row in result}, shown, asked


def border(mask):
    return mask & ~ndimage.binary_erosion(mask, ndimage.generate_binary_structure(3, 1))


def directed(one, other):
    return ndimage.distance_transform_edt(~border(other), sampling=SPACING)[border(one)]


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_figures_in_space_are_those_of_the_distance_transform(axis):
    found, shown, _asked = measured(axis=axis)
    row = found["S5", "oracle"]
    kept = np.zeros(SHAPE[axis], bool)
    kept[shown] = True
    kept = kept.reshape([-1 if n == axis else 1 for n in range(3)])
    one, other = PREDICTED & kept, REFERENCE & kept
    there, back = directed(one, other), directed(other, one)
    pooled = np.concatenate([there, back])
    assert row.dice == pytest.approx(2 * (one & other).sum() / (one.sum() + other.sum()))
    assert row.jac == pytest.approx((one & other).sum() / (one | other).sum())
    assert row.hd_mm == pytest.approx(pooled.max())
    assert row.hd95_mm == pytest.approx(np.percentile(pooled, 95))
    assert row.assd_mm == pytest.approx(pooled.mean()) and row.asd_mm == pytest.approx(there.mean())
    assert row.surface_dice == pytest.approx((pooled <= 1.0).mean())
    assert (row.n_gt, row.n_pred, row.n_slices, row.n_slices_left_out) == (other.sum(), one.sum(), len(shown), 0)


def test_a_row_of_a_volume_says_what_it_is_and_keeps_no_figure_of_a_slice():
    found, shown, _asked = measured(fourier_order=5.0, aspect_ratio=0.5, prompts_json="{}")
    row = found["S5", "predicted_iou"]
    assert (row.variant, row.slice, row.structure, row.label_value) == (VOLUME, WHOLE_VOLUME, "liver", 4)
    assert row.prompts_json == ""
    assert math.isnan(row.hd_px) and math.isnan(row.fourier_order) and math.isnan(row.aspect_ratio)
    assert row.predicted_iou == pytest.approx(np.mean(shown) / 10)


def test_an_empty_prediction_has_no_distance_and_the_released_programs_is_nought():
    row = measured()[0]["S2", "oracle"]
    assert row.dice == 0 and math.isnan(row.hd95_mm) and row.undefined_reason == "empty prediction"
    assert row.surface_dice == 0
    released = BenchmarkOptions(preset="authors_code").resolved()
    assert measured(options=released)[0]["S2", "oracle"].hd95_mm == 0


def test_without_a_pixel_size_overlap_is_all_there_is():
    row = measured(has_spacing=False)[0]["S5", "oracle"]
    assert row.dice > 0.5 and row.undefined_reason == NO_PIXEL_SIZE
    assert all(math.isnan(getattr(row, name)) for name in ("hd_mm", "hd95_mm", "assd_mm", "surface_dice"))


def test_gaps_leave_distances_undefined_and_are_counted():
    _found, shown, _asked = measured()
    row = measured(slices=shown[::2])[0]["S5", "oracle"]
    assert row.undefined_reason == SLICES_LEFT_OUT and math.isnan(row.assd_mm)
    assert (row.n_slices, row.n_slices_left_out) == (len(shown[::2]), len(shown) - len(shown[::2]))
    one, other = (np.isin(np.arange(10), shown[::2])[:, None, None] & mask for mask in (PREDICTED, REFERENCE))
    assert row.dice == pytest.approx(2 * (one & other).sum() / (one.sum() + other.sum()))


def test_a_stack_that_two_selections_share_is_measured_once():
    found, shown, asked = measured()
    assert len(asked) == 2 * len(shown)
    assert found["S5", "oracle"].hd_mm == found["S5", "predicted_iou"].hd_mm


def test_a_structure_in_a_single_slice_is_measured():
    flat = REFERENCE & (np.arange(10) == 5)[:, None, None]
    row = measured(reference=flat)[0]["S5", "oracle"]
    assert row.n_slices == 1 and 0 < row.dice < 1 and row.hd_mm > 0


def test_rows_of_protocols_do_not_count():
    assert measured(variant="huang-rounds")[0] == {}
