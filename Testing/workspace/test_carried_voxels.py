"""What was carried is seen in every direction before it is accepted."""

import numpy as np

from SAMSegmenterLib.core.slicing import SlicePlane, slice_grid
from SAMSegmenterLib.workspace.carried_voxels import CarriedVoxels
from SAMSegmenterLib.workspace.carrying import Carrying
from support.phantoms import matrix, two_boxes_volume
from support.propagating import FIRST, LAST
from support.workspace_desk import IN_FIRST, a_workspace_desk


def grid(desk, axis, index):
    return slice_grid(desk.controller.session.source.volume, SlicePlane.lattice(axis, index))


def carry(desk):
    controller = desk.controller
    controller.do(lambda: controller.click("axial", IN_FIRST))
    desk.settle()
    controller.do(controller.accept)
    carrying = Carrying(controller)
    controller.do(lambda: carrying.propagate({"first": FIRST, "last": LAST}))
    desk.settle()
    return carrying


def test_results_are_cut_along_and_across_their_slices(a_desk):
    carry(a_desk)
    voxels = CarriedVoxels(a_desk.controller.session)
    voxels.follow()
    (segment,) = voxels.segments()
    held = a_desk.controller.session.propagation.held(segment)
    assert np.array_equal(voxels.on(segment, grid(a_desk, 0, 9)), held[9].mask)
    assert not voxels.on(segment, grid(a_desk, 0, 8)).any(), "the keyframe is in the segment already"
    row = 12  # through the first box
    across = voxels.on(segment, grid(a_desk, 1, row))
    expected = np.stack([held[k].mask[row] if k in held else np.zeros(48, bool) for k in range(16)])
    assert across.any() and np.array_equal(across, expected)
    along = voxels.on(segment, grid(a_desk, 2, 12))
    assert np.array_equal(
        along, np.stack([held[k].mask[:, 12] if k in held else np.zeros(40, bool) for k in range(16)])
    )


def test_a_slice_shows_something_else_only_when_its_own_mask_is_another_one(a_desk):
    carry(a_desk)
    propagation = a_desk.controller.session.propagation
    voxels = CarriedVoxels(a_desk.controller.session)
    voxels.follow()
    planes = SlicePlane.lattice(0, 9), SlicePlane.lattice(0, 10), SlicePlane.lattice(1, 12)
    before = [voxels.seen_on(plane) for plane in planes]
    (segment,) = voxels.segments()
    propagation.results.forget([propagation.held(segment)[10]])
    voxels.follow()
    assert [voxels.seen_on(plane) == one for plane, one in zip(planes, before, strict=True)] == [True, False, False]


def test_nothing_is_made_anew_while_nothing_changes_and_everything_goes_when_it_is_accepted(a_desk):
    carrying = carry(a_desk)
    voxels = CarriedVoxels(a_desk.controller.session)
    voxels.follow()
    version = voxels.version
    voxels.follow()
    assert voxels.version == version
    a_desk.controller.do(lambda: carrying.accept(5, 6))
    a_desk.settle()
    voxels.follow()
    (segment,) = voxels.segments()
    assert voxels.version > version and not voxels.on(segment, grid(a_desk, 0, 5)).any()
    assert voxels.on(segment, grid(a_desk, 0, 9)).any()
    a_desk.controller.do(carrying.accept)
    a_desk.settle()
    voxels.follow()
    assert voxels.segments() == ()


def test_pixels_that_are_not_square_are_cut_as_the_views_show_them():
    volume = two_boxes_volume(ijk_to_ras=matrix((3.0, 1.0, 2.0), lps=True))[0]
    desk = a_workspace_desk(volume)
    controller = desk.controller
    controller.do(lambda: controller.click("axial", (24.0, 12.0)))
    desk.settle()
    controller.do(controller.accept)
    controller.do(lambda: Carrying(controller).propagate({"first": FIRST, "last": LAST}))
    desk.settle()
    voxels = CarriedVoxels(controller.session)
    voxels.follow()
    (segment,) = voxels.segments()
    for axis, index in ((0, 9), (1, 12), (2, 12)):
        shown = voxels.on(segment, grid(desk, axis, index))
        assert shown.shape == grid(desk, axis, index).shape and shown.any()
    controller.close()
