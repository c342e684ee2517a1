"""Pictures hold the grey values of the window and the colours of the masks, turned as they are shown."""

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.workspace.orientation import Orientation
from SAMSegmenterLib.workspace.pictures import Heat, Layer, layers_url, slice_url
from support.data_urls import pixels_of
from support.phantoms import matrix


def a_slice(array, to_ras):
    volume = Volume(array, to_ras)
    image = extract(volume, SlicePlane.lattice(0, 0))
    return image, Orientation.of(image, volume.ijk_to_ras)


def unturned(width, height):
    return Orientation((width, height), False, False, False, ("R", "L", "A", "P"))


def test_grey_values_follow_the_window_and_the_screens_directions():
    array = np.array([[[0, 50, 100], [100, 100, 0]]], np.int16)
    image, orientation = a_slice(array, matrix())  # stored towards right and front: turned by half on the screen
    shown = pixels_of(slice_url(image, LevelWidth(50, 100), orientation))
    assert shown.tolist() == [[0, 255, 255], [255, 127, 0]]


def test_without_a_window_the_whole_range_is_shown():
    image, orientation = a_slice(np.array([[[-1000, 3000]]], np.int16), matrix(lps=True))
    assert pixels_of(slice_url(image, None, orientation)).tolist() == [[0, 255]]


def test_colour_stays_colour():
    array = np.zeros((1, 2, 2, 3), np.uint8)
    array[0, 0, 1] = (200, 100, 50)
    image, orientation = a_slice(array, matrix(lps=True))
    assert pixels_of(slice_url(image, None, orientation))[0, 1].tolist() == [200, 100, 50]


def test_masks_are_filled_and_outlined_and_the_last_lies_on_top():
    image, orientation = a_slice(np.zeros((1, 6, 6), np.int16), matrix(lps=True))
    large, small = np.zeros((6, 6), bool), np.zeros((6, 6), bool)
    large[1:6, 1:6], small[1, 1] = True, True
    layers = [Layer(large, (1, 0, 0), 0.2, 1.0), Layer(small, (0, 0, 1), 0.2, 1.0)]
    shown = pixels_of(layers_url(layers, orientation))
    assert shown[0, 0].tolist() == [0, 0, 0, 0]
    assert shown[3, 3].tolist() == [255, 0, 0, 51]
    assert shown[1, 3].tolist() == [255, 0, 0, 255]
    assert shown[1, 1].tolist() == [0, 0, 255, 255]
    assert image.shape == (6, 6)


def test_without_a_voxel_there_is_no_picture():
    _image, orientation = a_slice(np.zeros((1, 4, 4), np.int16), matrix())
    assert layers_url([Layer(np.zeros((4, 4), bool), (1, 0, 0))], orientation) == ""
    assert layers_url([], orientation) == ""


def test_what_is_not_accepted_is_striped_with_a_whole_outline():
    mask = np.zeros((20, 20), bool)
    mask[4:16, 4:16] = True
    drawn = pixels_of(layers_url([Layer(mask, (1.0, 0.0, 0.0), hatched=True)], unturned(20, 20)))[..., 3] > 0
    inner = drawn[5:15, 5:15]
    assert not drawn[~mask].any() and 0.4 < inner.mean() < 0.6
    assert drawn[4, 4:16].all() and drawn[15, 4:16].all() and drawn[4:16, 4].all()


def test_heat_goes_from_yellow_to_red_and_leaves_zero_clear():
    values = np.array([[0.0, 0.25, 1.0]], np.float32)
    clear, little, much = pixels_of(layers_url([Heat(values)], unturned(3, 1)))[0]
    assert clear[3] == 0 and little[1] > much[1] and much[3] > little[3] > 0


def test_any_number_of_colours_is_shown():
    masks, colours = np.eye(300, dtype=bool)[:, None], [(n % 256 / 255, n // 256 / 255, 0.0) for n in range(300)]
    layers = [Layer(mask, colour, 1.0, 1.0) for mask, colour in zip(masks, colours, strict=True)]
    shown = pixels_of(layers_url(layers, unturned(300, 1)))[0]
    assert np.array_equal(shown[:, :3], np.round(255 * np.array(colours)))


def test_the_outline_goes_along_the_border_of_the_picture_too():
    mask = np.ones((5, 5), bool)
    mask[2, 4] = False
    drawn = pixels_of(layers_url([Layer(mask, (1.0, 0.0, 0.0), 0.0, 1.0)], unturned(5, 5)))[..., 3] > 0
    expected = mask.copy()
    expected[1:4, 1:4] = False
    expected[2, 3] = True
    assert np.array_equal(drawn, expected)
