"""Surfaces are made elsewhere when they are asked for, and the page knows how far they are."""

from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.surfaces import Surfaces
from support.workspace_desk import IN_FIRST


class LaterExecutor(Executor):
    """Does its work when the test says so."""

    def __init__(self):
        self.is_shut = False
        self._given = None

    def submit(self, work, *arguments):
        self._given = Future(), work, arguments
        return self._given[0]

    def run(self):
        future, work, arguments = self._given
        future.set_result(work(*arguments))

    def die(self):
        self._given[0].set_exception(BrokenProcessPool())

    def shutdown(self, wait=True, *, cancel_futures=False):
        self.is_shut = True


@pytest.fixture
def executor():
    return LaterExecutor()


@pytest.fixture
def surfaces(a_desk, executor):
    a_desk.controller.surfaces = Surfaces(a_desk.controller.case, lambda: executor)
    return a_desk.controller.surfaces


def accept(desk):
    desk.controller.do(lambda: desk.controller.click("axial", IN_FIRST))
    desk.settle()
    desk.controller.do(desk.controller.accept)


def test_it_is_asked_for_made_shown_and_grows_stale(a_desk, surfaces, executor):
    pytest.importorskip("vtkmodules")
    accept(a_desk)
    assert (surfaces.state, surfaces.meshes["parts"]) == ("none", [])
    surfaces.make()
    assert surfaces.state == "making" and not surfaces.tick()
    surfaces.make()
    executor.run()
    assert a_desk.controller.tick() and surfaces.state == "ready" and executor.is_shut
    (part,) = surfaces.meshes["parts"]
    assert part["name"] == "Segment"
    a_desk.controller.do(a_desk.controller.undo)
    a_desk.controller.tick()
    assert surfaces.state == "stale"


def test_voxels_are_sent_with_their_place(a_desk, surfaces, executor):
    accept(a_desk)
    surfaces.make()
    (request,) = executor._given[2][0]
    voxels = np.unpackbits(request.bits, count=int(np.prod(request.shape))).reshape(request.shape)
    assert voxels.sum() == a_desk.voxels()
    first = np.argwhere(voxels)[0]
    source = a_desk.controller.session.source.volume
    inside = np.argwhere(a_desk.controller.case.segmentation().layers[0])[0]
    expected = source.ijk_to_ras @ [*inside[::-1], 1]
    assert np.allclose(request.to_ras @ [*first[::-1], 1], expected)


def test_nothing_to_show_is_told(a_desk, surfaces):
    with pytest.raises(InputError, match="no surface"):
        surfaces.make()
    accept(a_desk)
    a_desk.controller.case.show_segment(a_desk.controller.case.segments()[0].id, False)
    with pytest.raises(InputError, match="no surface"):
        surfaces.make()


def test_a_process_that_was_lost_is_told_and_can_be_asked_again(a_desk, surfaces, executor):
    accept(a_desk)
    surfaces.make()
    executor.die()
    assert a_desk.controller.tick()
    assert "process ended" in a_desk.messages and surfaces.state == "none"
    surfaces.make()
    assert surfaces.state == "making"


def test_the_end_of_the_workspace_waits_for_no_surface(a_desk, surfaces, executor):
    accept(a_desk)
    surfaces.make()
    surfaces.close()
    assert executor.is_shut and not surfaces.tick()
