"""Colours of structures, the same wherever a structure is shown."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

_FIRST = (
    (0.90, 0.62, 0.00),
    (0.34, 0.71, 0.91),
    (0.00, 0.62, 0.45),
    (0.94, 0.89, 0.26),
    (0.84, 0.37, 0.00),
    (0.80, 0.47, 0.65),
    (0.00, 0.45, 0.70),
)
"""Told apart by people with colour vision deficiency. Source: Okabe & Ito 2008, Color Universal Design."""

_GOLDEN_RATIO = 0.618034


def structure_colours(names: Sequence[str]) -> dict[str, tuple[float, float, float]]:
    """(red, green, blue), 0 to 1, by name; the same names in the same order get the same colours."""
    distinct = list(dict.fromkeys(names))
    return {name: _colour(number) for number, name in enumerate(distinct)}


def _colour(number: int) -> tuple[float, float, float]:
    """The first ones from the list, then hues as far apart as possible."""
    if number < len(_FIRST):
        return _FIRST[number]
    red, green, blue = colorsys.hsv_to_rgb((number * _GOLDEN_RATIO) % 1, 0.6 + 0.2 * (number % 3), 0.95)
    return red, green, blue
