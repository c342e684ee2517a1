"""What stands in a row when a distance cannot be measured, and the words that say why."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal, get_args

from SAMSegmenterLib.core.errors import InputError

HdEmpty = Literal["nan", "zero", "diagonal"]
"""Value of a surface distance when one of the two masks is empty.

nan: undefined, left out of means and counted. zero: the best value, as the released code of Huang et al. has it, so
that failed predictions lower the mean. diagonal: the length of the image's diagonal, a penalty for failing.
"""

DEFINED = ""
NO_CANDIDATE = "no candidate"
EMPTY_PREDICTION = "empty prediction"
EMPTY_REFERENCE = "empty reference"
BOTH_EMPTY = "both empty"


def undefined_reason(n_reference: int, n_prediction: int | None) -> str:
    """Why the distances between two masks are undefined.

    Args:
        n_reference: pixels of the reference.
        n_prediction: pixels of the prediction; None when the model offered no mask at all.

    Returns:
        One of this module's reasons; the empty string when the distances are defined.
    """
    if n_prediction is None:
        return NO_CANDIDATE
    if not n_reference:
        return EMPTY_REFERENCE if n_prediction else BOTH_EMPTY
    return DEFINED if n_prediction else EMPTY_PREDICTION


def checked_hd_empty(policy: str) -> HdEmpty:
    """The policy, if it is one.

    Raises:
        InputError: it is not.
    """
    if policy not in get_args(HdEmpty):
        raise InputError(f"hd_empty is one of {', '.join(get_args(HdEmpty))}; got '{policy}'.")
    return policy  # type: ignore[return-value]


def undefined_distance(policy: HdEmpty, shape: Sequence[int], spacing: Sequence[float] | None) -> float:
    """Value of a surface distance when exactly one mask is empty.

    Args:
        policy: what to write.
        shape: the image's shape in pixels.
        spacing: size of a pixel along each axis, in the same order; None when it is unknown.

    Returns:
        NaN, 0, or the diagonal of the image in the unit of the spacing; NaN without spacing.

    Raises:
        InputError: the policy is unknown.
    """
    if checked_hd_empty(policy) == "nan" or spacing is None:
        return math.nan
    if policy == "zero":
        return 0.0
    return math.hypot(*(size * length for size, length in zip(shape, spacing, strict=True)))
