"""Slices reach a worker as copies, few at a time; a wait for one ends with the job."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import Cancelled
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SlicePlane, cut, extract
from SAMSegmenterLib.session import supplied_stack
from SAMSegmenterLib.session.supplied_stack import SuppliedStack, index_in, pixel_shift, shifted, stack_of
from support.phantoms import matrix, oblique_matrix, sphere_volume

LIMIT = 20.0


class Owner:
    """Has the volume, and writes down which slices it copies."""

    def __init__(self, volume: Volume, plane: SlicePlane) -> None:
        self.volume, self.places, self.copied = volume, stack_of(volume, plane), []

    def cut_slice(self, index):
        self.copied.append(index)
        return cut(self.volume, self.places.plane(index))

    def stack(self) -> SuppliedStack:
        return SuppliedStack(self.places, self.cut_slice)


@pytest.fixture
def owner():
    return Owner(sphere_volume()[0], SlicePlane.lattice(0, 0))


def asked_for(stack, index, supply) -> np.ndarray:
    """Ask on another thread, and let this one supply meanwhile."""
    found = []
    thread = threading.Thread(target=lambda: found.append(stack.image(index).pixels))
    thread.start()
    while thread.is_alive():
        supply()
        thread.join(0.01)
    return found[0]


@pytest.mark.parametrize("place", [matrix((2, 1, 0.5)), oblique_matrix((2, 1, 1))])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_worker_gets_the_slices_that_are_copied_for_it(axis, place):
    volume = sphere_volume(ijk_to_ras=place)[0]
    owner = Owner(volume, SlicePlane.lattice(axis, 0))
    stack = owner.stack()
    np.testing.assert_array_equal(
        asked_for(stack, 7, stack.supply), extract(volume, SlicePlane.lattice(axis, 7)).pixels
    )
    assert stack.last == volume.shape_kji[axis] - 1 and stack.grid(7).shape == stack.image(7).shape


def test_slices_ahead_are_copied_before_they_are_asked_for_and_those_behind_are_not(owner, monkeypatch):
    monkeypatch.setattr(supplied_stack, "_SUPPLY_SECONDS", LIMIT)
    stack = owner.stack()
    stack.expect([5])
    stack.supply()
    assert sorted(owner.copied) == [2, 3, 4, 6, 7, 8]
    owner.copied.clear()
    stack.image(6)
    stack.image(7)
    stack.supply()
    assert sorted(owner.copied) == [5, 9, 10]


def test_little_is_kept_whatever_the_volume(owner, monkeypatch):
    monkeypatch.setattr(supplied_stack, "_MANY_BYTES", 1)
    stack = owner.stack()
    for index in range(stack.first, stack.last + 1):
        stack.image(index)
        stack.supply()
        assert len(stack._kept) <= supplied_stack._FEW_SLICES
    assert set(owner.copied) == set(range(20))


def test_a_wait_ends_when_the_job_is_stopped(owner):
    stack, errors = owner.stack(), []
    stopped = threading.Event()
    stack.should_stop = stopped.is_set

    def ask():
        try:
            stack.image(3)
        except Cancelled as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    stopped.set()
    thread.join(LIMIT)
    assert len(errors) == 1 and owner.copied == []


def test_the_volume_is_not_kept_alive(owner):
    stack, places = owner.stack(), owner.places
    array = owner.volume.array
    assert places.grid(3).pixels.base is not array and not np.shares_memory(places.grid(3).pixels, array)
    np.testing.assert_array_equal(stack.image(3).pixels, array[3])
    assert not np.shares_memory(stack.image(3).pixels, array)
    orphan = SuppliedStack(places, Owner(owner.volume, SlicePlane.lattice(0, 0)).cut_slice)
    with pytest.raises(Cancelled):
        orphan.image(3)


def test_lattice_slices_are_numbered_as_in_the_volume():
    stack = stack_of(sphere_volume()[0], SlicePlane.lattice(1, 9))
    assert index_in(stack, SlicePlane.lattice(1, 4)) == 4
    assert index_in(stack, SlicePlane.lattice(0, 4)) is None and index_in(stack, SlicePlane.lattice(1, 400)) is None


def test_oblique_slices_are_numbered_from_the_first_one_at_whole_steps():
    plane = SlicePlane.oblique((0, 0, 20), (1, 0, 0), (0, 0.8, 0.6), (1, 1), (40, 32))
    stack = stack_of(sphere_volume()[0], plane)
    normal = np.cross(plane.x_ras, plane.y_ras)

    def moved(along, aside=0.0):
        origin = np.array(plane.origin_ras) + along * normal + aside * np.array(plane.x_ras)
        return SlicePlane.oblique(origin, plane.x_ras, plane.y_ras, plane.spacing_mm, plane.size)

    assert [index_in(stack, moved(along)) for along in (0, 1, -3, 2.0000001)] == [0, 1, -3, 2]
    assert [index_in(stack, moved(*place)) for place in ((0.5,), (1, 0.5), (1000,))] == [None] * 3
    assert index_in(stack, SlicePlane.lattice(0, 3)) is None


def test_a_tilted_stack_has_room_for_every_slice_of_the_volume():
    volume = Volume(np.zeros((8, 20, 30), np.uint8))
    small = SlicePlane.oblique((5, 5, 3), (1, 0, 0), (0, 1, 0), (1, 1), (4, 6))
    stack = stack_of(volume, small)
    assert stack.grid(0).shape == (20, 30) and (stack.first, stack.last) == (-3, 4)
    assert pixel_shift(stack.plane(0), small) == (5, 5)
    assert index_in(stack, SlicePlane.oblique((7, 2, 5), (1, 0, 0), (0, 1, 0), (1, 1), (9, 9))) == 2
    beside = SlicePlane.oblique((7.4, 2, 5), (1, 0, 0), (0, 1, 0), (1, 1), (9, 9))
    assert pixel_shift(small, beside) is None and index_in(stack, beside) is None
    turned = SlicePlane.oblique((7, 2, 5), (0, 1, 0), (-1, 0, 0), (1, 1), (9, 9))
    assert index_in(stack, turned) is None


def test_masks_are_put_on_other_pixels_and_cut_where_these_end():
    mask = np.array([[1, 0, 1], [0, 1, 1]], bool)
    assert shifted(mask, (1, 0), (2, 5)).tolist() == [
        [False, True, False, True, False],
        [False, False, True, True, False],
    ]
    assert np.array_equal(shifted(mask, (-1, -1), (2, 2)), [[1, 1], [0, 0]])
    assert not shifted(mask, (5, 0), (2, 5)).any() and not shifted(mask, (0, -2), (2, 5)).any()
    assert pixel_shift(SlicePlane.lattice(0, 3), SlicePlane.lattice(0, 5)) == (0, 0)
