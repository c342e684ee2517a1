"""Patterns: many thin or scattered parts that carry one label."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.models.training import synthetic_patterns

KINDS = ("vessels", "spots", "rings", "layers")
EIGHT = np.ones((3, 3))


def maps_of(kind, size=96, count=30):
    return [getattr(synthetic_patterns, kind)(size, np.random.default_rng(seed)) for seed in range(count)]


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_gives_one_map(kind):
    first, again = maps_of(kind, 64, 5), maps_of(kind, 64, 5)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert all(labels.shape == (64, 64) and labels.dtype == np.int32 and labels.min() >= 0 for labels in first)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [64, 128])
def test_the_pattern_is_there_in_nearly_every_draw(kind, size):
    assert sum((labels == 1).sum() >= 16 for labels in maps_of(kind, size)) >= 24


@pytest.mark.parametrize("kind", ["vessels", "spots"])
def test_the_pattern_is_label_1_and_what_lies_behind_it_is_0_or_from_2_on(kind):
    maps = maps_of(kind)
    behind = {int(value) for labels in maps for value in np.unique(labels)} - {1}
    assert {0, 2} <= behind and max(behind) > 2
    assert any(set(np.unique(labels)) == {0, 1} for labels in maps)


def test_vessels_are_thin():
    for labels in maps_of("vessels"):
        lines = labels == 1
        if lines.any():
            assert ndimage.distance_transform_edt(lines).max() < 0.08 * len(labels)
            assert lines.mean() < 0.5


def test_spots_are_several_parts_of_one_label():
    parts = [ndimage.label(labels == 1, EIGHT)[1] for labels in maps_of("spots")]
    assert np.median(parts) >= 4


def test_rings_enclose_their_cores():
    cores = 0
    for labels in maps_of("rings", 128):
        assert set(np.unique(labels)) <= {0, 1, 2}
        core = labels == 2
        around = ndimage.binary_dilation(core, EIGHT) & ~core
        inner = around[1:-1, 1:-1]
        assert (labels[1:-1, 1:-1][inner] == 1).all()
        cores += bool(core.any())
    assert cores >= 20


def test_a_bundle_holds_more_objects_than_cells_do():
    counts = [len(np.unique(labels)) - 1 for labels in maps_of("bundle", 128, 12)]
    assert max(counts) > 60 and min(counts) > 4


def test_layers_are_ordered_across_the_image():
    for labels in maps_of("layers"):
        assert len(np.unique(labels)) >= 2
        edges = np.abs(np.diff(labels, axis=0))
        assert np.percentile(edges, 99.9) <= 2  # neighbours are neighbouring layers, thin ones apart


def test_borders_are_pixels_with_another_label_beside_them():
    labels = np.zeros((6, 7), dtype=np.int32)
    labels[2:4, 2:5] = 3
    expected = ndimage.grey_dilation(labels, size=3) != ndimage.grey_erosion(labels, size=3)
    assert np.array_equal(synthetic_patterns._borders(labels), expected)
