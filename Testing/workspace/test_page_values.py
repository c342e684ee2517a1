"""What a browser sends is a place, a line, a number or a colour, or it is refused."""

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.page_values import colour, label, number, path, place


def test_usable_values_come_through():
    assert place({"uv": [1, 2.5]}, "uv") == (1.0, 2.5)
    assert path({"path": [[1, 2], [3, 4]]}, "path") == [(1.0, 2.0), (3.0, 4.0)]
    assert number({"n": "7"}, "n") == 7.0
    assert colour("#ff8000") == (1.0, 128 / 255, 0.0)
    assert [label({}), label({"label": 0}), label({"label": 5})] == [None, 0, 1]


@pytest.mark.parametrize("given", [{}, {"uv": 3}, {"uv": [1]}, {"uv": [1, "x"]}, {"uv": None}, 7])
def test_what_is_no_place_is_refused(given):
    with pytest.raises(InputError, match="place"):
        place(given, "uv")


@pytest.mark.parametrize("given", [{}, {"path": []}, {"path": [[1]]}, {"path": [[0, 0]] * 20001}, {"path": 4}])
def test_what_is_no_line_is_refused(given):
    with pytest.raises(InputError, match="line"):
        path(given, "path")


@pytest.mark.parametrize("given", [{}, {"n": "far"}, {"n": float("nan")}, {"n": float("inf")}, {"n": []}])
def test_what_is_no_number_is_refused(given):
    with pytest.raises(InputError, match="number"):
        number(given, "n")


@pytest.mark.parametrize("given", ["red", "#12345", "#12345g", "#1234567", None, 7, ["#", 1, 2, 3, 4, 5, 6]])
def test_what_is_no_colour_is_refused(given):
    with pytest.raises(InputError, match="colour"):
        colour(given)
