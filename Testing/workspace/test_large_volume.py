"""A volume of 512 x 512 x 300 voxels is worked on like a small one."""

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.workspace.carrying import Carrying
from SAMSegmenterLib.workspace.page_state import PageState

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from support.workspace_desk import a_workspace_desk

INSIDE, FIRST, LAST = (260.0, 230.0), 145, 155
HEIGHT, WIDTH = 60, 80


@pytest.fixture
def desk():
    array = np.zeros((300, 512, 512), np.uint8)
    array[120:180, 200 : 200 + HEIGHT, 220 : 220 + WIDTH] = 200
    desk = a_workspace_desk(Volume(array, np.diag([-0.7, -0.7, 1.5, 1.0])))
    yield desk
    desk.controller.close()


def test_a_structure_is_marked_accepted_carried_undone_and_copied(desk):
    controller = desk.controller
    controller.do(lambda: controller.click("axial", INSIDE))
    desk.settle()
    controller.do(controller.accept)
    assert desk.voxels() == HEIGHT * WIDTH
    carrying = Carrying(controller)
    controller.do(lambda: carrying.propagate({"first": FIRST, "last": LAST}))
    desk.settle()
    controller.do(carrying.accept)
    desk.settle()
    assert 0.99 < desk.voxels() / ((LAST - FIRST + 1) * HEIGHT * WIDTH) <= 1
    copied = controller.case.segmentation().layers[0]
    assert copied.shape == (300, 512, 512) and np.count_nonzero(copied) == desk.voxels()
    controller.do(controller.undo)
    assert desk.voxels() == HEIGHT * WIDTH


def test_only_the_view_that_is_scrolled_is_drawn_anew(desk):
    state, controller = PageState(desk.controller, lambda: 0.0), desk.controller
    state.news()
    controller.do(lambda: controller.scroll("sagittal", 100))
    news = state.news()
    assert {name for name in news if name.startswith(("image_", "overlay_"))} == {"image_sagittal"}
    controller.do(lambda: controller.scroll("sagittal", 101))
    assert not any(name.startswith("image_") for name in state.news()), "both slices are black"
