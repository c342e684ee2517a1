"""Random shapes: every kind draws what it says, the same for one seed."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.models.training import synthetic_shapes
from SAMSegmenterLib.models.training.synthetic_shapes import add_star_shape, scatter, steps

KINDS = ("blobs", "ellipses", "cells", "tissues", "head", "nested")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [64, 96])
def test_nearly_every_draw_has_labels_and_one_seed_gives_one_map(kind, size):
    draw = getattr(synthetic_shapes, kind)
    maps = [draw(size, np.random.default_rng(seed)) for seed in range(20)]
    again = draw(size, np.random.default_rng(19))
    assert all(labels.shape == (size, size) and labels.dtype == np.int32 and labels.min() >= 0 for labels in maps)
    assert sum(labels.any() for labels in maps) >= 18
    assert np.array_equal(maps[19], again) and not np.array_equal(maps[18], again)


def test_a_shape_without_lobes_is_an_ellipse():
    for seed in range(10):
        labels = np.zeros((160, 160), dtype=np.int32)
        region = add_star_shape(labels, 5, np.array([80.0, 80.0]), 60.0, np.random.default_rng(seed), lobes=0.0)
        assert np.array_equal(labels == 5, region) and set(np.unique(labels)) == {0, 5}
        points = np.argwhere(region) - 80.0
        spread = np.linalg.eigvalsh(np.cov(points.T))  # (semi-axis / 2) squared
        short, long = 2 * np.sqrt(spread)
        assert long == pytest.approx(60, rel=0.02) and 0.33 * 60 < short <= long
        assert region.sum() == pytest.approx(np.pi * short * long, rel=0.02)


def test_lobes_change_the_outline_and_leave_the_shape_in_one_part():
    outlines = set()
    for seed in range(10):
        labels = np.zeros((128, 128), dtype=np.int32)
        region = add_star_shape(labels, 1, np.array([64.0, 64.0]), 30.0, np.random.default_rng(seed), lobes=0.35)
        assert ndimage.label(region, np.ones((3, 3)))[1] == 1
        assert region[64, 64]
        outlines.add(int(region.sum()))
    assert len(outlines) == 10


def test_a_shape_beyond_the_border_is_cut_off():
    labels = np.zeros((32, 32), dtype=np.int32)
    region = add_star_shape(labels, 1, np.array([0.0, 31.0]), 10.0, np.random.default_rng(1), lobes=0.0)
    assert 0 < region.sum() < np.pi * 100 / 2
    outside = add_star_shape(labels, 2, np.array([-80.0, 10.0]), 10.0, np.random.default_rng(1))
    assert not outside.any() and not (labels == 2).any()


def test_scattered_shapes_are_numbered_and_later_ones_lie_on_top():
    labels = scatter(64, 5, (0.05, 0.1), np.random.default_rng(3))
    assert set(np.unique(labels)) <= set(range(6)) and (labels == 5).any()


def test_ellipses_and_cells_have_several_objects():
    for kind in (synthetic_shapes.ellipses, synthetic_shapes.cells):
        counts = [len(np.unique(kind(96, np.random.default_rng(seed)))) - 1 for seed in range(20)]
        assert np.median(counts) >= 4


def test_nested_objects_have_a_core_inside():
    shares = []
    for seed in range(20):
        labels = synthetic_shapes.nested(96, np.random.default_rng(seed))
        for core in np.unique(labels[labels > 10]):
            shell = ndimage.binary_dilation(labels == core) & (labels != core)
            shares.append((labels[shell] == core - 10).mean())
    assert len(shares) >= 20
    assert np.mean(np.array(shares) > 0.5) > 0.8  # the others touch objects that lie above them


def test_steps_count_the_cuts_that_are_reached():
    values, cuts = np.array([[-1.0, 0.0, 0.5], [1.0, 2.0, 9.0]]), np.array([2.0, 0.0, 1.0])
    assert np.array_equal(steps(values, cuts), np.digitize(values, np.sort(cuts)))
    assert steps(values, cuts).dtype == np.int32 and not steps(values, np.array([])).any()
