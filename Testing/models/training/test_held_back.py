"""What is measured is drawn the same way every time, whatever else there is."""

from pathlib import Path

import numpy as np

from SAMSegmenterLib.models.training.held_back import choose_objects, choose_slices, slice_image
from SAMSegmenterLib.models.training.sources import CatalogueCase, LabelledSlice
from support.masks import disk


def labelled(labels, source="a", case="a/1", index=0):
    about = CatalogueCase(case, source, "s", "MR", Path("i"), Path("l"), "CC0", False, False, 0)
    return LabelledSlice(about, index, labels.astype(np.float32) * 10, labels, (0.0, 10.0))


def a_source(name, slices=30, cases=3):
    labels = disk((16, 16), (8, 8), 5).astype(np.int32)
    return [labelled(labels, name, f"{name}/{k % cases}", k) for k in range(slices)]


def places(slices):
    return [(item.case.case_id, item.index) for item in slices]


def test_slices_are_spread_over_cases():
    chosen = choose_slices(a_source("a"), 6, seed=1)
    assert sorted(item.case.case_id for item in chosen) == ["a/0", "a/0", "a/1", "a/1", "a/2", "a/2"]
    assert len({item.case.case_id for item in chosen[:3]}) == 3
    assert places(chosen) == places(choose_slices(a_source("a"), 6, seed=1))
    assert places(chosen) != places(choose_slices(a_source("a"), 6, seed=2))


def test_another_source_changes_nothing():
    alone, beside = choose_slices(a_source("a"), 6, 1), choose_slices(a_source("b") + a_source("a"), 6, 1)
    assert places(alone) == [place for place in places(beside) if place[0].startswith("a")]


def test_sources_with_few_slices_give_all_they_have():
    assert len(choose_slices(a_source("a", slices=2), 6, 1)) == 2
    assert choose_slices([], 6, 1) == []


def test_objects_are_label_values_with_more_than_50_pixels():
    labels = np.zeros((40, 40), dtype=np.int32)
    labels[:5, :10], labels[10:16, :10], labels[20:30, :10] = 1, 2, 3
    objects = choose_objects(labelled(labels), 6, seed=0)
    assert {value: int(mask.sum()) for value, mask in objects.items()} == {2: 60, 3: 100}


def test_of_many_objects_some_are_drawn_by_seed_case_and_index():
    labels = (np.arange(400)[:, None] // 10 + 1).repeat(10, axis=1).astype(np.int32)
    first = choose_objects(labelled(labels), 5, seed=0)
    assert len(first) == 5
    assert list(choose_objects(labelled(labels), 5, seed=0)) == list(first)
    others = [labelled(labels, case="a/2"), labelled(labels, index=1)]
    assert all(list(choose_objects(other, 5, seed=0)) != list(first) for other in others)


def test_intensities_become_8_bit_by_smallest_and_largest_value():
    image = slice_image(labelled(disk((20, 20), (10, 10), 6).astype(np.int32)))
    assert image.shape == (20, 20, 3) and image.dtype == np.uint8 and (image.min(), image.max()) == (0, 255)
    colour = np.random.default_rng(0).integers(0, 200, (6, 7, 3), np.uint8)
    about = labelled(np.ones((6, 7), np.int32)).case
    assert np.array_equal(slice_image(LabelledSlice(about, 0, colour, np.ones((6, 7)), (0, 200))), colour)
