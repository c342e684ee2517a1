"""Masks that come one by one are shown as they come, and leave nothing behind."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.scene.segment_voxels import image_to_ras, layer_of, values_of
from SAMSegmenterLib.scene.streamed_preview import StreamedPreview
from support.editing_scenes import everything_of, overlapping_segments
from support.phantoms import oblique_matrix

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture
def case(a_scene):
    return overlapping_segments()


@pytest.fixture
def preview(case):
    made = StreamedPreview(case.node, oblique_matrix())
    yield made
    made.clear()


def layer(k, size=3, at=(2, 2)):
    """A square on one slice."""
    j, i = at
    return (i, i + size - 1, j, j + size - 1, k, k), np.ones((1, size, size), np.uint8)


def shown(preview, segment="one", shape=(12, 12, 12)):
    """Voxels of a segment on a lattice that begins at 0."""
    image = layer_of(preview.node.GetSegmentation().GetSegment(segment))
    i0, i1, j0, j1, k0, k1 = image.GetExtent()
    whole = np.zeros(shape, np.uint8)
    values = values_of(image)
    for k in range(max(0, k0), min(shape[0], k1 + 1)):
        for j in range(max(0, j0), min(shape[1], j1 + 1)):
            low, high = max(0, i0), min(shape[2], i1 + 1)
            whole[k, j, low:high] = values[k - k0, j - j0, low - i0 : high - i0]
    assert values.sum() == whole.sum(), "nothing lies beyond the lattice"
    return whole


def expected(*blocks, shape=(12, 12, 12)):
    whole = np.zeros(shape, np.uint8)
    for (i0, i1, j0, j1, k0, k1), cells in blocks:
        whole[k0 : k1 + 1, j0 : j1 + 1, i0 : i1 + 1] |= cells
    return whole


def test_blocks_that_come_one_by_one_are_all_shown_at_their_place(preview):
    blocks = {}
    for k in (5, 6, 4, 7, 3, 9, 0, 11):
        blocks[k] = layer(k, at=(k % 4, k % 3))
        assert preview.show("one", RED, blocks)
        assert np.array_equal(shown(preview), expected(*blocks.values()))
    image = layer_of(preview.node.GetSegmentation().GetSegment("one"))
    assert np.allclose(image_to_ras(image), oblique_matrix())


def test_nothing_is_done_while_nothing_changes(preview):
    blocks = {5: layer(5)}
    assert preview.show("one", RED, blocks)
    time = preview.node.GetSegmentation().GetMTime()
    assert not preview.show("one", RED, dict(blocks))
    assert preview.node.GetSegmentation().GetMTime() == time


def test_a_block_that_is_replaced_leaves_nothing_of_its_former_self(preview):
    kept = layer(4)
    preview.show("one", RED, {4: kept, 5: layer(5, 5)})
    smaller = layer(5, 1)
    assert preview.show("one", RED, {4: kept, 5: smaller})
    assert np.array_equal(shown(preview), expected(kept, smaller))
    assert preview.show("one", RED, {4: kept})
    assert np.array_equal(shown(preview), expected(kept))


def test_blocks_that_overlap_stay_whole_when_one_of_them_goes(preview):
    first = (0, 3, 0, 3, 2, 3), np.ones((2, 4, 4), np.uint8)
    second = (2, 5, 2, 5, 3, 4), np.ones((2, 4, 4), np.uint8)
    preview.show("one", RED, {"a": first, "b": second})
    assert np.array_equal(shown(preview), expected(first, second))
    preview.show("one", RED, {"b": second})
    assert np.array_equal(shown(preview), expected(second))


def test_a_labelmap_with_room_is_changed_where_it_lies(preview):
    blocks = {5: layer(5, 6)}
    preview.show("one", RED, blocks)
    blocks[6] = layer(6, 6)
    preview.show("one", RED, blocks)
    image = layer_of(preview.node.GetSegmentation().GetSegment("one"))
    heard = []
    preview.node.GetSegmentation().AddObserver(
        preview.node.GetSegmentation().SourceRepresentationModified, lambda *_: heard.append(1)
    )
    blocks[7] = layer(7, 6)
    preview.show("one", RED, blocks)
    assert layer_of(preview.node.GetSegmentation().GetSegment("one")) is image
    assert heard, "the views are told"
    assert np.array_equal(shown(preview), expected(*blocks.values()))


def test_views_are_told_also_after_the_labelmap_had_to_grow(preview):
    preview.show("one", RED, {5: layer(5)})
    heard = []
    segmentation = preview.node.GetSegmentation()
    segmentation.AddObserver(segmentation.SourceRepresentationModified, lambda *_: heard.append(1))
    blocks = {5: layer(5), 10: layer(10, 4)}
    preview.show("one", RED, blocks)
    grown = len(heard)
    layer_of(segmentation.GetSegment("one")).Modified()
    assert grown and len(heard) > grown


def test_several_segments_have_their_colours_and_do_not_disturb_each_other(preview):
    first, second = {4: layer(4)}, {4: layer(4, at=(7, 7))}
    preview.show("one", RED, first)
    preview.show("two", BLUE, second)
    assert preview.segments() == ("one", "two")
    assert np.array_equal(shown(preview, "one"), expected(*first.values()))
    assert np.array_equal(shown(preview, "two"), expected(*second.values()))
    segmentation = preview.node.GetSegmentation()
    assert [segmentation.GetSegment(name).GetColor() for name in ("one", "two")] == [RED, BLUE]
    assert preview.show("two", RED, second)
    assert segmentation.GetSegment("two").GetColor() == RED
    preview.show("one", RED, {})
    assert preview.segments() == ("two",)
    assert np.array_equal(shown(preview, "two"), expected(*second.values()))


def test_surfaces_follow_what_is_shown(preview):
    preview.show("one", RED, {k: layer(k) for k in (3, 4)})
    preview.make_surface()

    def height():
        bounds = preview.node.GetSegmentation().GetSegment("one").GetRepresentation("Closed surface").GetBounds()
        return bounds[5] - bounds[4]

    before = height()
    preview.show("one", RED, {k: layer(k) for k in range(3, 9)})
    preview.make_surface()
    assert height() > before + 2


def test_nothing_to_show_leaves_nothing_in_the_scene(case, a_scene):
    nodes, before = a_scene.GetNumberOfNodes(), everything_of(case.node)
    preview = StreamedPreview(case.node, np.eye(4))
    assert not preview.show("one", RED, {}) and preview.node is None
    preview.show("one", RED, {1: layer(1)})
    assert a_scene.GetNumberOfNodes() > nodes
    preview.show("one", RED, {})
    assert preview.node is None and a_scene.GetNumberOfNodes() == nodes
    assert everything_of(case.node) == before
    preview.clear()


def test_a_preview_that_was_removed_is_made_again(preview, a_scene):
    blocks = {1: layer(1)}
    preview.show("one", RED, blocks)
    a_scene.RemoveNode(preview.node)
    assert preview.node is None and preview.segments() == ()
    assert preview.show("one", RED, blocks)
    assert np.array_equal(shown(preview), expected(*blocks.values()))
