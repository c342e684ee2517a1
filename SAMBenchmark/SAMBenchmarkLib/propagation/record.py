"""The figures of one structure, and how they are stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from SAMBenchmarkLib.propagation.choosing import ChosenPart

OWN = "propagation"


@dataclass(frozen=True)
class About:
    """Which structure.

    Args:
        source: its dataset.
        subject, case: whom and what image it belongs to.
        axis: array axis that slices are stacked along.
        label_value, label, part: the label, and which connected part of it.
        first, last, start: outermost slices, and the one with the box.
        voxels: how many.
        automatic: whether a model made the reference.
    """

    source: str
    subject: str
    case: str
    axis: int
    label_value: int
    label: str
    part: int
    first: int
    last: int
    start: int
    voxels: int
    automatic: bool = False

    @classmethod
    def of(cls, chosen: ChosenPart) -> About:
        """Of a structure that was chosen."""
        case, part = chosen.case, chosen.part
        return cls(
            case.dataset,
            case.subject,
            case.name,
            chosen.axis,
            part.label_value,
            part.name,
            part.number,
            part.first,
            part.last,
            part.start,
            part.voxels,
            case.automatic,
        )

    @property
    def key(self) -> str:
        """The same for the same structure in every run."""
        return f"{self.source}|{self.case}|{self.axis}|{self.label_value}|{self.part}|{self.first}-{self.last}"


@dataclass(frozen=True)
class MethodFigures:
    """How well one method found the structure.

    Args:
        dice: of the volume.
        dice_true_ends: the same when it is told where the structure begins and ends.
        overrun_low, overrun_high: slices beyond the ends; NaN where the volume ends.
        missed: slices of the structure without a mask.
    """

    dice: float
    dice_true_ends: float
    overrun_low: float = math.nan
    overrun_high: float = math.nan
    missed: float = math.nan


@dataclass(frozen=True)
class KeyframeFigures:
    """What two keyframes more, taken from the reference on the worst slices, change.

    Args:
        slices: where they are.
        dice_before, dice_after: of the volume.
        changed_voxels: voxels of keyframes that the result has otherwise.
        between, between_interpolated: Dice of the slices between the outermost keyframes: of propagation, and of
            interpolated signed distances with the same keyframes.
        interpolated: Dice of the volume by interpolation.
        ends_interpolated: Dice of the volume by interpolation of the reference's two end slices.
    """

    slices: tuple[int, ...] = ()
    dice_before: float = math.nan
    dice_after: float = math.nan
    changed_voxels: float = math.nan
    between: float = math.nan
    between_interpolated: float = math.nan
    interpolated: float = math.nan
    ends_interpolated: float = math.nan


@dataclass(frozen=True)
class TrustFigures:
    """How far slice confidence can be trusted.

    Args:
        spearman: of slice confidence and slice Dice over the slices that count, without the first one.
        flagged_among_worst: 1 when the slice of lowest confidence is in the worst fifth, else 0.
    """

    spearman: float = math.nan
    flagged_among_worst: float = math.nan


@dataclass(frozen=True)
class CostFigures:
    """What propagation asked of the model.

    Args:
        visited: slices visited.
        encodes, decodes: images encoded and sets of prompts decoded.
        seconds: the model's part at the mean times of this run, and the rest.
        model_seconds: the model's part alone.
    """

    visited: int = 0
    encodes: int = 0
    decodes: int = 0
    seconds: float = math.nan
    model_seconds: float = math.nan


@dataclass(frozen=True)
class Record:
    """All figures of one structure.

    Args:
        about: which.
        seed_dice: Dice of the first slice.
        methods: by name; `OWN` is propagation.
        keyframes, trust, cost: of propagation.
        ends: why it ended, in words: downwards, upwards.
        failure: why nothing could be measured; empty when it was.
    """

    about: About
    seed_dice: float = math.nan
    methods: Mapping[str, MethodFigures] = field(default_factory=dict)
    keyframes: KeyframeFigures = KeyframeFigures()
    trust: TrustFigures = TrustFigures()
    cost: CostFigures = CostFigures()
    ends: tuple[str, str] = ("", "")
    failure: str = ""

    @property
    def chosen(self) -> float:
        """Dice of propagation; NaN where it was not run."""
        return self.dice(OWN)

    def dice(self, method: str) -> float:
        """Dice of a method; NaN where it was not run."""
        return self.methods[method].dice if method in self.methods else math.nan

    def dice_true_ends(self, method: str) -> float:
        """Dice of a method that was told the ends; NaN where it was not run."""
        return self.methods[method].dice_true_ends if method in self.methods else math.nan

    def to_json(self) -> dict[str, Any]:
        """Plain values; undefined ones are None."""
        return _plain(asdict(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Record:
        """Inverse of `to_json`.

        Raises:
            KeyError, TypeError: it is something else.
        """
        methods = {name: _rebuilt(MethodFigures, values) for name, values in data["methods"].items()}
        parts = {
            name: _rebuilt(kind, data[name])
            for name, kind in (("keyframes", KeyframeFigures), ("trust", TrustFigures), ("cost", CostFigures))
        }
        seed = math.nan if data["seed_dice"] is None else float(data["seed_dice"])
        ends = (str(data["ends"][0]), str(data["ends"][1]))
        return cls(About(**data["about"]), seed, methods, **parts, ends=ends, failure=str(data["failure"]))

    def flat(self) -> dict[str, Any]:
        """One row of a table: everything, by column; undefined values are empty."""
        row: dict[str, Any] = {**asdict(self.about), "seed_dice": self.seed_dice}
        for part in (self.keyframes, self.trust, self.cost):
            row |= asdict(part)
        row |= {
            "slices": " ".join(map(str, self.keyframes.slices)),
            "ended_low": self.ends[0],
            "ended_high": self.ends[1],
        }
        row["failure"] = self.failure
        for name, figures in self.methods.items():
            row |= {f"{name}: {column}": value for column, value in asdict(figures).items()}
        return {name: "" if isinstance(value, float) and math.isnan(value) else value for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _rebuilt(kind: type, values: Mapping[str, Any]) -> Any:
    known = {one.name for one in fields(kind)}
    if set(values) != known:
        raise KeyError(f"{kind.__name__} has other figures")
    given = {name: math.nan if value is None else value for name, value in values.items()}
    if "slices" in given:
        given["slices"] = tuple(given["slices"])
    return kind(**given)
