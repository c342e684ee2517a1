"""Windows to learn refining from: disks on grey, with answers that lie beside them."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMSegmenterLib.models.refining.window import SIDE
from SAMSegmenterLib.models.training.refining.samples import BOX, Samples, padded_points


def disk_window(number: int = 0) -> dict[str, Any]:
    """One window as `Samples.put` takes it, without the first axis; box on even numbers, clicks on odd ones."""
    rows, columns = np.ogrid[:SIDE, :SIDE]
    row, column, radius = 40 + 3 * (number % 8), 60 - 2 * (number % 8), 20 + number % 5
    disk = (rows - row) ** 2 + (columns - column) ** 2 <= radius**2
    answer = (rows - row - 6) ** 2 + (columns - column + 4) ** 2 <= (radius + 3) ** 2
    brightness = np.where(disk, 180, 70) + np.random.default_rng(number).normal(0, 5, disk.shape)
    valid = np.broadcast_to(rows < SIDE - 10, disk.shape)
    with_box = number % 2 == 0
    box = np.array([column - radius, row - radius, column + radius + 1, row + radius + 1]) / SIDE
    points = [] if with_box else [((column + 0.5) / SIDE, (row + 0.5) / SIDE)]
    return {
        "colours": np.stack([brightness, 0 * brightness, 0 * brightness]).astype(np.int16),
        "valid": valid,
        "logits": np.where(answer, 4, -4).astype(np.float16),
        "truth": np.where(disk & valid, 255, 0).astype(np.uint8),
        "box": (box if with_box else np.full(4, np.nan)).astype(np.float32),
        "clicked": padded_points(points),
        "excluded": padded_points([] if with_box else [(0.1, 0.9)]),
        "window": np.array([0.5, 0.5, 0.5], np.float32),
        "overlap": 0.6,
        "prompt": BOX if with_box else 1 + number % 4 // 2,
        "candidate": 1 + number % 3,
        "best": number % 4 != 3,
    }


def disk_samples(count: int) -> Samples:
    """As many windows."""
    samples = Samples(count)
    for number in range(count):
        samples.put(number, {name: np.asarray(value)[None] for name, value in disk_window(number).items()})
    return samples
