"""Slice views are moved along the slices of the volume."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SlicePlane
from support.phantoms import matrix, oblique_matrix, two_boxes_volume


@pytest.fixture
def jumps(a_desktop):
    from SAMSegmenterLib.desktop import slice_jumps

    return slice_jumps


def a_desk(start_effect, **options):
    desk = start_effect(two_boxes_volume(**options)[0])
    red = desk.editing.views["Red"]
    red.show(desk.editing.ras(8, 12, 12))
    red.move(desk.editing.ras(8, 12, 12))
    desk.settle()
    return desk


def test_a_view_goes_to_a_slice_without_moving_sideways(start_effect, jumps):
    desk = a_desk(start_effect)
    node = desk.editing.views["Red"].widget.mrmlSliceNode()
    across = [node.GetXYToRAS().GetElement(row, 3) for row in (0, 1)]
    for index in (3, 15, 0):
        jumps.go_to_plane(desk.controller.owner, SlicePlane.lattice(0, index))
        assert desk.session.plane == SlicePlane.lattice(0, index)
    assert [node.GetXYToRAS().GetElement(row, 3) for row in (0, 1)] == across


def test_a_slice_of_another_direction_is_shown_in_the_view_that_lies_along_it(start_effect, jumps):
    desk = a_desk(start_effect)
    jumps.go_to_plane(desk.controller.owner, SlicePlane.lattice(2, 20))
    assert desk.controller.owner.view_name == "Yellow" and desk.session.plane == SlicePlane.lattice(2, 20)


def test_where_no_view_lies_along_the_slice_the_user_is_told(start_effect, jumps):
    desk = a_desk(start_effect, ijk_to_ras=oblique_matrix())
    before = desk.session.plane
    with pytest.raises(InputError, match="No slice view") as raised:
        jumps.go_to_plane(desk.controller.owner, SlicePlane.lattice(0, 5))
    assert raised.value.hint and desk.session.plane == before


@pytest.mark.parametrize("upside_down", [False, True])
def test_one_slice_up_is_up_in_the_view_whichever_way_slices_are_numbered(start_effect, jumps, upside_down):
    to_ras = matrix((2.0, 1.0, 1.0))
    if upside_down:
        to_ras = to_ras @ np.diag([1.0, 1.0, -1.0, 1.0])
    desk = a_desk(start_effect, ijk_to_ras=to_ras)
    owner = desk.controller.owner
    index, offset = desk.session.plane.index, owner.slice_node.GetSliceOffset()
    step = jumps.step_in_view(owner, True)
    assert step == (-1 if upside_down else 1) and jumps.step_in_view(owner, False) == -step
    jumps.go_to_plane(owner, SlicePlane.lattice(0, index + step))
    assert owner.slice_node.GetSliceOffset() > offset
