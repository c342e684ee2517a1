"""Windows are chosen by name, by what the viewer shows, or by comparing several."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Candidates
from SAMSegmenterLib.core.windowing import (
    CT_PRESETS,
    LevelWidth,
    Limits,
    MinMax,
    Percentile,
    ZeroMax,
    parse_window,
    to_rgb8,
)
from SAMSegmenterLib.core.windows_choice import (
    best_window,
    frozen,
    looks_like_hounsfield,
    window_text,
    windows_to_try,
)


def ct(seed=0):
    """A chest in numbers: air, lung, soft tissue and bone."""
    values = np.array([-1000, -700, 40, 60, 900], np.int16)
    return values[np.random.default_rng(seed).integers(0, 5, (90, 100))]


def mr(seed=0):
    return np.random.default_rng(seed).gamma(2.0, 150.0, (90, 100)).astype(np.float32)


def names(windows):
    return [named.name for named in windows]


def test_a_chosen_window_is_the_only_one():
    assert windows_to_try("lung", ct())[0].window == CT_PRESETS["lung"]
    assert windows_to_try("percentile:1,99", mr())[0].window == Percentile(1, 99)
    assert names(windows_to_try("displayed", mr(), LevelWidth(300, 500))) == ["displayed"]
    assert windows_to_try("displayed", mr())[0].window == MinMax()


def test_automatic_choice_compares_ct_windows_for_ct_and_ranges_for_others():
    assert names(windows_to_try("auto", ct(), LevelWidth(300, 3000))) == ["displayed", "abdomen", "lung", "bone"]
    outlier = mr()
    outlier[3, 3] = 4000
    assert names(windows_to_try("auto", outlier, LevelWidth(200, 200))) == ["displayed", "percentile", "minmax"]
    assert names(windows_to_try("auto", ct(), hounsfield=False)) == ["minmax"]  # percentiles show the same


def test_windows_that_show_the_same_or_nothing_are_not_tried_twice():
    assert names(windows_to_try("auto", ct(), CT_PRESETS["abdomen"])) == ["displayed", "lung", "bone"]
    outlier = mr()
    outlier[3, 3] = 40_000  # makes all else dark
    assert names(windows_to_try("auto", outlier)) == ["percentile"]
    soft = np.random.default_rng(0).integers(-60, 120, (90, 100)).astype(np.int16)
    assert "lung" not in names(windows_to_try("auto", soft, CT_PRESETS["abdomen"], hounsfield=True))
    assert names(windows_to_try("auto", np.full((9, 9), 7, np.int16), LevelWidth(0, 1))) == ["displayed"]


def test_colour_has_no_window_to_choose():
    colour = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    for choice in ("auto", "displayed", "lung"):
        windows = windows_to_try(choice, colour, LevelWidth(5, 5))
        assert names(windows) == ["colour"] and np.array_equal(to_rgb8(colour, windows[0].window), colour)


def test_an_unknown_window_is_refused_for_colour_too():
    for pixels in (mr(), np.zeros((5, 5, 3), np.uint8)):
        with pytest.raises(InputError, match="no window 'liver'"):
            windows_to_try("liver", pixels)


def test_the_window_with_the_best_scored_mask_wins_the_first_on_ties():
    def answer(*scores):
        return Candidates(np.zeros((len(scores), 2, 2), bool), np.array(scores, np.float32))

    assert best_window([answer(0.4, 0.7), answer(0.9, 0.1, 0.2), answer(0.8)]) == 1
    assert best_window([answer(0.7), answer(0.2, 0.7)]) == 0
    assert best_window([answer(), answer(0.1)]) == 1
    assert best_window([answer(np.nan, 0.2), answer(0.3)]) == 1
    with pytest.raises(InputError):
        best_window([])


@pytest.mark.parametrize(
    "window", [MinMax(), ZeroMax(), Percentile(1, 98.5), LevelWidth(40.3, 0.1), CT_PRESETS["amos"], Limits(3, 3)]
)
def test_a_window_survives_as_text_to_the_last_bit_and_frozen_shows_the_same(window):
    assert parse_window(window_text(window)) == window
    pixels = mr()
    fixed = frozen(window, pixels)
    assert parse_window(window_text(fixed)) == fixed
    assert np.array_equal(to_rgb8(pixels, fixed), to_rgb8(pixels, window))
    assert frozen(fixed, mr(1)) == fixed


def test_a_frozen_window_no_longer_follows_the_pixels():
    fixed = frozen(MinMax(), mr(0))
    assert fixed.limits(mr(1)) == MinMax().limits(mr(0)) != MinMax().limits(mr(1))


def test_colour_is_frozen_as_it_is_and_an_image_without_values_is_refused():
    assert frozen(MinMax(), np.full((3, 3, 3), 9, np.uint8)) == Limits(0, 255)
    with pytest.raises(InputError, match="no finite value"):
        frozen(MinMax(), np.full((3, 3), np.nan))


def test_windows_of_another_kind_are_not_written_down():
    with pytest.raises(InputError, match="object"):
        window_text(object())


@pytest.mark.parametrize(
    ("pixels", "expected"),
    [
        (ct(), True),
        (ct().astype(np.float64), True),
        (mr(), False),
        (ct().astype(np.float32) + np.float32(0.5), False),
        (np.random.default_rng(0).normal(0, 1, (9, 9)), False),
        (np.full((5, 5), np.nan), False),
        (np.array([[-1024, np.nan], [3, 400]]), True),
        (np.zeros((5, 5), np.uint8), False),
        (np.full((5, 5), -1000, np.int16), False),
    ],
)
def test_ct_is_recognised_by_its_values(pixels, expected):
    assert looks_like_hounsfield(pixels) == expected
