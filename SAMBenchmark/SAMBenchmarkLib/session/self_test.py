"""What the module's own test runs on: a ball."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.segmentations import node_from_segmentation
from SAMSegmenterLib.scene.volumes import node_from_volume


def ball_nodes() -> tuple[Any, Any]:
    """A volume node with a bright ball, and a segmentation node of the ball; in the open scene.

    Thread: main.
    """
    distance = np.sqrt(sum(axis**2 for axis in np.meshgrid(*[np.arange(-12.0, 13.0)] * 3, indexing="ij")))
    ball = (distance <= 8).astype(np.uint8)
    to_ras = np.diag([1.0, 1.0, 2.0, 1.0])
    volume_node = node_from_volume(Volume(ball.astype(np.int16) * 100, to_ras), "Ball")
    segmentation = Segmentation.from_labels(ball, to_ras, {1: "ball"})
    return volume_node, node_from_segmentation(segmentation, "Ball reference", volume_node)
