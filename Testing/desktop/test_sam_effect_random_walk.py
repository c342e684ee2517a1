"""Hundreds of things in any order: nothing raises, no voxel changes that should not, undo restores exactly."""

from __future__ import annotations

import numpy as np
import pytest

from SAMSegmenterLib.core.geometry import Volume
from support.phantoms import matrix, two_boxes_volume

SHAPE = (10, 20, 24)
STEPS = 200


@pytest.mark.parametrize(("seed", "editors"), [(1, 1), (2, 1), (3, 2)])
def test_whatever_is_done_in_whatever_order_segments_and_previews_are_what_they_should_be(
    start_effect, complaints, seed, editors
):
    from SAMSegmenterLib.scene.volumes import node_from_volume
    from support.effect_desk import display_all
    from support.random_walk import Walk

    volume = two_boxes_volume(SHAPE)[0]
    desk = start_effect(Volume(volume.array.copy(), matrix()))
    other = node_from_volume(Volume(np.roll(volume.array, 2, axis=2), matrix(), name="other"))
    display_all(other)
    with Walk(desk, other, np.random.default_rng(seed), editors) as walk:
        for _ in range(STEPS):
            walk.step()
            assert complaints._lines == [], walk.done[-8:]
    assert walk.counts["click"] > 5 < walk.counts["accept"] and walk.written > 0
