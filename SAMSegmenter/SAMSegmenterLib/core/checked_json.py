"""Values of a JSON text that are checked as they are taken out; every complaint names the place."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from SAMSegmenterLib.core.errors import InputError


class Checked:
    """A value and its place in the text, such as `segments[0].slices[2].plane`.

    Args:
        value: as `json.loads` gives it.
        place: where it stands; empty for the whole text.
        what: what the text is, for messages.
    """

    def __init__(self, value: Any, place: str = "", what: str = "The file") -> None:
        self.value = value
        self.place = place
        self._what = what

    @classmethod
    def parse(cls, text: str, what: str) -> Checked:
        """The whole of a text.

        Raises:
            InputError: not JSON, a name given twice, or a number that is not finite.
        """
        try:
            value = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_once, parse_constant=_refused)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{what} is not valid JSON: {error}.", "Save it again, or correct it by hand.") from error
        return cls(value, "", what)

    def wrong(self, complaint: str) -> InputError:
        """The error that says what is wrong here."""
        at = f" at {self.place}" if self.place else ""
        return InputError(f"{self._what} is wrong{at}: {complaint}.", "Save it again, or correct it by hand.")

    def fields(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> dict[str, Checked]:
        """Members of an object by name; no other names are allowed, and members that are null count as missing."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"an object is expected, not {_said(self.value)}")
        for name in self.value:
            if name not in required and name not in optional:
                raise self.wrong(f"'{name}' is not known")
        present = {name: self._inner(value, f".{name}") for name, value in self.value.items() if value is not None}
        for name in required:
            if name not in present:
                raise self.wrong(f"'{name}' is missing")
        return present

    def items(self) -> Iterator[Checked]:
        """Members of a list."""
        if not isinstance(self.value, list):
            raise self.wrong(f"a list is expected, not {_said(self.value)}")
        return (self._inner(value, f"[{number}]") for number, value in enumerate(self.value))

    def text(self) -> str:
        """A text."""
        if not isinstance(self.value, str):
            raise self.wrong(f"a text is expected, not {_said(self.value)}")
        return self.value

    def flag(self) -> bool:
        """True or false."""
        if not isinstance(self.value, bool):
            raise self.wrong(f"true or false is expected, not {_said(self.value)}")
        return self.value

    def whole(self, low: int = 0, high: int = 2**63 - 1) -> int:
        """A whole number in a range."""
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not low <= self.value <= high:
            raise self.wrong(f"a whole number from {low} to {high} is expected, not {_said(self.value)}")
        return self.value

    def number(self) -> float:
        """A finite number."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.wrong(f"a number is expected, not {_said(self.value)}")
        try:
            value = float(self.value)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise self.wrong("the number is too large")
        return value

    def numbers(self, count: int | None = None) -> list[float]:
        """A list of finite numbers, of a length when one is given."""
        values = [item.number() for item in self.items()]
        if count is not None and len(values) != count:
            raise self.wrong(f"{count} numbers are expected, not {len(values)}")
        return values

    def choice(self, options: tuple[str, ...]) -> str:
        """One of several texts."""
        if self.text() not in options:
            raise self.wrong(f"{_said(self.value)} is none of {', '.join(options)}")
        return self.text()

    def _inner(self, value: Any, step: str) -> Checked:
        return Checked(value, (self.place + step).removeprefix("."), self._what)


def _said(value: Any) -> str:
    """A value in a message, cut short."""
    words = json.dumps(value, ensure_ascii=False)
    return words if len(words) <= 40 else f"{words[:37]}..."


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"'{name}' is given twice")
    return dict(pairs)


def _refused(constant: str) -> None:
    raise ValueError(f"{constant} is not a number")
