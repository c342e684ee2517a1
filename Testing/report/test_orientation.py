import numpy as np
import pytest

from SAMBenchmarkLib.report.orientation import Orientation, orientation_of


def slice_to_ras(x_axis, y_axis):
    matrix = np.eye(4)
    matrix[:3, 0], matrix[:3, 1] = x_axis, y_axis
    matrix[:3, 2] = np.cross(x_axis, y_axis)
    return matrix


def ras_of(turn, matrix, shape, row, column):
    """RAS position of a pixel of the turned picture."""
    height, width = shape
    y, x = np.mgrid[:height, :width]
    positions = np.einsum("ij,jhw->hwi", matrix, np.stack([x, y, np.zeros_like(x), np.ones_like(x)]))
    return turn.apply(positions)[row, column, :3]


@pytest.mark.parametrize("sign_x", [1, -1])
@pytest.mark.parametrize("sign_y", [1, -1])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(("columns", "rows", "letters"), [(0, 1, ("R", "A")), (0, 2, ("R", "S")), (1, 2, ("A", "S"))])
def test_right_or_anterior_stands_left_and_anterior_or_head_stands_up(columns, rows, letters, sign_x, sign_y, swapped):
    first, second = sign_x * 0.8 * np.eye(3)[columns], sign_y * 1.5 * np.eye(3)[rows]
    matrix = slice_to_ras(second, first) if swapped else slice_to_ras(first, second)
    turn, shape = orientation_of(matrix), (5, 7)
    assert (turn.left, turn.top) == letters
    across = ras_of(turn, matrix, shape, 0, 0) - ras_of(turn, matrix, shape, 0, -1)
    down = ras_of(turn, matrix, shape, 0, 0) - ras_of(turn, matrix, shape, -1, 0)
    assert across[columns] > 0
    assert down[rows] > 0


@pytest.mark.parametrize("turn", [Orientation(a, b, c) for a in (0, 1) for b in (0, 1) for c in (0, 1)])
def test_points_go_where_their_pixels_go(turn):
    pixels = np.zeros((5, 7), int)
    pixels[1, 4] = 1
    x, y = turn.point(4, 1, pixels.shape)
    assert turn.apply(pixels)[int(y), int(x)] == 1


def test_a_tilted_slice_is_shown_like_the_plane_it_is_closest_to():
    matrix = slice_to_ras([-0.9, 0.3, 0.1], [0.1, -0.8, 0.5])
    assert orientation_of(matrix) == Orientation(False, False, False, "R", "A")


def test_spacing_follows_the_axes():
    assert Orientation(transpose=True).spacing((2.0, 1.0)) == (1.0, 2.0)
    assert Orientation().spacing((2.0, 1.0)) == (2.0, 1.0)
    assert Orientation(transpose=True).spacing(None) is None


def test_without_a_place_in_the_patient_pixels_are_shown_as_stored():
    assert orientation_of(None) == Orientation()
    assert orientation_of(np.full((4, 4), np.nan)) == Orientation()
    assert orientation_of(np.zeros((4, 4))) == Orientation()
