"""Labels by comparison of patches."""

import numpy as np
import pytest

from SAMSegmenterLib.core.propagation.texture import LabelledSlice, transferred_labels
from support.masks import disk


def slow_labels(grey, known, region, search_px):
    """The same in plain loops: every pixel, every slice, every displacement, every pixel of a patch."""
    top, left = region[0].start, region[1].start
    height, width = region[0].stop - top, region[1].stop - left
    labels, least = np.zeros((height, width)), np.zeros((height, width))

    def at(values, row, column):
        return values[min(max(row, 0), values.shape[0] - 1), min(max(column, 0), values.shape[1] - 1)]

    for y in range(height):
        for x in range(width):
            found = []
            for one in known:
                for dy in range(-search_px, search_px + 1):
                    for dx in range(-search_px, search_px + 1):
                        if dy * dy + dx * dx > search_px**2 + 1:
                            continue
                        total = 0.0
                        for v in (-1, 0, 1):
                            for u in (-1, 0, 1):  # beyond the region its border goes on
                                row = top + min(max(y + v, 0), height - 1)
                                column = left + min(max(x + u, 0), width - 1)
                                total += (float(at(one.grey, row + dy, column + dx)) - float(grey[row, column])) ** 2
                        found.append((total / 9, float(at(one.mask, top + y + dy, left + x + dx)), one.weight))
            differences, inside, weights = (np.array(column) for column in zip(*found, strict=True))
            likeness = weights * np.exp(-differences / (2 * differences.min() + 16))
            labels[y, x] = 2 * (likeness * inside).sum() / likeness.sum() - 1
            least[y, x] = np.sqrt(differences.min())
    return labels, least


@pytest.mark.parametrize("search_px", [0, 1, 3])
@pytest.mark.parametrize(
    "region", [(slice(2, 9), slice(3, 11)), (slice(0, 12), slice(0, 13)), (slice(11, 12), slice(0, 1))]
)
def test_labels_are_those_of_plain_loops(search_px, region):
    rng = np.random.default_rng(search_px)
    grey, first, second = rng.integers(0, 256, (3, 12, 13)).astype(np.uint8)
    known = [LabelledSlice(first, first > 120), LabelledSlice(second, second > 90, 0.5)]
    labels, least = transferred_labels(grey, known, region, search_px)
    slow, slow_least = slow_labels(grey, known, region, search_px)
    assert labels.dtype == np.float32
    np.testing.assert_allclose(labels, slow, atol=2e-5)
    np.testing.assert_allclose(least, slow_least, rtol=1e-5)


def test_the_same_slice_gives_its_own_labels_and_no_difference():
    rng = np.random.default_rng(3)
    grey = rng.integers(0, 256, (30, 30)).astype(np.uint8)
    mask = disk((30, 30), (15, 15), 8)
    labels, difference = transferred_labels(grey, [LabelledSlice(grey, mask)], (slice(0, 30), slice(0, 30)), 3)
    assert np.array_equal(labels > 0, mask) and (difference == 0).all()


def test_a_structure_that_moved_is_found_at_its_new_place():
    rng = np.random.default_rng(4)
    before = rng.integers(0, 256, (40, 40)).astype(np.uint8)
    mask = disk((40, 40), (20, 20), 7)
    after = np.roll(before, (2, -1), (0, 1))
    region = (slice(6, 34), slice(6, 34))
    labels, _difference = transferred_labels(after, [LabelledSlice(before, mask)], region, 3)
    assert np.array_equal(labels > 0, np.roll(mask, (2, -1), (0, 1))[region])


def test_slices_without_contrast_give_finite_labels():
    grey = np.zeros((9, 9), np.uint8)
    mask = disk((9, 9), (4, 4), 2)
    labels, difference = transferred_labels(grey, [LabelledSlice(grey, mask)], (slice(0, 9), slice(0, 9)), 2)
    assert np.isfinite(labels).all() and (difference == 0).all() and labels[4, 4] > labels[0, 0]


@pytest.mark.parametrize("size", [(129, 128), (400, 300), (1, 40000)])
def test_large_regions_are_compared_on_fewer_pixels_and_have_their_size(size):
    rows, columns = np.indices(size)
    mask = rows < size[0] / 2 if size[0] > 1 else columns < size[1] / 2
    grey = np.where(mask, 180, 60).astype(np.uint8)
    region = (slice(0, size[0]), slice(0, size[1]))
    labels, difference = transferred_labels(grey, [LabelledSlice(grey, mask)], region, 2)
    assert labels.shape == difference.shape == size
    inner = np.abs(rows - size[0] / 2) > 20 if size[0] > 1 else np.abs(columns - size[1] / 2) > 20
    assert np.array_equal((labels > 0)[inner], mask[inner])
