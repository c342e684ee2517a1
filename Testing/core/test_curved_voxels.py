"""A curved way from voxels to pixels is searched cell by cell without losing a voxel."""

import numpy as np
import pytest

from SAMSegmenterLib.core.curved_voxels import covered_by_curved
from SAMSegmenterLib.core.plane_voxels import SliceFrame, covered_voxels

PLANE = np.array([[0.8, 0.1, 0.5, 4], [-0.1, 1, 0.05, 5], [-0.5, 0, 0.85, 20], [0, 0, 0, 1.0]])
EXTENT = (-3, 50, 2, 41, 0, 44)


def straight(ijk):
    to_pixel = np.linalg.inv(PLANE)
    return ijk @ to_pixel[:3, :3].T + to_pixel[:3, 3]


@pytest.mark.parametrize("corner", [(0, 0), (30, 25), (12, 20)])
def test_a_straight_way_gives_what_a_matrix_gives_whatever_part_of_the_slice_is_covered(corner):
    frame = SliceFrame(PLANE, (45, 42, 51), lattice=False)
    mask = np.zeros((40, 45), bool)
    mask[corner[1] : corner[1] + 15, corner[0] : corner[0] + 15] = np.random.default_rng(0).random((15, 15)) > 0.3
    expected = covered_voxels(mask, frame, np.linalg.inv(PLANE), EXTENT)
    got = covered_by_curved(mask, frame, straight, EXTENT)
    assert got[0] == expected[0] and np.array_equal(got[1], expected[1]) and got[1].sum() > 50


def test_few_voxels_are_asked_that_do_not_lie_at_the_mask():
    asked = []

    def counting(ijk):
        asked.append(len(ijk))
        return straight(ijk)

    mask = np.zeros((40, 45), bool)
    mask[20:24, 20:24] = True
    _extent, block = covered_by_curved(mask, SliceFrame(PLANE, (45, 42, 51), False), counting, EXTENT)
    assert block.sum() > 20
    assert sum(asked) < 54 * 40 * 45 / 20


def test_a_whole_slice_asks_for_little_more_than_its_own_voxels():
    asked, size = [], 160
    plane = np.array([[0.8, -0.36, 0.48, 10], [0.6, 0.48, -0.64, 20], [0, 0.8, 0.6, 10], [0, 0, 0, 1.0]])

    def counting(ijk):
        asked.append(len(ijk))
        bent = ijk + 2 * np.sin(ijk[:, [1, 2, 0]] / 20)
        return bent @ np.linalg.inv(plane)[:3, :3].T + np.linalg.inv(plane)[:3, 3]

    mask, frame = np.ones((150, 150), bool), SliceFrame(plane, (size,) * 3, False)
    _extent, block = covered_by_curved(mask, frame, counting, (0, size - 1) * 3)
    assert block.sum() > 20_000
    assert sum(asked) < 6 * block.sum()


def everywhere(mask, frame, to_pixel, extent):
    """The same by asking every voxel, and the six beside it."""
    low, high = np.array(extent).reshape(3, 2).T
    axes = [np.arange(a - 1, b + 2) for a, b in zip(low, high, strict=True)]
    ijk = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    places = to_pixel(ijk.reshape(-1, 3).astype(float)).reshape(ijk.shape)
    inner = (slice(1, -1),) * 3
    places[~np.isfinite(places).all(axis=-1)] = np.nan
    steps = np.abs(np.stack([np.roll(places[..., 2], -1, a) - np.roll(places[..., 2], 1, a) for a in range(3)])) / 2
    x, y, z = np.moveaxis(places[inner], -1, 0)
    steps = np.nan_to_num(steps[(slice(None), *inner)])
    defined = np.isfinite(z)
    x, y, z = (np.where(defined, one, 1e9) for one in (x, y, z))
    covered = defined & frame.near(z, steps) & frame.covers(mask, x, y, z)
    return {tuple(voxel) for voxel in ijk[inner][covered].tolist()}


def voxels_of(found):
    extent, block = found
    return {(i + extent[0], j + extent[2], k + extent[4]) for k, j, i in np.argwhere(block).tolist()}


def waves(ijk):
    """Bends by some voxels over some tens of voxels."""
    return straight(ijk + 2.5 * np.sin(ijk[:, [1, 2, 0]] / 7) + 1.5 * np.cos(ijk[:, [2, 0, 1]] / 5))


def pieces(ijk):
    """A transform whose grid is interpolated linearly: straight in parts, with edges between."""
    at = np.arange(-20, 80, 9.7)
    moved = np.random.default_rng(1).normal(0, 2.0, (3, len(at)))
    bent = np.stack([np.interp(ijk[:, (axis + 1) % 3], at, moved[axis]) for axis in range(3)], axis=-1)
    return straight(ijk + bent)


def rough(ijk):
    """A displacement of every voxel for itself, by up to two voxels: nothing can be foretold."""
    i, j, k = ijk.T
    noise = np.stack([np.sin(12.9898 * i + 78.233 * j + 37.719 * k + phase) for phase in (0, 1, 2)], axis=-1)
    return straight(ijk + 2 * noise)


def partly_unknown(ijk):
    """Nowhere defined in a ball and beyond a plane."""
    places = waves(ijk)
    places[np.linalg.norm(ijk - (20, 20, 20), axis=1) < 9] = np.nan
    places[ijk[:, 0] + ijk[:, 1] > 75] = np.inf
    return places


WAYS = {"waves": waves, "pieces": pieces, "rough": rough, "partly unknown": partly_unknown}


@pytest.mark.parametrize("lattice", [False, True])
@pytest.mark.parametrize("part", ["all", "some", "ring"])
@pytest.mark.parametrize("name", WAYS)
def test_the_voxels_are_those_that_asking_every_voxel_gives(name, part, lattice):
    frame = SliceFrame(PLANE, (45, 42, 51), lattice=lattice)
    y, x = np.mgrid[:40, :45]
    mask = {
        "all": np.ones((40, 45), bool),
        "some": (x > 11) & (x < 30) & (y > 8) & (y < 33) & ((x + y) % 3 > 0),
        "ring": np.abs(np.hypot(x - 22, y - 20) - 14) < 1.5,
    }[part]
    expected = everywhere(mask, frame, WAYS[name], EXTENT)
    assert len(expected) > 100
    assert voxels_of(covered_by_curved(mask, frame, WAYS[name], EXTENT)) == expected


def test_many_cells_are_worked_on_in_parts(monkeypatch):
    frame, mask = SliceFrame(PLANE, (45, 42, 51), False), np.ones((40, 45), bool)
    at_once = covered_by_curved(mask, frame, straight, EXTENT)
    monkeypatch.setattr("SAMSegmenterLib.core.curved_voxels._CELLS_AT_ONCE", 3)
    in_parts = covered_by_curved(mask, frame, straight, EXTENT)
    assert in_parts[0] == at_once[0] and np.array_equal(in_parts[1], at_once[1])


def test_nothing_is_found_where_the_way_leads_nowhere():
    frame, mask = SliceFrame(PLANE, (45, 42, 51), False), np.ones((40, 45), bool)
    assert covered_by_curved(mask, frame, lambda ijk: np.full_like(ijk, np.nan), EXTENT) is None
    assert covered_by_curved(mask, frame, lambda ijk: straight(ijk) + 1000, EXTENT) is None
