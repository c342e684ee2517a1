"""Classical methods in the tables of a run: what they are called there, and whose prompts they get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts

CLASSICAL = {
    "ellipse": "S5",
    "Otsu": "S5",
    "GrabCut": "S5",
    "region growing": "S2",
    "flood fill": "S2",
    "random walker": "S4",
}
"""Strategy of a method's rows -> the strategy whose prompts it gets, so that the two can be compared."""

ClassicalMethod = Callable[[Rgb8, Prompts], Mask]
"""Image as the model sees it, (H, W, 3), and prompts -> mask (H, W)."""

CorrectionEffort = Callable[[Mask, Mask], float]
"""Prediction and reference -> points and regions that a person would have to correct."""


@dataclass(frozen=True)
class Adapters:
    """What needs packages that this layer does without.

    Args:
        methods: strategy name of a classical method -> the method; all that the options name.
        correction_effort: None where the options do not ask for it.
    """

    methods: Mapping[str, ClassicalMethod] = field(default_factory=dict)
    correction_effort: CorrectionEffort | None = None


def option_name(name: str) -> str:
    """A method as it is written on the command line: "region-growing"."""
    return name.lower().replace(" ", "-")


def methods_named(words: tuple[str, ...]) -> tuple[str, ...]:
    """Methods in the order of the tables, from names as people write them; "all" is every one.

    Raises:
        InputError: there is no such method, or one is named twice.
    """
    plain = [option_name(word.replace("_", " ")) for word in words]
    known = {option_name(name): name for name in CLASSICAL}
    if plain == ["all"]:
        return tuple(CLASSICAL)
    unknown = [word for word in plain if word not in known]
    if unknown:
        raise InputError(f"There is no classical method '{unknown[0]}'.", f"Choose from: {', '.join(known)}, or all.")
    if len(set(plain)) != len(plain):
        raise InputError("A classical method is named twice.", "Name each method once.")
    return tuple(name for name in CLASSICAL if option_name(name) in plain)
