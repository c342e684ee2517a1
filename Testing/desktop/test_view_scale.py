from __future__ import annotations

import pytest
import slicer


@pytest.fixture
def widget(a_stand_in):
    slicer.app._open_window()
    yield slicer.app.layoutManager().sliceWidget("Red")
    slicer.app._close_window()


@pytest.mark.parametrize(("times", "expected"), [(1, 1.0), (1.5, 1.5), (2, 2.0), (0.5, 1.0), (9, 4.0)])
def test_the_scale_is_how_many_pixels_of_the_view_one_of_the_desktop_has(widget, times, expected):
    from SAMSegmenterLib.desktop.view_scale import view_scale

    window = widget.sliceView().renderWindow()
    window.SetSize(*(round(size * times) for size in window.GetSize()))
    assert view_scale(widget) == pytest.approx(expected)


def test_a_view_without_a_size_has_no_scale(widget):
    from SAMSegmenterLib.desktop.view_scale import view_scale

    widget.sliceView().setFixedSize(0, 0)
    assert view_scale(widget) == 1.0
