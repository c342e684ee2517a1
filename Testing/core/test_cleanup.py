"""Clean-up keeps what the user pointed at and promises what it says about the result."""

import numpy as np
import pytest
from scipy import ndimage

from SAMSegmenterLib.core.cleanup import CleanUp, clean
from SAMSegmenterLib.core.errors import InputError
from support.masks import blob, disk, rectangle, ring

SHAPE = (40, 50)
NO_POINTS = np.zeros((0, 2))
BIG, SMALL, SPECK = rectangle(SHAPE, 2, 2, 20, 20), rectangle(SHAPE, 30, 5, 37, 9), rectangle(SHAPE, 45, 35, 45, 35)
PARTS = BIG | SMALL | SPECK


def test_by_default_nothing_changes_and_the_mask_is_a_copy():
    cleaned = clean(PARTS, NO_POINTS, CleanUp())
    assert np.array_equal(cleaned, PARTS) and cleaned is not PARTS
    cleaned[:] = False
    assert PARTS.any()


def test_only_the_largest_part_stays():
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp("largest")), BIG)


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([(33, 7)], SMALL),
        ([(33.4, 6.6), (5, 5)], SMALL | BIG),
        ([(33, 7), (25, 30)], SMALL),  # a click that meets nothing does not count beside one that does
        ([(45, 34)], SPECK),  # none meets anything: the nearest part
        ([(28, 7), (48, 39)], SMALL),
        ([(-100, 2), (5, 5)], BIG),
        ([], BIG),
    ],
)
def test_the_parts_under_the_clicks_stay(points, expected):
    assert np.array_equal(clean(PARTS, np.array(points, float).reshape(-1, 2), CleanUp("clicked")), expected)


def test_parts_that_meet_at_a_corner_are_one():
    diagonal = np.eye(12, dtype=bool)
    assert np.array_equal(clean(diagonal, np.array([(3, 3)]), CleanUp("clicked")), diagonal)


def test_small_parts_are_dropped_by_pixels_or_by_area():
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp(minimum_px=2)), BIG | SMALL)
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp(minimum_px=40)), BIG | SMALL)
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp(minimum_px=41)), BIG)
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp(minimum_mm2=40 * 0.3 * 0.7), (0.3, 0.7)), BIG | SMALL)
    assert np.array_equal(clean(PARTS, NO_POINTS, CleanUp(minimum_mm2=40 * 0.3 * 0.7 + 0.01), (0.3, 0.7)), BIG)
    assert not clean(PARTS, np.array([(5, 5)]), CleanUp("clicked", minimum_px=10_000)).any()


def test_an_area_needs_the_size_of_a_pixel():
    with pytest.raises(InputError, match="how large a pixel is"):
        clean(PARTS, NO_POINTS, CleanUp(minimum_mm2=3.0), None)


def test_holes_are_filled_and_bays_at_the_border_are_not():
    shape = ring(SHAPE, (20, 20), 5, 12)
    assert np.array_equal(clean(shape, NO_POINTS, CleanUp(fill_holes=True)), disk(SHAPE, (20, 20), 12))
    at_border = ring(SHAPE, (3, 20), 5, 12)
    assert np.array_equal(clean(at_border, NO_POINTS, CleanUp(fill_holes=True)), at_border)
    leak = rectangle((5, 5), 0, 0, 4, 4)
    leak[2, 2] = leak[1, 1] = leak[0, 0] = False  # open at the corner of a pixel alone
    filled = clean(leak, NO_POINTS, CleanUp(fill_holes=True))
    assert filled[2, 2] and filled[1, 1] and not filled[0, 0]


def test_holes_are_filled_in_the_part_that_was_kept_alone():
    nested = ring(SHAPE, (20, 20), 12, 15) | disk(SHAPE, (20, 20), 4)
    inner = clean(nested, np.array([(20, 20)]), CleanUp("clicked", fill_holes=True))
    assert np.array_equal(inner, disk(SHAPE, (20, 20), 4))
    outer = clean(nested, np.array([(20, 6)]), CleanUp("clicked", fill_holes=True))
    assert np.array_equal(outer, disk(SHAPE, (20, 20), 15))


