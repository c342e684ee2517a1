from __future__ import annotations

import numpy as np
import pytest

COLOUR = (1, 2, 3, 4)


@pytest.fixture
def drawing(a_desktop, monkeypatch):
    """The module, with a limit so low that small arrays count as large."""
    from SAMSegmenterLib.desktop import drawn_values

    monkeypatch.setattr(drawn_values, "_MANY_PIXELS", 400)
    monkeypatch.setattr(drawn_values, "_TILE", 8)
    return drawn_values


def view(scale, left=0.0, top=0.0, size=(40, 30)):
    """A view of that many view pixels per image pixel, whose upper left corner is (left, top)."""
    to_view = np.array([[scale, 0.0, -left * scale], [0.0, -scale, size[1] + top * scale]])
    return to_view, size


def painted(cells, shape):
    """How often rectangles cover each pixel; what reaches beyond the image is cut off."""
    found = np.zeros(shape, int)
    for corners in cells.corners:
        (x0, y0), (x1, y1) = corners[0] + 0.5, corners[2] + 0.5
        found[int(y0) : int(y1), int(x0) : int(x1)] += 1
    return found


@pytest.mark.parametrize("step", [1, 2, 3, 8])
def test_coarser_arrays_hold_the_largest_value_of_each_block(drawing, step):
    values = np.random.default_rng(step).integers(0, 200, (21, 34), np.uint8)
    found = drawing.coarser(values, step)
    assert found.shape == (-(-21 // step), -(-34 // step))
    for row in range(found.shape[0]):
        for column in range(found.shape[1]):
            block = values[row * step : (row + 1) * step, column * step : (column + 1) * step]
            assert found[row, column] == block.max()


def test_single_pixels_are_never_lost_by_coarsening(drawing):
    mask = np.zeros((50, 70), bool)
    mask[13, 27] = mask[49, 69] = True
    assert np.argwhere(drawing.coarser(mask, 16)).tolist() == [[0, 1], [3, 4]]


@pytest.mark.parametrize(("scale", "step"), [(4, 1), (1, 1), (0.6, 2), (0.25, 4), (0.2, 4), (0.1, 8)])
def test_the_step_is_about_a_view_pixel(drawing, scale, step):
    assert drawing.Detail.of(*view(scale)).step == step


def test_the_part_holds_all_that_is_in_sight_and_stays_while_panned_a_little(drawing):
    detail = drawing.Detail.of(*view(0.5, left=20, top=30))
    x0, y0, x1, y1 = detail.part
    assert x0 <= 20 and y0 <= 30 and x1 >= 20 + 80 and y1 >= 30 + 60
    assert drawing.Detail.of(*view(0.5, left=21.5, top=30)) == detail
    assert drawing.Detail.of(*view(0.5, left=60, top=30)) != detail


def test_the_part_is_right_in_turned_views(drawing):
    turned = np.array([[0.0, 1, 5], [1, 0, 7]])  # x and y exchanged
    x0, y0, x1, y1 = drawing.Detail.of(turned, (40, 30)).part
    assert x0 <= -7 and x1 >= 30 - 7 and y0 <= -5 and y1 >= 40 - 5


def test_small_masks_are_drawn_as_they_are_at_every_zoom(drawing):
    mask = np.zeros((60, 60), bool)
    mask[5:20, 7:25] = True
    mask[9, 9] = False
    drawn = drawing.DrawnValues.mask(mask, COLOUR, COLOUR)
    for scale in (0.1, 1, 10):
        areas, outlines = drawn.cells(drawing.Detail.of(*view(scale)))
        assert np.array_equal(painted(areas, mask.shape), mask.astype(int))
        assert len(outlines.corners) == 8


def test_large_masks_become_coarse_where_the_view_cannot_show_more(drawing):
    rows, columns = np.ogrid[:90, :120]
    mask = (rows - 45) ** 2 + (columns - 60) ** 2 < 40**2
    drawn = drawing.DrawnValues.mask(mask, COLOUR, COLOUR)
    fine, coarse = (drawn.cells(drawing.Detail.of(*view(scale, size=(120, 90)))) for scale in (1, 0.25))
    assert np.array_equal(painted(fine[0], mask.shape), mask.astype(int))
    shown = painted(coarse[0], mask.shape)
    assert shown.max() == 1 and (shown[mask] == 1).all()
    rim = (rows - 45) ** 2 + (columns - 60) ** 2 < (40 + 4 * np.sqrt(2)) ** 2
    assert not shown[~rim].any(), "no more than a block beyond the mask"
    assert len(coarse[1].corners) < len(fine[1].corners) / 2


def test_of_large_masks_only_what_is_in_sight_is_drawn(drawing):
    mask = np.ones((90, 120), bool)
    drawn = drawing.DrawnValues.mask(mask, COLOUR, COLOUR)
    areas, outlines = drawn.cells(drawing.Detail.of(*view(2, left=50, top=40, size=(40, 30))))
    shown = painted(areas, mask.shape)
    assert (shown[40:55, 50:70] == 1).all()
    assert not shown[:20].any() and not shown[:, :30].any()
    middle = outlines.corners.mean(axis=1)
    inside = (middle > (50, 40)).all(axis=1) & (middle < (70, 55)).all(axis=1)
    assert not inside.any(), "where the mask is cut off, it has no border in sight"


def test_shapes_are_made_once_for_what_views_ask_again(drawing):
    calls = []

    def make(values):
        from SAMSegmenterLib.desktop.overlay_shapes import joined

        calls.append(values.shape)
        return joined([], 4), joined([], 2)

    drawn = drawing.DrawnValues(np.ones((90, 120), bool), make)
    for scale in (1, 0.25, 1, 0.25):
        drawn.cells(drawing.Detail.of(*view(scale, size=(120, 90))))
    assert calls == [(90, 120), (23, 30)]
    for scale in range(2, 12):
        drawn.cells(drawing.Detail.of(*view(scale)))
    assert len(drawn._held) <= drawing._MANY_HELD


def test_an_empty_mask_and_one_out_of_sight_draw_nothing(drawing):
    empty = drawing.DrawnValues.mask(np.zeros((50, 50), bool), COLOUR, COLOUR)
    away = drawing.DrawnValues.mask(np.ones((50, 50), bool), COLOUR, COLOUR)
    for drawn, left in ((empty, 0), (away, 500), (away, -500)):
        areas, outlines = drawn.cells(drawing.Detail.of(*view(1, left=left)))
        assert len(areas.corners) == len(outlines.corners) == 0


def test_uncertainty_is_an_area_that_keeps_its_most_uncertain_pixels(drawing):
    values = np.zeros((60, 60), np.float32)
    values[10:50, 10:50] = 0.3
    values[20, 20] = 1.0
    drawn = drawing.DrawnValues.heat(values)
    fine, coarse = (drawn.cells(drawing.Detail.of(*view(scale, size=(60, 60)))) for scale in (1, 0.25))
    assert np.array_equal(painted(fine[0], values.shape), (values > 0).astype(int))
    assert len(fine[1].corners) == 0
    reddest = coarse[0].corners[np.argmin(coarse[0].colours[:, 1])]
    assert (reddest[0] <= 20).all() and (reddest[2] >= 20).all()


def test_a_box_that_is_known_is_not_looked_for(drawing, monkeypatch):
    mask = np.zeros((60, 60), bool)
    mask[5:50, 7:55] = True
    detail = drawing.Detail.of(*view(0.25))
    expected = drawing.DrawnValues.mask(mask, COLOUR, COLOUR).cells(detail)
    monkeypatch.setattr(drawing, "box_of", lambda values: pytest.fail("looked for"))
    found = drawing.DrawnValues.mask(mask, COLOUR, COLOUR, (7, 5, 55, 50)).cells(detail)
    for one, other in zip(found, expected, strict=True):
        assert len(one.corners) and np.array_equal(one.corners, other.corners)
