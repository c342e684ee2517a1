"""A desk whose first box is accepted on one slice, or propagated; shared by the tests of propagation in sessions."""

from __future__ import annotations

import numpy as np

from support.editing import Desk, a_desk

IN_ONE, IN_TWO = (10, 12), (34, 20)
FIRST, LAST = 4, 11
"""Slices along k that both boxes fill."""

AREA_ONE, AREA_TWO = 180, 300


def accepted_desk(**options) -> Desk:
    """A desk where slice 8 of the first box is accepted."""
    desk = a_desk(**options)
    accept_at(desk, IN_ONE)
    return desk


def accept_at(desk: Desk, xy: tuple[float, float]) -> None:
    """Mark the structure at a place on the slice shown, and accept."""
    desk.session.add_point(xy)
    desk.settle()
    desk.session.accept()
    desk.settle()


def propagated_desk(**options) -> Desk:
    """A desk where the first box is propagated through all of its slices, and nothing is accepted."""
    desk = accepted_desk(**options)
    assert desk.session.propagate(FIRST, LAST)
    desk.settle()
    return desk


def step(desk: Desk) -> None:
    """One job and one tick."""
    desk.worker.run_next()
    desk.session.tick()


def until_results(desk: Desk, count: int) -> None:
    """Work until so many slices are held."""
    for _ in range(100):
        if len(desk.session.propagation.held("one")) >= count:
            return
        step(desk)
    raise AssertionError("there are too few results")


def box(desk: Desk, value: int, slices: slice) -> np.ndarray:
    """(K, J, I) bool of the voxels of one intensity in some slices."""
    volume = desk.scene.source().volume.array
    wanted = np.zeros(volume.shape, bool)
    wanted[slices] = volume[slices] == value
    return wanted
