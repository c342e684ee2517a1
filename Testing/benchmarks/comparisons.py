"""Figures beside what they are to be compared with: a time alone says more about the computer than about the code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

RATIO, DIFFERENCE, SHARE, FASTER = "ratio", "difference", "share", "faster"


@dataclass(frozen=True)
class Comparison:
    """One figure and its reference, measured in the same run.

    Args:
        what: that was measured.
        value: in the unit.
        reference: what it is compared with.
        reference_value: in the same unit.
        unit: "ms", "s" or "MB".
        relation: "ratio" (value : reference), "difference" (value - reference), "share" (reference : value), which is
            what is left of a speed, or "faster" (reference : value), which is what was gained.
        aim: in words, empty where there is none.
        apart: the largest difference between what the two give, in words, empty where they give nothing to compare.
    """

    what: str
    value: float
    reference: str
    reference_value: float
    unit: str
    relation: str = RATIO
    aim: str = ""
    apart: str = ""

    def __post_init__(self) -> None:
        if self.relation not in (RATIO, DIFFERENCE, SHARE, FASTER):
            raise ValueError(f"no relation '{self.relation}'")

    @property
    def result(self) -> str:
        """The relation in numbers."""
        if self.relation == DIFFERENCE:
            return f"{self.value - self.reference_value:+.1f} {self.unit}"
        above, below = self.value, self.reference_value
        if self.relation in (SHARE, FASTER):
            above, below = below, above
        if not below:
            return "-"
        suffix = " faster" if self.relation == FASTER else ""
        return f"{100 * above / below:.0f} %" if self.relation == SHARE else f"{above / below:.2f} x{suffix}"

    def to_json(self) -> dict[str, Any]:
        """With the result."""
        return {**asdict(self), "result": self.result}


HEAD = ("what", "measured", "compared with", "measured", "result", "aim", "largest difference")


def comparison_rows(comparisons: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Cells below `HEAD`, of what `to_json` gives."""
    return [
        [
            one["what"],
            f"{_figures(one['value'])} {one['unit']}",
            one["reference"],
            f"{_figures(one['reference_value'])} {one['unit']}",
            one["result"],
            one["aim"],
            one.get("apart", ""),
        ]
        for one in comparisons
    ]


def _figures(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 1 or not value else f"{value:.2g}"
