"""Phantoms that masks are carried through, and what is looked at of the results."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.propagation import (
    PropagationParameters,
    latest,
    propagate,
)
from support.fake_predictor import ThresholdPredictor
from support.phantoms import BACKGROUND, FIRST, SECOND

SHAPE = (14, 32, 36)
PART = (slice(8, 20), slice(10, 24))
"""Rows and columns of a box in a slice."""

INSIDE = {"first": 3, "last": 10}
"""The range of slices that show the structure, for tests that ask nothing about its ends."""


def phantom(*parts, shape=SHAPE, **more):
    """A volume with structures (slices, rows, columns, intensity), later ones over earlier ones."""
    array = np.full(shape, BACKGROUND, np.uint8)
    for slices, rows, columns, value in parts:
        for k in slices:
            array[k, rows, columns] = value
    return Volume(array, **more)


def run(volume, keyframes, predictor=None, should_stop=lambda: False, around=None, settled=None, **parameters):
    """All results of a propagation."""
    told = PropagationParameters(**{"square_pixels": False, **parameters})
    return list(propagate(volume, keyframes, predictor or ThresholdPredictor(), told, should_stop, around, settled))


def one_box(slices=range(3, 11), **more):
    volume = phantom((slices, *PART, FIRST), **more)
    return volume, volume.array == FIRST


def found(results, segment="a"):
    """Slices that count and are not empty: index -> mask."""
    held = latest(results).get(segment, {})
    return {index: one.mask for index, one in held.items() if one.final and one.mask.any()}


def volume_of(results, shape, segment="a"):
    mask = np.zeros(shape, bool)
    for index, one in found(results, segment).items():
        mask[index] = one
    return mask


def overlap(first, second):
    return 2 * np.count_nonzero(first & second) / max(1, np.count_nonzero(first) + np.count_nonzero(second))


def told(results):
    """Everything that results say, so that two runs can be compared to the last bit."""

    def prompts(one):
        if one is None:
            return None
        prior = None if one.mask_prior is None else one.mask_prior.tobytes()
        return one.points.tobytes(), one.labels.tobytes(), None if one.box is None else one.box.tobytes(), prior

    return [
        (
            r.segment, r.index, r.plane, r.mask.tobytes(), prompts(r.prompts), r.slice_confidence, r.final,
            r.stop_reason, r.origin, r.direction,
        )
        for r in results
    ]  # fmt: skip


def two_boxes():
    """A volume with two boxes, and labels of the slices that show them."""
    volume = phantom((range(3, 11), PART[0], slice(4, 16), FIRST), (range(3, 11), PART[0], slice(16, 30), SECOND))
    labels = np.where(volume.array[6] == FIRST, 1, np.where(volume.array[6] == SECOND, 2, 0))
    return volume, labels


def assert_apart(results):
    """No pixel belongs to two segments."""
    held = latest(results)
    for index in {index for by_index in held.values() for index in by_index}:
        masks = [by_index[index].mask for by_index in held.values() if index in by_index and by_index[index].final]
        assert np.sum(masks, axis=0).max(initial=0) <= 1, f"slice {index}"
