"""Parts found from runs are those found pixel by pixel."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core.runs import painted, parts_of, runs_of
from support.masks import blob

SHAPES = [(1, 1), (1, 9), (9, 1), (13, 17), (40, 31)]


def masks():
    rng = np.random.default_rng(0)
    for shape in SHAPES:
        yield np.zeros(shape, bool)
        yield np.ones(shape, bool)
        yield from (rng.random(shape) > share for share in (0.2, 0.5, 0.8))
        yield np.indices(shape).sum(axis=0) % 2 == 0
    yield blob(rng, (60, 70))


@pytest.mark.parametrize("diagonal", [True, False])
def test_parts_are_those_of_a_search_pixel_by_pixel(diagonal):
    for mask in masks():
        runs = runs_of(mask)
        count, parts = parts_of(runs, diagonal)
        labels, expected = ndimage.label(mask, np.ones((3, 3)) if diagonal else None)
        assert count == expected
        for part in range(count):
            found = painted(runs, parts == part)
            assert np.array_equal(found, labels == labels[found][0])


def test_runs_are_painted_back_to_the_mask():
    for mask in masks():
        runs = runs_of(mask)
        again = painted(runs, np.ones(len(runs), bool))
        assert again.dtype == bool and np.array_equal(again, mask)
        assert runs.lengths.sum() == mask.sum()
        assert not painted(runs, np.zeros(len(runs), bool)).any()


def test_the_run_under_a_point_is_found_and_none_beside_it():
    runs = runs_of(np.array([[0, 1, 1, 0, 1], [0, 0, 0, 0, 0], [1, 0, 0, 1, 1]], bool))
    points = [(1, 0), (2.4, 0.4), (3, 0), (4, 0), (0, 1), (0, 2), (2, 2), (4.4, 2.4), (-1, 0), (5, 0), (0, 3), (0, -1)]
    assert runs.at(np.array(points)).tolist() == [0, 0, -1, 1, -1, 2, -1, 3, -1, -1, -1, -1]
    assert runs.at(np.zeros((0, 2))).tolist() == []


def test_the_nearest_run_is_found_for_any_of_several_points():
    runs = runs_of(np.random.default_rng(1).random((20, 24)) > 0.95)
    for seed in range(40):
        points = np.random.default_rng(seed).uniform(-3, 27, (seed % 3 + 1, 2))
        distances = [
            min(np.hypot(np.clip(x, start, stop - 1) - x, row - y) for x, y in points)
            for row, start, stop in zip(runs.rows, runs.starts, runs.stops, strict=True)
        ]
        assert runs.nearest(points) == np.argmin(distances)
