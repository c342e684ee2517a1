"""What is measured: the objects of a label slice, and which slices of a volume are looked at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.regions import bounding_region
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError

SliceFilter = Literal["pixel_count", "value_sum"]

FRAGMENTED_BELOW = 0.5
"""An object is fragmented when its largest 8-connected part holds less than this share of it."""

MOST_COUNTED_DIRECTLY = 1 << 20
"""Label values below this are counted in a table; larger and negative ones are sorted."""


@dataclass(frozen=True, eq=False)
class SliceObject:
    """One label value in one slice.

    Args:
        label_value: value in the label image, never 0.
        mask: (H, W) boolean.
        pixel_count: number of pixels.
        fragmented: True when no 8-connected part holds half of the object.
    """

    label_value: int
    mask: Mask
    pixel_count: int
    fragmented: bool


def object_counts(
    label_slice: np.ndarray, min_object_pixels: int = 50, rule: SliceFilter = "pixel_count"
) -> dict[int, int]:
    """Pixels of each object of a label slice that is large enough to score.

    Args:
        label_slice: (H, W) label values, whole numbers; 0 is background and every other value an object.
        min_object_pixels: objects must have *more* pixels than this.
        rule: `pixel_count` compares each object's pixels; `value_sum` compares the sum of all label values of the
            slice and then keeps every object, as the text of the paper says.

    Returns:
        Pixel counts by rising label value; empty when none is large enough.

    Raises:
        InputError: the slice is not two-dimensional or holds fractions, or the rule is unknown.

    Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061, data preparation.
    """
    labels = _whole_numbers(label_slice)
    if rule not in get_args(SliceFilter):
        raise InputError(f"Unknown slice filter '{rule}'.", f"Choose one of {', '.join(get_args(SliceFilter))}.")
    counts = _value_counts(labels)
    if rule == "pixel_count":
        return {value: count for value, count in counts.items() if count > min_object_pixels}
    return counts if sum(value * count for value, count in counts.items()) > min_object_pixels else {}


def slice_objects(
    label_slice: np.ndarray, min_object_pixels: int = 50, rule: SliceFilter = "pixel_count"
) -> list[SliceObject]:
    """Objects of a label slice that are large enough to score.

    Args:
        label_slice, min_object_pixels, rule: see `object_counts`.

    Returns:
        Objects by rising label value; empty when none is large enough.

    Raises:
        InputError: see `object_counts`.
    """
    labels = np.asarray(label_slice)
    return [
        SliceObject(value, mask := labels == value, count, is_fragmented(mask))
        for value, count in object_counts(labels, min_object_pixels, rule).items()
    ]


def spread(indices: Sequence[int], count: int) -> list[int]:
    """Evenly spread choice: the middle of each of `count` equal stretches, so that the thin ends count no more.

    Args:
        indices: what to choose from, in order.
        count: how many to choose, 1 or more.

    Returns:
        `count` of the indices in their order, all of them when there are fewer.

    Raises:
        InputError: the count is below 1.
    """
    _at_least_one(count, "number of slices")
    if count >= len(indices):
        return list(indices)
    return [indices[(2 * part + 1) * len(indices) // (2 * count)] for part in range(count)]


def fair_shares(slices_of: Mapping[Any, Sequence[int]], count: int) -> list[int]:
    """At most `count` slices, spread so that every structure gets its share; one that fills few slices is not missed.

    The rarest structure chooses first; a slice that also shows a commoner one counts for that, too.

    Args:
        slices_of: structure -> indices of the slices that show it, in order.
        count: how many to choose, 1 or more.

    Returns:
        Indices by rising number.

    Raises:
        InputError: the count is below 1.
    """
    _at_least_one(count, "number of slices")
    chosen: set[int] = set()
    rarest_first = sorted(slices_of.values(), key=len)
    for place, slices in enumerate(rarest_first):
        free, waiting = count - len(chosen), len(rarest_first) - place
        others = [index for index in slices if index not in chosen]
        wanted = min(free, -(-count // len(rarest_first)) if waiting > 1 else free)
        if wanted > 0 and others:
            chosen.update(spread(others, wanted))
    return sorted(chosen)


def every(indices: Sequence[int], stride: int) -> list[int]:
    """The first of the indices and every `stride`-th after it.

    Raises:
        InputError: the stride is below 1.
    """
    _at_least_one(stride, "stride")
    return list(indices[::stride])


def is_fragmented(mask: Mask) -> bool:
    """True when the largest 8-connected part of a mask holds less than half of it; False when the mask is empty."""
    return largest_part_share(mask) < FRAGMENTED_BELOW


def largest_part_share(mask: Mask) -> float:
    """Share of a mask's pixels that lies in its largest 8-connected part, above 0 to 1; NaN when the mask is empty."""
    region = bounding_region(mask)
    if region is None:
        return math.nan
    parts, _count = ndimage.label(mask[region], structure=np.ones((3, 3), bool))
    sizes = np.bincount(parts.ravel())[1:]
    return float(sizes.max() / sizes.sum())


def _value_counts(labels: np.ndarray) -> dict[int, int]:
    """Pixels of every value but 0, by rising value."""
    if labels.size and labels.min() >= 0 and labels.max() < MOST_COUNTED_DIRECTLY:
        counts = np.bincount(labels.ravel().astype(np.intp))  # no sorting: far faster than np.unique
        return {int(value): int(counts[value]) for value in np.flatnonzero(counts) if value}
    values, counts = np.unique(labels, return_counts=True)
    return {int(value): int(count) for value, count in zip(values, counts, strict=True) if value}


def _whole_numbers(label_slice: np.ndarray) -> np.ndarray:
    labels = np.asarray(label_slice)
    if labels.ndim != 2:
        raise InputError(f"A label slice has two dimensions (rows, columns), got shape {labels.shape}.")
    if labels.dtype.kind in "iu":
        return labels
    if labels.dtype.kind == "b":
        return labels.astype(np.uint8)
    if labels.dtype.kind != "f" or not np.isfinite(labels).all() or not np.array_equal(labels, np.round(labels)):
        raise InputError(
            "The labels are not whole numbers.", "Export the segmentation as a labelmap, without interpolation."
        )
    return labels.astype(np.int64)


def _at_least_one(number: int, name: str) -> None:
    if number < 1:
        raise InputError(f"The {name} is 1 or more, got {number}.")
