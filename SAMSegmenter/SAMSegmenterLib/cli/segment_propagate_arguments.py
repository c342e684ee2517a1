"""The options of `sam-segment --propagate`: how far, how, and what is told about the slices."""

from __future__ import annotations

import argparse
import dataclasses
import math
import re
import typing
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation import PropagationParameters

_NEED_PROPAGATE = ("keyframes", "range", "stop_at", "step", "tune", "confidence_table", "picture")
_SET_ELSEWHERE = {"axis", "plane", "step_mm", "square_pixels", "first", "last", "stop_marks", "window"}
_WORDS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


def add_propagation_arguments(group: argparse._ArgumentGroup) -> None:
    """Add the options to a group of their own."""
    add = group.add_argument
    add(
        "--propagate",
        action="store_true",
        help="carry the masks of the prompted slices through the volume, both ways, until the structures end",
    )
    add("--keyframes", metavar="N,N", help="with --refine: slices whose masks are right, and are carried from")
    add(
        "--range",
        metavar="FIRST:LAST",
        help="visit these slices alone, numbered from 0; one side may be left out (tilted slices are numbered from the "
        "first with prompts, as in --range=-9:20)",
    )
    add(
        "--stop-at",
        action="append",
        metavar="SEGMENT=N",
        help="a slice that a structure does not reach, as known beforehand; may be given several times",
    )
    add("--step", type=float, metavar="MM", help="distance of tilted slices (the smallest spacing of the volume)")
    defaults = ", ".join(f"{name}={_as_text(value)}" for name, value in tunable().items())
    add("--tune", action="append", metavar="NAME=VALUE", help=f"how masks travel; may be repeated: {defaults}")
    add(
        "--confidence-table",
        metavar="FILE",
        help="write a table (.tsv): every slice with its confidence, and the prompts that were carried there",
    )
    add("--picture", metavar="FILE", help="write a picture (.png): the least certain slices with their outlines")


def check_propagation_arguments(given: argparse.Namespace, mode: str) -> None:
    """Refuse options that do nothing with or without `--propagate`.

    Raises:
        InputError: such an option was given, or keyframes are missing.
    """
    if not given.propagate:
        for name in _NEED_PROPAGATE:
            if getattr(given, name) is not None:
                raise InputError(f"{_option(name)} does nothing without --propagate.", "Leave it out, or add that.")
        return
    if given.overlap:
        raise InputError(
            "--overlap does nothing with --propagate: structures that travel together do not overlap.", "Leave it out."
        )
    if mode == "refine":
        _check_refine(given)
    if given.step is not None and not (math.isfinite(given.step) and given.step > 0):
        raise InputError(f"Slices lie more than 0 mm apart; got {given.step}.", "Leave --step out.")


def tunable() -> dict[str, Any]:
    """Parameters that a user may set by name, and their defaults."""
    fields = [field for field in dataclasses.fields(PropagationParameters) if field.name not in _SET_ELSEWHERE]
    plain = (bool, int, float, str, type(None))
    return {field.name: field.default for field in fields if type(field.default) in plain}


def tuned(texts: list[str] | None) -> dict[str, Any]:
    """Parameters that were given as "name=value".

    Raises:
        InputError: no such parameter, or a value of another kind.
    """
    found = {}
    for text in texts or ():
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--tune takes NAME=VALUE; got '{text}'.", f"Choose from: {', '.join(tunable())}.")
        name = check_tunable(name.strip().replace("-", "_"))
        found[name] = _value_of(name, value.strip())
    return found


def check_tunable(name: str) -> str:
    """The name of a parameter, which exists.

    Raises:
        InputError: there is none of that name.
    """
    if name not in tunable():
        raise InputError(f"Propagation has no parameter '{name}'.", f"Choose from: {', '.join(tunable())}.")
    return name


def kinds_of(name: str) -> tuple[type, ...]:
    """Types that a parameter's value may have; a whole number serves where another number is asked for."""
    hint = typing.get_type_hints(PropagationParameters)[name]
    kinds = typing.get_args(hint) or (hint,)
    return (*kinds, int) if float in kinds else tuple(kinds)


def range_of(text: str | None) -> tuple[int | None, int | None]:
    """First and last slice of "FIRST:LAST"; None where a side is left out.

    Raises:
        InputError: it is no such text, or ends before it begins.
    """
    if text is None:
        return None, None
    found = re.fullmatch(r"\s*(-?\d+)?\s*:\s*(-?\d+)?\s*", text)
    if found is None:
        raise InputError(f"--range takes FIRST:LAST; got '{text}'.", "Two slice numbers, as in --range 10:60.")
    first, last = (None if side is None else int(side) for side in found.groups())
    if first is not None and last is not None and first > last:
        raise InputError(f"The range {text} ends before it begins.", f"Write --range {last}:{first}.")
    return first, last


def stops_of(texts: list[str] | None) -> dict[str, list[int]]:
    """Slices that structures do not reach, by the structure's name or id.

    Raises:
        InputError: a text is not "SEGMENT=N".
    """
    found: dict[str, list[int]] = {}
    for text in texts or ():
        segment, _, number = text.rpartition("=")
        if not segment.strip() or not re.fullmatch(r"\s*-?\d+\s*", number):
            raise InputError(f"--stop-at takes SEGMENT=N; got '{text}'.", "As in --stop-at liver=12.")
        found.setdefault(segment.strip(), []).append(int(number))
    return found


def slices_of(text: str) -> list[int]:
    """Slice numbers of "12,40".

    Raises:
        InputError: it is no such list.
    """
    if not re.fullmatch(r"\s*\d+\s*(,\s*\d+\s*)*", text):
        raise InputError(f"--keyframes takes slice numbers; got '{text}'.", "As in --keyframes 12,40.")
    return sorted({int(number) for number in text.split(",")})


def _check_refine(given: argparse.Namespace) -> None:
    if given.keyframes is None:
        raise InputError(
            "It is not said which slices of the segmentation are to be carried.",
            "Name those whose masks are right, as in --keyframes 12,40.",
        )
    slices_of(given.keyframes)
    for name in ("refine_with", "each_part", "margin"):
        if getattr(given, name) not in (None, False):
            raise InputError(
                f"{_option(name)} does nothing with --propagate: the masks are taken as they are.", "Leave it out."
            )


def _value_of(name: str, text: str) -> Any:
    """A value of the parameter's own kind."""
    kinds = kinds_of(name)
    if type(None) in kinds and text.lower() == "none":
        return None
    if bool in kinds and text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for kind in (int, float, str):
        if kind in kinds:
            try:
                return kind(text)
            except ValueError:
                continue
    raise InputError(
        f"The parameter '{name}' cannot be '{text}'.", f"It is {_as_text(tunable()[name])} when nothing is said."
    )


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else f"{value}"


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
