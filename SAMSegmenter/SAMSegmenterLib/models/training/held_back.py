"""What is measured of the cases that training left out: which slices, which objects, and the image a model gets."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.windowing import MinMax, to_rgb8
from SAMSegmenterLib.models.training.sources import MIN_LABEL_PIXELS, LabelledSlice


def choose_slices(slices: Sequence[LabelledSlice], per_source: int, seed: int) -> list[LabelledSlice]:
    """Draw up to a number of slices of each source, spread over its cases.

    What is drawn of a source does not depend on the other sources.

    Args:
        slices: of any number of sources.
        per_source: most slices of one source.
        seed: decides the draw.

    Returns:
        The chosen slices, source by source; within a source every case comes once before any comes twice.
    """
    by_source: dict[str, dict[str, list[LabelledSlice]]] = {}
    for item in slices:
        by_source.setdefault(item.case.source, {}).setdefault(item.case.case_id, []).append(item)
    chosen: list[LabelledSlice] = []
    for source, cases in by_source.items():
        rng = np.random.default_rng([seed, _number(source)])
        piles = [[items[k] for k in rng.permutation(len(items))] for items in cases.values()]
        piles = [piles[k] for k in rng.permutation(len(piles))]
        ranked = [item for rank in range(max(map(len, piles))) for pile in piles for item in pile[rank : rank + 1]]
        chosen += ranked[:per_source]
    return chosen


def slice_image(item: LabelledSlice) -> Rgb8:
    """Render a slice as the 8-bit RGB image that a model gets: (H, W, 3), smallest value black, largest white."""
    return item.pixels.astype(np.uint8) if item.pixels.ndim == 3 else to_rgb8(item.pixels, MinMax())


def choose_objects(item: LabelledSlice, most: int, seed: int) -> dict[int, Mask]:
    """Draw objects of a slice: label values with more than 50 pixels, at most a number of them.

    Args:
        item: a slice.
        most: how many at most.
        seed: decides the draw, together with the slice's case and index.

    Returns:
        (H, W) bool by label value; empty when no object is large enough.
    """
    values, counts = np.unique(item.labels[item.labels != 0], return_counts=True)
    values = values[counts > MIN_LABEL_PIXELS]
    if len(values) > most:
        rng = np.random.default_rng([seed, _number(item.case.case_id), item.index])
        values = rng.choice(values, most, replace=False)
    return {int(value): item.labels == value for value in values}


def _number(name: str) -> int:
    """The same whole number for a name on every computer and in every run."""
    return zlib.crc32(name.encode("utf-8"))
