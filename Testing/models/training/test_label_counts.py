"""Label values counted by table are those that sorting finds."""

import numpy as np
import pytest

from SAMSegmenterLib.models.training.label_counts import numbered, value_counts

MAPS = {
    "small": np.array([[3, 0, 3], [7, 7, 7]], dtype=np.int32),
    "negative": np.array([[-2, 5], [-2, -1]], dtype=np.int32),
    "bytes": np.array([[200, 255], [0, 255]], dtype=np.uint8),
    "far apart": np.array([[2_000_000_000, 1], [-2_000_000_000, 1]], dtype=np.int64),
    "one value": np.full((2, 3), 4, dtype=np.int32),
}


@pytest.mark.parametrize("name", MAPS)
def test_values_counts_and_numbers_are_those_of_sorting(name):
    labels = MAPS[name]
    expected_values, inverse, expected_counts = np.unique(labels, return_inverse=True, return_counts=True)
    count, index = numbered(labels)
    values, counts = value_counts(labels)
    assert count == len(expected_values) and index.shape == labels.shape
    assert np.array_equal(index.ravel(), inverse.ravel())
    assert np.array_equal(values, expected_values) and np.array_equal(counts, expected_counts)
