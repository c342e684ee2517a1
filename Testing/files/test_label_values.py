"""Arrays that are labels pass, images do not."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.label_values import as_labels, labels_of_colours, values_in


@pytest.mark.parametrize(
    ("dtype", "high", "expected"),
    [(np.float64, 3, np.uint8), (np.int16, 300, np.uint16), (np.float32, 70000, np.int32), (np.uint8, 9, np.uint8)],
)
def test_whole_numbers_get_the_smallest_type(dtype, high, expected):
    labels = as_labels(np.array([[[0, 1, high]]], dtype), "a.nii")
    assert labels.dtype == expected and labels.tolist() == [[[0, 1, high]]]


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([[[0.0, 0.5]]]), "probability map"),
        (np.array([[[0.0, np.nan]]]), "fractions"),
        (np.array([[[0, -1]]], np.int16), "negative"),
        (np.array([[[0, 2**40]]]), "values up to"),
        (np.array([[[0.0, 1e12]]]), "values up to"),
        (np.arange(5000).reshape(1, 50, 100), "5000 different values|4999 different values"),
    ],
)
def test_what_labels_cannot_be_is_refused_with_a_hint(array, message):
    with pytest.raises(InputError, match=message) as caught:
        as_labels(array, "a.nii")
    assert "a.nii" in caught.value.message and caught.value.hint


@pytest.mark.parametrize("largest", [7, 1 << 25])
def test_values_are_listed_without_the_background(largest):
    assert values_in(np.array([[0, 3, largest], [3, 0, 0]], np.int32)) == [3, largest]


def test_colours_become_numbers_and_names():
    picture = np.zeros((1, 2, 2, 3), np.uint8)
    picture[0, 0, 1] = 255, 0, 0
    picture[0, 1, 0] = 0, 0, 255
    picture[0, 1, 1] = 255, 0, 0
    labels, names = labels_of_colours(picture, "a.png")
    assert labels[0].tolist() == [[0, 2], [1, 2]] and names == {1: "#0000ff", 2: "#ff0000"}


def test_colours_without_black_have_no_background():
    picture = np.full((1, 1, 2, 3), 200, np.uint8)
    picture[0, 0, 1] = 0, 255, 0
    assert labels_of_colours(picture, "a.png")[0].tolist() == [[[2, 1]]]


def test_grey_colours_count_by_value():
    picture = np.repeat(np.array([[[0, 85, 170]]], np.uint8)[..., None], 3, axis=-1)
    labels, names = labels_of_colours(picture, "a.png")
    assert labels.tolist() == [[[0, 85, 170]]] and names == {}


def test_a_photograph_is_refused():
    photograph = np.random.default_rng(0).integers(0, 256, (1, 20, 20, 3)).astype(np.uint8)
    with pytest.raises(InputError, match="photograph"):
        labels_of_colours(photograph, "a.png")


def test_an_image_taken_for_labels_is_refused_although_its_values_are_few():
    image = np.random.default_rng(0).normal(200, 30, (3, 40, 40)).clip(0).astype(np.int16)
    with pytest.raises(InputError, match="looks like an image"):
        as_labels(image, "a.nii")


def test_many_small_structures_are_labels():
    cells = np.arange(1, 401).reshape(1, 20, 20)
    labels = np.kron(cells, np.ones((1, 3, 3), int))  # 400 cells of 3 x 3 pixels that touch each other
    assert np.array_equal(as_labels(labels, "a.nii"), labels)