def test_smoothing_takes_off_spikes_and_leaves_straight_sides():
    spiky = rectangle(SHAPE, 10, 10, 30, 30)
    spiky[20, 31:36] = True
    spiky[4:10, 15] = True
    smooth = clean(spiky, NO_POINTS, CleanUp(smooth_px=3))
    assert not smooth[20, 33:].any() and not smooth[:8].any()
    assert np.array_equal(smooth[14:27, 5:15], spiky[14:27, 5:15])


def test_smoothing_does_not_pull_a_structure_off_the_border():
    half = rectangle(SHAPE, 0, 0, 49, 15)
    assert np.array_equal(clean(half, NO_POINTS, CleanUp(smooth_px=5)), half)


def test_smoothing_never_takes_everything():
    line = rectangle(SHAPE, 5, 10, 40, 10)
    assert np.array_equal(clean(line, NO_POINTS, CleanUp(smooth_px=6)), line)


@pytest.mark.parametrize("radius", [0.4, 1, 1.8, 2.5, 7])
@pytest.mark.parametrize("seed", range(3))
def test_the_result_does_not_depend_on_how_much_empty_slice_there_is(radius, seed):
    mask = np.zeros((90, 100), bool)
    mask[30:70, 30:80] = blob(np.random.default_rng(seed), SHAPE)
    share = ndimage.gaussian_filter(mask.astype(np.float32), radius / 2, mode="nearest", truncate=3.0)
    assert np.array_equal(clean(mask, NO_POINTS, CleanUp(smooth_px=radius)), share > 0.5)


@pytest.mark.parametrize("seed", range(12))
def test_the_result_keeps_what_the_options_promise(seed):
    rng = np.random.default_rng(seed)
    mask = blob(rng, (60, 70), 0.45, 1.5)
    points = rng.uniform((0, 0), (70, 60), (3, 2))
    cleaned = clean(mask, points, CleanUp("clicked", True, 12, 0.0, float(rng.integers(0, 3))))
    labels, count = ndimage.label(cleaned, np.ones((3, 3)))
    assert all((labels == part).sum() >= 12 for part in range(1, count + 1))
    assert np.array_equal(cleaned, ndimage.binary_fill_holes(np.pad(cleaned, 1))[1:-1, 1:-1])
    assert np.array_equal(clean(cleaned, points, CleanUp("clicked", True, 12)), cleaned)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (5, 5)])
def test_the_smallest_slices_and_empty_masks_are_cleaned_too(shape):
    options = CleanUp("clicked", True, 1, 0.0, 3.0)
    assert clean(np.ones(shape, bool), np.array([(0, 0)]), options).all()
    assert not clean(np.zeros(shape, bool), np.array([(0, 0)]), options).any()


@pytest.mark.parametrize(
    "options", [{"keep": "some"}, {"minimum_px": -1}, {"smooth_px": np.nan}, {"minimum_mm2": np.inf}]
)
def test_impossible_options_are_refused(options):
    with pytest.raises(InputError):
        CleanUp(**options)


def test_options_survive_as_plain_values_and_wrong_ones_are_named():
    options = CleanUp("clicked", True, 20, 1.5, 2.0)
    assert CleanUp.from_json(options.to_json()) == options
    assert CleanUp.from_json({"keep": "largest", "smooth_px": 1}) == CleanUp("largest", smooth_px=1)
    for wrong in ({"kept": "all"}, {"fill_holes": 1}, {"minimum_px": True}, {"smooth_px": "2"}, {"keep": 3}):
        with pytest.raises(InputError, match=next(iter(wrong))):
            CleanUp.from_json(wrong)
