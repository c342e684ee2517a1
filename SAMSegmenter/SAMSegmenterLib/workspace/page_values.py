"""Values that come from a browser, checked before they are used."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.pictures import Colour

_LONGEST_PATH = 20000


def place(event: Mapping[str, Any], name: str) -> tuple[float, float]:
    """A place (u, v) of a view.

    Raises:
        InputError: there is none, as for all functions here.
    """
    try:
        return _pair(event[name])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The page sent no usable place.", "Reload the page.") from error


def path(event: Mapping[str, Any], name: str) -> list[tuple[float, float]]:
    """Places along a line, at least one."""
    try:
        places = [_pair(one) for one in event[name]]
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The page sent no usable line.", "Reload the page.") from error
    if not 1 <= len(places) <= _LONGEST_PATH:
        raise InputError("The page sent no usable line.", "Draw a shorter one.")
    return places


def number(event: Mapping[str, Any], name: str) -> float:
    """A number, which is finite."""
    try:
        value = float(event[name])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError("The page sent no usable number.", "Reload the page.") from error
    if not math.isfinite(value):
        raise InputError("The page sent no usable number.", "Reload the page.")
    return value


def label(event: Mapping[str, Any]) -> int | None:
    """What a mark says: 1 inside, 0 outside, None as chosen."""
    given = event.get("label")
    return None if given is None else int(bool(given))


def colour(text: Any) -> Colour:
    """A colour as `#rrggbb`."""
    try:
        if not (isinstance(text, str) and len(text) == 7 and text[0] == "#"):
            raise ValueError(text)
        red, green, blue = (int(text[n : n + 2], 16) / 255 for n in (1, 3, 5))
    except ValueError as error:
        raise InputError("The page sent no usable colour.", "Choose another one.") from error
    return red, green, blue


def _pair(given: Any) -> tuple[float, float]:
    u, v = given
    return float(u), float(v)
