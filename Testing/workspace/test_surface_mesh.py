"""Surfaces lie where their voxels lie, closed and facing outwards."""

import base64
import json

import numpy as np
import pytest

from SAMSegmenterLib.workspace.surface_mesh import SurfaceRequest, mesh_of, surfaces

pytest.importorskip("vtkmodules", reason="VTK is not installed")

TO_RAS = np.array([[-2.0, 0, 0, 40], [0, -2.0, 0, 30], [0, 0, 3.0, -10], [0, 0, 0, 1]])


def a_ball(radius=8, side=24):
    at = np.indices((side, side, side)) - (side - 1) / 2
    return (np.linalg.norm(at, axis=0) <= radius).astype(np.uint8)


def volume_of(mesh):
    a, b, c = (mesh.points[mesh.triangles[:, n]] for n in range(3))
    return float((a * np.cross(b, c)).sum() / 6)


def test_a_ball_has_its_place_and_size_in_the_patient():
    ball = a_ball()
    mesh = mesh_of(ball, TO_RAS)
    centre = TO_RAS @ [11.5, 11.5, 11.5, 1]
    assert np.allclose((mesh.points.min(axis=0) + mesh.points.max(axis=0)) / 2, centre[:3], atol=0.5)
    assert np.allclose(np.ptp(mesh.points, axis=0), [34, 34, 51], rtol=0.08)
    assert volume_of(mesh) == pytest.approx(ball.sum() * 12, rel=0.06), "positive: triangles face outwards"


def test_a_mirrored_volume_is_not_turned_inside_out():
    mirrored = TO_RAS.copy()
    mirrored[0] *= -1
    assert volume_of(mesh_of(a_ball(), mirrored)) > 0


def test_a_surface_is_closed():
    mesh = mesh_of(a_ball(), np.eye(4))
    edges = np.sort(np.concatenate([mesh.triangles[:, [0, 1]], mesh.triangles[:, [1, 2]], mesh.triangles[:, [2, 0]]]))
    _, counts = np.unique(edges, axis=0, return_counts=True)
    assert (counts == 2).all()


def test_large_structures_become_coarser_but_stay_in_place():
    block = np.zeros((6, 10, 450), np.uint8)
    block[1:5, 2:8, 10:440] = 1
    mesh = mesh_of(block, np.eye(4), most_triangles=500)
    assert len(mesh.triangles) <= 600
    assert np.allclose(mesh.points.min(axis=0), [9.5, 1.5, 0.5], atol=1.2)
    assert np.allclose(mesh.points.max(axis=0), [439.5, 7.5, 4.5], atol=1.2)


def test_a_single_voxel_is_seen_and_nothing_is_nothing():
    one = np.zeros((3, 3, 3), np.uint8)
    one[1, 1, 1] = 1
    assert len(mesh_of(one, np.eye(4)).triangles) > 0
    assert len(mesh_of(np.zeros((3, 3, 3), np.uint8), np.eye(4)).triangles) == 0


def test_the_page_gets_plain_values_that_fit_into_the_radius():
    ball = a_ball()
    empty = SurfaceRequest("nothing", "#000000", np.packbits(np.zeros_like(ball)), ball.shape, TO_RAS)
    found = surfaces([SurfaceRequest("liver", "#ff0000", np.packbits(ball), ball.shape, TO_RAS), empty])
    json.dumps(found)
    (part,) = found["parts"]
    points = np.frombuffer(base64.b64decode(part["points"]), "<i2").reshape(-1, 3)
    triangles = np.frombuffer(base64.b64decode(part["triangles"]), "<u4")
    assert (part["name"], part["colour"]) == ("liver", "#ff0000")
    assert triangles.max() == len(points) - 1
    back = points / 32767 * found["radius"] + found["centre"]
    assert np.allclose(np.ptp(back, axis=0), [34, 34, 51], rtol=0.08)
    assert surfaces([empty])["parts"] == []
