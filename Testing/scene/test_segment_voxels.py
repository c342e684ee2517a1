from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.extents import EMPTY_EXTENT, extent_shape, window
from SAMSegmenterLib.core.lattice import Lattice
from SAMSegmenterLib.scene.segment_voxels import (
    any_in_block,
    extent_around,
    image_to_ras,
    layer_of,
    layers_of,
    oriented_image,
    segment_block,
    segment_of,
    values_of,
)
from support.editing_scenes import SHAPE, overlapping_segments
from support.phantoms import matrix, oblique_matrix

LATTICE = Lattice(np.eye(4), (0, SHAPE[2] - 1, 0, SHAPE[1] - 1, 0, SHAPE[0] - 1))


def _of_slicer(case, name):
    import slicer

    return slicer.util.arrayFromSegmentBinaryLabelmap(case.node, case.ids[name], case.volume_node) != 0


def test_segments_are_told_apart_also_in_a_shared_labelmap(a_scene):
    case = overlapping_segments()
    for name, segment_id in case.ids.items():
        found = segment_block(case.node, segment_id, LATTICE, LATTICE.extent)
        assert found.dtype == np.uint8
        assert np.array_equal(found != 0, _of_slicer(case, name))


@pytest.mark.parametrize("extent", [(2, 4, 1, 3, 2, 2), (-3, 9, -1, 8, -2, 1), (40, 41, 0, 1, 0, 1)])
def test_a_block_holds_what_the_whole_holds_there_and_zero_outside(a_scene, extent):
    case = overlapping_segments()
    whole = np.zeros(extent_shape((-5, 50, -5, 50, -5, 50)), np.uint8)
    whole[window(LATTICE.extent, (-5, 50, -5, 50, -5, 50))] = _of_slicer(case, "overlapping")
    expected = whole[window(extent, (-5, 50, -5, 50, -5, 50))]
    assert np.array_equal(segment_block(case.node, case.ids["overlapping"], LATTICE, extent), expected)


def test_a_block_shares_no_memory_with_the_node(a_scene):
    case = overlapping_segments()
    block = segment_block(case.node, case.ids["first"], LATTICE, LATTICE.extent)
    block[...] = 1
    assert not segment_block(case.node, case.ids["first"], LATTICE, LATTICE.extent).all()


def test_another_lattice_is_asked_by_nearest_neighbour(a_scene):
    to_ras = oblique_matrix((2.0, 1.0, 1.0))
    case = overlapping_segments(to_ras)
    asked = Lattice(oblique_matrix((1.5, 0.7, 0.8), (25, -3, 10)), (-10, 20, -10, 20, -10, 20))
    extent = (-2, 6, 0, 7, -3, 5)
    found = segment_block(case.node, case.ids["overlapping"], asked, extent)
    truth, checked = _of_slicer(case, "overlapping"), 0
    between = np.linalg.inv(to_ras) @ asked.ijk_to_ras
    for k, j, i in np.ndindex(found.shape):
        place = (between @ [i + extent[0], j + extent[2], k + extent[4], 1])[:3]
        if np.abs(place - np.floor(place) - 0.5).min() < 1e-3:
            continue  # half way between two voxels
        index = np.floor(place + 0.5).astype(int)[::-1]
        inside = all(0 <= n < size for n, size in zip(index, SHAPE, strict=True))
        assert found[k, j, i] == (inside and truth[tuple(index)])
        checked += inside
    assert checked > 50


def test_several_segments_are_asked_together(a_scene):
    case = overlapping_segments()
    ids = [case.ids["first"], case.ids["hidden"]]
    expected = _of_slicer(case, "first") | _of_slicer(case, "hidden")
    assert np.array_equal(any_in_block(case.node, ids, LATTICE, LATTICE.extent), expected)
    assert not any_in_block(case.node, [], LATTICE, LATTICE.extent).any()
    assert not any_in_block(case.node, ["nobody"], LATTICE, LATTICE.extent).any()


def test_layers_are_listed_once_with_the_segments_in_them(a_scene):
    case = overlapping_segments()
    listed = [[name for name, n in case.ids.items() if n in ids] for _image, ids in layers_of(case.node)]
    assert listed == [["first", "second", "empty"], ["overlapping"], ["hidden"]]


def test_segments_that_were_never_drawn_have_no_extent(a_scene):
    case = overlapping_segments()
    segment_id = case.node.GetSegmentation().AddEmptySegment("", "new")
    case.node.GetSegmentation().SeparateSegmentLabelmap(segment_id)
    import slicer

    segment = segment_of(case.node, segment_id)
    segment.AddRepresentation("Binary labelmap", slicer.vtkOrientedImageData())
    assert extent_around(layer_of(segment), LATTICE) == EMPTY_EXTENT
    assert not segment_block(case.node, segment_id, LATTICE, LATTICE.extent).any()
    segment.RemoveRepresentation("Binary labelmap")
    assert not segment_block(case.node, segment_id, LATTICE, LATTICE.extent).any()


def test_a_labelmap_on_another_lattice_lies_within_the_extent_around_it(a_scene):
    lattice = Lattice(oblique_matrix((2.0, 1.0, 0.7)), (0, 5, 0, 5, 0, 5))
    image = oriented_image((3, 9, -2, 4, 5, 6), matrix((1.0, 1.3, 2.0), (9, -19, 27)), np.ones((2, 7, 7), np.uint8))
    i0, i1, j0, j1, k0, k1 = extent_around(image, lattice)
    to_lattice = np.linalg.inv(lattice.ijk_to_ras) @ image_to_ras(image)
    corners = [(i, j, k, 1) for i in (2.5, 9.5) for j in (-2.5, 4.5) for k in (4.5, 6.5)]
    ijk = np.array(corners) @ to_lattice.T
    assert (ijk[:, :3] >= np.array([i0, j0, k0]) - 1).all()
    assert (ijk[:, :3] <= np.array([i1, j1, k1]) + 1).all()


def test_an_image_lies_where_it_was_put_and_holds_a_copy(a_scene):
    block = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    image = oriented_image((5, 8, -1, 1, 0, 1), oblique_matrix(), block)
    block[...] = 0
    assert image.GetExtent() == (5, 8, -1, 1, 0, 1)
    assert np.array_equal(values_of(image), np.arange(24).reshape(2, 3, 4))
    assert np.allclose(image_to_ras(image), oblique_matrix())
    assert image.GetScalarComponentAsDouble(6, 0, 1, 0) == 12 + 4 + 1


def test_a_missing_segment_is_named(a_scene):
    case = overlapping_segments()
    with pytest.raises(InputError, match="no segment 'nobody'"):
        segment_block(case.node, "nobody", LATTICE, LATTICE.extent)
