"""Stands for PythonQt's check of arguments: a call that fits no C++ signature raises ValueError."""

from __future__ import annotations

from typing import Any


def check(function: str, *pairs: tuple[Any, type | tuple[type, ...]], none_allowed: bool = True) -> None:
    """Arguments have their types, or are None where C++ takes a pointer.

    Raises:
        ValueError: one does not fit.
    """
    for value, kind in pairs:
        if not (isinstance(value, kind) or (value is None and none_allowed)):
            raise ValueError(f"Called {function} with wrong arguments: {value!r}")
