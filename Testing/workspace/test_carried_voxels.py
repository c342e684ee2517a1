"""What was carried is seen in every direction before it is accepted."""

import numpy as np

from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.workspace.carried_voxels import CarriedVoxels
from SAMSegmenterLib.workspace.carrying import Carrying
from support.propagating import FIRST, LAST
from support.workspace_desk import IN_FIRST


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
    assert np.array_equal(voxels.on(segment, SlicePlane.lattice(0, 9)), held[9].mask)
    assert not voxels.on(segment, SlicePlane.lattice(0, 8)).any(), "the keyframe is in the segment already"
    row = 30  # of the first box, from behind, as the phantom is stored
    across = voxels.on(segment, SlicePlane.lattice(1, row))
    expected = np.stack([held[k].mask[row] if k in held else np.zeros(48, bool) for k in range(16)])
    assert np.array_equal(across, expected)
    along = voxels.on(segment, SlicePlane.lattice(2, 34))
    assert np.array_equal(
        along, np.stack([held[k].mask[:, 34] if k in held else np.zeros(40, bool) for k in range(16)])
    )


def test_nothing_is_made_anew_while_nothing_changes_and_everything_goes_when_it_is_accepted(a_desk):
    carrying = carry(a_desk)
    voxels = CarriedVoxels(a_desk.controller.session)
    voxels.follow()
    version = voxels.version
    voxels.follow()
    assert voxels.version == version
    a_desk.controller.do(lambda: carrying.accept(5, 6))
    voxels.follow()
    (segment,) = voxels.segments()
    assert voxels.version > version and not voxels.on(segment, SlicePlane.lattice(0, 5)).any()
    assert voxels.on(segment, SlicePlane.lattice(0, 9)).any()
    a_desk.controller.do(carrying.accept)
    voxels.follow()
    assert voxels.segments() == ()
