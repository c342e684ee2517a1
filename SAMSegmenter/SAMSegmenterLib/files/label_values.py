"""Checks that an array holds labels, and the way from coloured pictures to label values."""

from __future__ import annotations

import numpy as np

from SAMSegmenterLib.core.errors import InputError

MOST_VALUES = 4096
MOST_COLOURS = 64
_USUAL_VALUES = 64  # fewer pass whatever they look like
_MOST_THAT_DIFFER = 0.6  # share of neighbours; labels of cells 5 pixels wide have 0.4, images of tissue over 0.8
_SAMPLES = 4_000_000  # enough pixels to tell labels from an image
_TABLE = 1 << 24  # largest range of values that is counted by table instead of by sorting


def as_labels(array: np.ndarray, name: str) -> np.ndarray:
    """Integer labels (K, J, I).

    Args:
        array: any number type; floating point must hold whole numbers.
        name: of the file, for messages.

    Returns:
        uint8, uint16 or int32, the smallest that holds the values.

    Raises:
        InputError: fractions, NaN, negative values, or more different values than labels have.
    """
    if np.issubdtype(array.dtype, np.floating):
        if not np.isfinite(array).all() or (array != np.rint(array)).any():
            raise InputError(
                f"{name} holds fractions; it looks like an image or a probability map, not like labels.",
                "Choose the label file; threshold a probability map first.",
            )
        if array.max(initial=0) > np.iinfo(np.int32).max:
            raise InputError(f"{name} holds values up to {array.max():g}.", "Choose a label file with small values.")
        array = array.astype(np.int64)
    low, high = int(array.min()), int(array.max())
    if low < 0:
        raise InputError(
            f"{name} holds negative values (down to {low}); labels start at 0, the background.",
            "An image may have been chosen as labels; otherwise set the negative values to 0.",
        )
    if high > np.iinfo(np.int32).max:
        raise InputError(f"{name} holds values up to {high}.", "Choose a label file with small values.")
    array = array.astype(np.uint8 if high < 256 else np.uint16 if high < 65536 else np.int32, copy=False)
    count = len(values_in(array))
    if count > MOST_VALUES or (count > _USUAL_VALUES and _neighbours_that_differ(array) > _MOST_THAT_DIFFER):
        raise InputError(
            f"{name} holds {count} different values; it looks like an image, not like labels.",
            "Check that volume and labels were not exchanged.",
        )
    return array


def _neighbours_that_differ(array: np.ndarray) -> float:
    """Share of pixels in a structure (0 to 1) whose neighbour in the row is of another value."""
    sample = array[:: max(1, array.size // _SAMPLES)]
    left, right = sample[..., :-1], sample[..., 1:]
    inside = (left != 0) | (right != 0)
    return float(np.count_nonzero(left != right) / max(1, np.count_nonzero(inside)))


def values_in(array: np.ndarray) -> list[int]:
    """Values other than 0 that occur in an array of labels, from small to large."""
    if int(array.max()) < _TABLE:
        return [int(value) for value in np.flatnonzero(np.bincount(array.reshape(-1))) if value]
    return [int(value) for value in np.unique(array) if value]


def labels_of_colours(array: np.ndarray, name: str) -> tuple[np.ndarray, dict[int, str]]:
    """Labels of a colour picture: grey ones by their value, coloured ones numbered from 1 in the order of their code.

    Args:
        array: (K, J, I, 3 or 4); alpha is not looked at.

    Returns:
        (K, J, I) labels, 0 where the colour is black, and names of the values: "#rrggbb", none for grey pictures.

    Raises:
        InputError: more colours than labels have, as photographs do.
    """
    rgb = array[..., :3]
    if (rgb == rgb[..., :1]).all():
        return np.ascontiguousarray(rgb[..., 0]), {}
    if rgb.dtype != np.uint8:
        raise InputError(f"{name} holds colours of 16 bits.", "Save the labels as grey values or 8-bit colours.")
    codes = (rgb.astype(np.int32) * np.array([65536, 256, 1], np.int32)).sum(axis=-1, dtype=np.int32)
    colours = np.unique(codes)
    foreground = colours[colours != 0]
    if len(foreground) > MOST_COLOURS:
        raise InputError(
            f"{name} holds {len(foreground)} colours; it looks like a photograph, not like labels.",
            "Check that image and labels were not exchanged, and that the labels were saved without smoothing.",
        )
    labels = np.searchsorted(foreground, codes).astype(np.uint8) + np.uint8(1)
    labels[codes == 0] = 0
    return labels, {number: f"#{code:06x}" for number, code in enumerate(foreground.tolist(), 1)}
