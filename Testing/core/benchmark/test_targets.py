import math

import numpy as np
import pytest

from SAMBenchmarkLib.core.targets import (
    every,
    fair_shares,
    is_fragmented,
    largest_part_share,
    object_counts,
    slice_objects,
    spread,
)
from SAMSegmenterLib.core.errors import InputError
from support.masks import disk, edge_cases, rectangle


def labels_of(**pixels: int) -> np.ndarray:
    """Label slice in which label `v5` holds so many pixels, one label per row."""
    labels = np.zeros((len(pixels), 100), np.uint8)
    for row, (name, count) in enumerate(pixels.items()):
        labels[row, :count] = int(name[1:])
    return labels


def test_an_object_needs_more_pixels_than_the_limit():
    objects = slice_objects(labels_of(v1=50, v2=51, v7=80))
    assert [(o.label_value, o.pixel_count) for o in objects] == [(2, 51), (7, 80)]
    assert [int(o.mask.sum()) for o in objects] == [51, 80]


def test_a_label_below_the_limit_is_present_but_not_an_object():
    labels = labels_of(v1=49)
    assert slice_objects(labels) == []
    assert [o.pixel_count for o in slice_objects(labels, min_object_pixels=0)] == [49]


def test_the_value_sum_passes_a_single_bright_pixel():
    labels = labels_of(v85=1, v3=2)
    assert object_counts(labels, rule="pixel_count") == {}
    assert object_counts(labels, rule="value_sum") == {3: 2, 85: 1}
    assert object_counts(labels_of(v1=50), rule="value_sum") == {}
    assert object_counts(labels_of(v1=51), rule="value_sum") == {1: 51}


def test_a_slice_without_background_keeps_all_its_objects():
    labels = np.ones((10, 20), np.int16)
    labels[:, 10:] = 2
    assert object_counts(labels) == {1: 100, 2: 100}


def test_counts_are_those_of_unique_whatever_the_values():
    rng = np.random.default_rng(2)
    for values in ([0, 1, 2, 9], [0, -4, 3], [0, 5, 5_000_000]):
        labels = rng.choice(values, size=(30, 30))
        found, counts = np.unique(labels[labels != 0], return_counts=True)
        assert object_counts(labels) == dict(zip(found.tolist(), counts.tolist(), strict=True))
        assert list(object_counts(labels)) == sorted(found.tolist())


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.uint64, np.float32, np.bool_])
def test_labels_of_any_whole_number_type_are_read(dtype):
    objects = slice_objects(disk((20, 20), (9, 9), 6).astype(dtype))
    assert [(o.label_value, o.pixel_count) for o in objects] == [(1, int(disk((20, 20), (9, 9), 6).sum()))]


@pytest.mark.parametrize("bad", [0.5, np.nan, np.inf])
def test_labels_with_fractions_are_refused(bad):
    labels = np.zeros((4, 4))
    labels[1, 1] = bad
    with pytest.raises(InputError, match="whole numbers"):
        slice_objects(labels)


def test_wrong_arguments_are_refused():
    with pytest.raises(InputError, match="two dimensions"):
        slice_objects(np.zeros((2, 3, 4), np.uint8))
    with pytest.raises(InputError, match="slice filter"):
        slice_objects(np.zeros((3, 4), np.uint8), rule="area")


def test_an_empty_slice_has_no_objects():
    assert slice_objects(np.zeros((5, 5), np.uint8)) == []


def test_fragmented_means_no_part_holds_half():
    thirds = rectangle((9, 30), 0, 0, 5, 5) | rectangle((9, 30), 10, 0, 15, 5) | rectangle((9, 30), 20, 0, 25, 5)
    halves = rectangle((9, 30), 0, 0, 5, 5) | rectangle((9, 30), 10, 0, 15, 5)
    assert is_fragmented(thirds)
    assert not is_fragmented(halves)
    assert not is_fragmented(edge_cases()["two parts"])
    assert [o.fragmented for o in slice_objects(thirds.astype(np.uint8))] == [True]


def test_parts_that_touch_at_a_corner_are_one():
    assert not is_fragmented(np.eye(12, dtype=bool))


def test_an_empty_mask_is_not_fragmented():
    assert not is_fragmented(np.zeros((3, 3), bool))
    assert math.isnan(largest_part_share(np.zeros((3, 3), bool)))


def test_the_share_of_the_largest_part_counts_pixels():
    assert largest_part_share(rectangle((9, 30), 0, 0, 5, 5) | rectangle((9, 30), 10, 0, 13, 2)) == 36 / 48
    assert largest_part_share(np.eye(12, dtype=bool)) == 1


def test_a_spread_takes_the_middles_of_equal_stretches():
    assert spread(range(10), 1) == [5]
    assert spread(range(10), 2) == [2, 7]
    assert spread(range(10), 5) == [1, 3, 5, 7, 9]
    assert spread([4, 8, 15, 16, 23, 42], 3) == [8, 16, 42]
    assert spread([4, 8], 5) == [4, 8]
    assert spread([], 3) == []


@pytest.mark.parametrize("length", range(1, 40))
def test_a_spread_never_repeats_and_keeps_gaps_even(length):
    for count in range(1, length + 1):
        chosen = spread(range(length), count)
        gaps = np.diff(chosen)
        assert len(chosen) == count and len(set(chosen)) == count
        assert count == 1 or gaps.max() - gaps.min() <= 1


def test_every_takes_the_first_and_each_stride():
    assert every([3, 4, 5, 6, 9], 2) == [3, 5, 9]
    assert every(range(4), 1) == [0, 1, 2, 3]


@pytest.mark.parametrize("chooser", [spread, every])
def test_numbers_below_one_are_refused(chooser):
    with pytest.raises(InputError, match="1 or more"):
        chooser([1, 2], 0)


def test_a_structure_on_few_slices_gets_its_share():
    shares = fair_shares({"large": range(100), "small": range(40, 46)}, 10)
    assert len(shares) == 10 and shares == sorted(shares)
    assert sum(40 <= index < 46 for index in shares) >= 5
    assert min(shares) < 20 and max(shares) >= 80


def test_one_structure_alone_is_spread_evenly():
    assert fair_shares({"only": range(9)}, 3) == spread(range(9), 3)


def test_shares_never_exceed_the_number_and_take_all_there_is():
    many = {name: range(name, name + 3) for name in range(20)}
    assert len(fair_shares(many, 7)) == 7
    assert fair_shares({"a": [3], "b": [5, 6]}, 10) == [3, 5, 6]
    assert fair_shares({}, 4) == []


def test_a_share_of_no_slice_is_an_input_error():
    with pytest.raises(InputError):
        fair_shares({"a": [1]}, 0)
