"""Intensities become grey values as the protocols say."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.windowing import (
    CT_PRESETS,
    LevelWidth,
    Limits,
    MinMax,
    Percentile,
    ZeroMax,
    paper_clip,
    parse_window,
    scale,
    to_rgb8,
)


def test_min_max_is_the_papers_formula_truncated():
    pixels = np.array([[-100, 0], [28, 155]], np.int16)
    rgb = to_rgb8(pixels, MinMax())
    expected = [[0, 100], [128, 255]]
    assert rgb.dtype == np.uint8 and rgb.shape == (2, 2, 3)
    assert all(rgb[..., channel].tolist() == expected for channel in range(3))
    assert to_rgb8(np.array([[0.0, 0.9999, 1.0]]), MinMax())[0, :, 0].tolist() == [0, 254, 255]


def test_limits_found_on_the_volume_serve_its_slices():
    assert to_rgb8(np.array([[50, 100]]), MinMax(), limits=(0, 200))[0, :, 0].tolist() == [63, 127]


def test_fixed_limits_hold_whatever_the_pixels_are():
    assert to_rgb8(np.array([[-200, -100, 0, 100, 900]]), Limits(-100, 100))[0, :, 0].tolist() == [0, 0, 127, 255, 255]
    assert not to_rgb8(np.array([[-200, 5, 900]]), Limits(5, 5)).any()
    assert parse_window("limits:-160,240") == Limits(-160, 240)


def test_zero_max_is_the_share_of_the_largest_value():
    pixels = np.array([[-50, 0, 50, 100, 200]], np.int16)
    expected = np.clip(pixels / pixels.max() * 255, 0, 255).astype(np.uint8)  # the released program, kept in 8 bits
    assert to_rgb8(pixels, parse_window("zeromax"))[..., 0].tolist() == expected.tolist()
    assert not to_rgb8(np.array([[-5, -1]]), ZeroMax()).any() and not to_rgb8(np.zeros((2, 2)), ZeroMax()).any()


def test_a_constant_image_is_black():
    for pixels in (np.full((3, 3), 7), np.full((3, 3), 7.5)):
        assert not to_rgb8(pixels, MinMax()).any()


def test_values_that_are_not_finite_are_black_and_do_not_stretch_the_window():
    pixels = np.array([[np.nan, np.inf, -np.inf, 0.0, 1.0]])
    assert to_rgb8(pixels, MinMax())[0, :, 0].tolist() == [0, 0, 0, 0, 255]
    with pytest.raises(InputError, match="no finite value"):
        MinMax().limits(np.full((2, 2), np.nan))


def test_small_integer_types_do_not_overflow():
    assert to_rgb8(np.array([[-128, 127]], np.int8), MinMax())[0, :, 0].tolist() == [0, 255]
    assert to_rgb8(np.array([[-32768, 32767]], np.int16), MinMax())[0, :, 0].tolist() == [0, 255]


def test_a_level_and_width_clip_on_both_sides():
    pixels = np.array([[-500, -150, 50, 250, 900]])
    assert to_rgb8(pixels, LevelWidth(50, 400))[0, :, 0].tolist() == [0, 0, 127, 255, 255]


def test_percentiles_leave_out_the_ends():
    low, high = Percentile(1, 99).limits(np.arange(101))
    assert (low, high) == (1, 99)


def test_colour_of_8_bits_stays_and_of_16_bits_is_scaled():
    rgb = np.random.default_rng(0).integers(0, 200, (4, 5, 3)).astype(np.uint8)
    assert np.array_equal(to_rgb8(rgb, MinMax()), rgb)
    deep = rgb.astype(np.uint16) * 257
    assert np.abs(to_rgb8(deep, MinMax(), limits=(0, 65535)).astype(int) - rgb).max() <= 1


def test_scale_clips_and_gives_zeros_for_an_empty_window():
    assert scale(np.array([-1.0, 0.5, 3.0]), 0, 1).tolist() == [0, 127.5, 255]
    assert scale(np.array([1.0, 2.0]), 5, 5).tolist() == [0, 0]


@pytest.mark.parametrize("highest", [3, 40, 255])
def test_the_clip_of_the_released_code_is_its_arithmetic_bit_for_bit(highest):
    grey = np.random.default_rng(highest).integers(0, highest + 1, (37, 53)).astype(np.uint8)
    rgb = np.repeat(grey[..., None], 3, axis=2)  # the released code repeats the channel before it takes percentiles
    low, high = np.percentile(rgb, 0.95), np.percentile(rgb, 99.5)
    expected = np.clip(rgb, low, high)
    expected = (expected - np.min(expected)) / (np.max(expected) - np.min(expected)) * 255.0
    expected[rgb == 0] = 0
    assert np.array_equal(paper_clip(rgb), np.uint8(expected))


def test_the_clip_of_the_released_code_keeps_zeros():
    grey = np.arange(256, dtype=np.uint8).reshape(16, 16)
    clipped = paper_clip(grey)
    low, high = np.percentile(grey, (0.95, 99.5))
    expected = np.clip((np.clip(grey, low, high) - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    expected[grey == 0] = 0
    assert np.abs(clipped.astype(int) - expected).max() <= 1 and clipped[0, 0] == 0 and clipped.max() == 255


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("minmax", MinMax()),
        ("percentile:1,98", Percentile(1, 98)),
        ("percentile", Percentile()),
        ("level-width:40,400", LevelWidth(40, 400)),
        ("lung", CT_PRESETS["lung"]),
    ],
)
def test_windows_are_named_on_the_command_line(text, window):
    assert parse_window(text) == window


@pytest.mark.parametrize(
    "text",
    ["", "liver", "minmax:1", "percentile:a,b", "percentile:99,1", "level-width:40", "level-width:40,0", "limits:1"],
)
def test_other_names_are_input_errors(text):
    with pytest.raises(InputError):
        parse_window(text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("percentile:99,1", "percentile:0.5,99.5"),
        ("level-width:40,-3", "level-width:40,400"),
        ("level-width:nan,400", "level-width:40,400"),
        ("level-width:40,inf", "level-width:40,400"),
        ("limits:3,1", "limits:-160,240"),
        ("limits:nan,1", "limits:-160,240"),
    ],
)
def test_a_window_that_cannot_be_is_refused_with_an_example(text, hint):
    with pytest.raises(InputError) as caught:
        parse_window(text)
    assert hint in caught.value.hint


@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 3)])
def test_large_slices_are_made_part_by_part_with_the_same_result(shape, monkeypatch):
    pixels = np.random.default_rng(0).normal(0, 100, shape).astype(np.float32)
    whole = to_rgb8(pixels, LevelWidth(10, 200))
    monkeypatch.setattr("SAMSegmenterLib.core.windowing._PIXELS_AT_ONCE", 11)
    found = to_rgb8(pixels, LevelWidth(10, 200))
    assert whole.any() and np.array_equal(found, whole)
    assert found.shape == (7, 5, 3) and found.flags.c_contiguous


@pytest.mark.parametrize("dtype", ["<i2", ">i2", "<u2", ">u2", "i1", "u1", "<i4", "<f4"])
def test_slices_of_few_values_are_the_same_pictures_as_others(dtype):
    kind = np.dtype(dtype)
    low, high = (np.iinfo(kind).min, np.iinfo(kind).max) if kind.kind in "iu" else (-3e4, 3e4)
    pixels = np.random.default_rng(0).integers(low, high, (270, 256), endpoint=True).astype(kind)
    limits = Limits(low / 2, high / 2)
    expected = scale(pixels, limits.low, limits.high).astype(np.uint8)
    assert np.array_equal(to_rgb8(pixels, limits), np.repeat(expected[..., None], 3, axis=2))
    assert np.array_equal(to_rgb8(pixels[::-1, ::2], limits)[..., 1], expected[::-1, ::2])
