"""Parameters of propagation from the command line: NAME=VALUE, also within parameters that are groups."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation import PropagationParameters
from SAMSegmenterLib.core.windowing import parse_window

_WORDS = {"none": None, "true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_NOT_GIVEN_HERE = ("axis", "plane", "step_mm", "square_pixels", "stop_marks", "first", "last")


def parameters_from(texts: Sequence[str]) -> PropagationParameters:
    """The default parameters with some of them replaced.

    Args:
        texts: each "name=value"; "group.name=value" within a group.

    Raises:
        InputError: no such parameter, or a value that it cannot have.
    """
    parameters = PropagationParameters()
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            raise InputError(f"'{text}' is not a parameter with a value.", "Write name=value.")
        parameters = _replaced(parameters, name.strip().split("."), value.strip(), text)
    return parameters


def known_parameters(group: Any = None, prefix: str = "") -> list[str]:
    """Names that `parameters_from` takes, in order."""
    group = PropagationParameters() if group is None else group
    found: list[str] = []
    for one in fields(group):
        if not prefix and one.name in _NOT_GIVEN_HERE:
            continue
        value = getattr(group, one.name)
        found += known_parameters(value, f"{prefix}{one.name}.") if _is_group(value) else [prefix + one.name]
    return found


def switched_over() -> list[str]:
    """For every parameter that is on or off, the text that switches it over, such as "points=off"."""
    found = []
    for name in known_parameters():
        value: Any = PropagationParameters()
        for part in name.split("."):
            value = getattr(value, part)
        if isinstance(value, bool):
            found.append(f"{name}={'off' if value else 'on'}")
    return found


def _replaced(group: Any, names: list[str], value: str, text: str) -> Any:
    known = {one.name for one in fields(group)}
    if names[0] not in known or names[0] in _NOT_GIVEN_HERE:
        raise InputError(f"There is no parameter '{'.'.join(names)}' to set.", f"Known are: {_listed()}.")
    before = getattr(group, names[0])
    if _is_group(before) and len(names) == 1:
        raise InputError(f"'{names[0]}' is a group of parameters.", f"Known are: {_listed()}.")
    if not _is_group(before) and len(names) > 1:
        raise InputError(f"'{names[0]}' is no group of parameters.", f"Known are: {_listed()}.")
    after = _replaced(before, names[1:], value, text) if len(names) > 1 else _value(before, value, text)
    try:
        return replace(group, **{names[0]: after})
    except (TypeError, ValueError) as error:
        raise InputError(f"'{text}' does not work: {str(error).rstrip('.')}.", "Choose another value.") from error


def _value(before: Any, text: str, whole: str) -> Any:
    """A value of the kind that the parameter has by default."""
    if hasattr(before, "limits"):
        return parse_window(text)
    if isinstance(before, Enum):
        return _choice(type(before), text)
    word = text.lower()
    value = _WORDS[word] if word in _WORDS else _literal(text)
    if isinstance(before, float) and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    kinds = {bool: bool, int: int, float: float, str: str, tuple: tuple}
    wanted = kinds.get(type(before))
    if wanted is not None and type(value) is not wanted:
        raise InputError(
            f"'{whole}' has the wrong kind of value: by default it is {before!r}.", "Write a value like it."
        )
    return value


def _choice(kind: type[Enum], text: str) -> Enum:
    for one in kind:
        if text in (one.name, str(one.value)):
            return one
    raise InputError(f"There is no '{text}'.", f"Choose one of: {', '.join(str(one.value) for one in kind)}.")


def _literal(text: str) -> Any:
    if text.lower() in ("inf", "infinity"):
        return float("inf")
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _is_group(value: Any) -> bool:
    return is_dataclass(value) and not isinstance(value, type) and not hasattr(value, "limits")


def _listed() -> str:
    return ", ".join(known_parameters())
