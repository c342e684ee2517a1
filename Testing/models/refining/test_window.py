"""Windows lie around answers, inside the square, and what is drawn in one comes out where it was seen."""

import numpy as np
import pytest
import torch

from SAMSegmenterLib.models.refining.window import SIDE, Window, draw, sampled, window_around

NOTHING = torch.full((32, 32), -5.0)


def disc(row, column, radius, count=32):
    at = torch.arange(count) + 0.5
    return radius - ((at[:, None] - row) ** 2 + (at[None] - column) ** 2).sqrt()


def test_a_box_decides_its_window():
    window = window_around(NOTHING, (0.4, 0.3, 0.6, 0.4), [(0.9, 0.9)])
    assert (window.x, window.y) == pytest.approx((0.5, 0.35)) and window.side == pytest.approx(0.27)


def test_without_a_box_the_mask_and_the_clicks_inside_decide():
    window = window_around(disc(16, 16, 4), None, [])
    assert (window.x, window.y) == pytest.approx((0.5, 0.5)) and window.side == pytest.approx(1.6 * 8 / 32)
    wider = window_around(disc(16, 16, 4), None, [(0.7, 0.5)])
    assert wider.side > window.side and wider.inside((0.7, 0.5))[0] < 1


def test_single_pixels_far_away_do_not_widen_it():
    logits = disc(16, 16, 6)
    logits[1, 1] = 3.0
    assert window_around(logits, None, []) == window_around(disc(16, 16, 6), None, [])


@pytest.mark.parametrize("logits", [NOTHING, disc(0, 0, 3), disc(31, 31, 9), disc(16, 16, 40)])
def test_windows_lie_inside_the_square_and_are_never_tiny(logits):
    window = window_around(logits, None, [])
    assert 0.09 <= window.side <= 1
    for middle in (window.x, window.y):
        assert window.side / 2 - 1e-9 <= middle <= 1 - window.side / 2 + 1e-9


def test_an_empty_mask_is_looked_for_where_it_is_most_likely():
    logits = NOTHING.clone()
    logits[8, 24] = -1.0
    window = window_around(logits, None, [])
    assert (window.x, window.y) == pytest.approx((24.5 / 32, 8.5 / 32))


@pytest.mark.parametrize("side", [0.1, 0.35, 0.8, 1.0])
def test_a_ramp_is_sampled_where_it_is(side):
    at = (torch.arange(512) + 0.5) / 512
    window = Window(0.5, 0.5, side)
    across, down = sampled(torch.stack([at.expand(512, 512), at[:, None].expand(512, 512)]), window)
    expected = 0.5 + ((torch.arange(SIDE) + 0.5) / SIDE - 0.5) * side
    inner = slice(2, -2)
    assert torch.allclose(across[50, inner], expected[inner], atol=2e-3)
    assert torch.allclose(down[inner, 50], expected[inner], atol=2e-3)


def test_beyond_the_square_there_is_nothing():
    corner = sampled(torch.ones(1, 64, 64), Window(0.05, 0.05, 0.1))
    assert corner[0, -1, -1] == 1 and corner[0, 0, 0] < 1


@pytest.mark.parametrize(("shape", "scale"), [((40, 60), (1 / 60, 1 / 60)), ((300, 200), (1 / 300, 1 / 300))])
def test_what_is_drawn_covers_the_place_that_was_sampled(shape, scale):
    rows, columns = np.indices(shape)
    middle = 0.35 * shape[1], 0.4 * shape[0]
    expected = (rows - middle[1]) ** 2 + (columns - middle[0]) ** 2 < (0.12 * min(shape)) ** 2
    window = Window((middle[0] + 0.5) * scale[0], (middle[1] + 0.5) * scale[1], 0.5 * min(shape) / max(shape))
    at = ((torch.arange(SIDE) + 0.5) / SIDE - 0.5) * window.side * max(shape)
    fine = 0.12 * min(shape) - (at[:, None] ** 2 + at[None] ** 2).sqrt()
    mask = np.zeros(shape, bool)
    draw(mask, window, fine, scale)
    assert np.count_nonzero(mask ^ expected) <= 0.03 * np.count_nonzero(expected)


def test_beyond_the_window_a_mask_stays():
    mask = np.ones((50, 50), bool)
    draw(mask, Window(0.5, 0.5, 0.4), torch.full((SIDE, SIDE), -1.0), (1 / 50, 1 / 50))
    assert not mask[15:35, 15:35].any() and mask.sum() == 50 * 50 - 20 * 20


def test_large_windows_are_drawn_in_parts_alike(monkeypatch):
    from SAMSegmenterLib.models.refining import window as module

    fine = torch.from_numpy(np.random.default_rng(0).normal(size=(SIDE, SIDE)).astype(np.float32))
    masks = np.zeros((2, 90, 70), bool)
    draw(masks[0], Window(0.5, 0.5, 0.8), fine, (1 / 90, 1 / 90))
    monkeypatch.setattr(module, "_PIXELS_AT_ONCE", 200)
    draw(masks[1], Window(0.5, 0.5, 0.8), fine, (1 / 90, 1 / 90))
    assert masks[0].any() and np.array_equal(*masks)


def test_a_window_without_a_pixel_of_the_slice_changes_nothing():
    mask = np.ones((1, 40), bool)
    draw(mask, Window(0.5, 0.9, 0.1), torch.full((SIDE, SIDE), -1.0), (1 / 40, 1 / 40))
    assert mask.all()
