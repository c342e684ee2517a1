"""Every choice of a run: its default, its range, and the hash that keeps rows of different choices apart."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from SAMBenchmarkLib.core.classical import CLASSICAL, methods_named
from SAMBenchmarkLib.core.protocols.settings import (
    PROTOCOL_TITLES,
    SETTING_NAMES,
    ProtocolSettings,
    check_bases,
    check_protocols,
)
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import PLANES
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.windowing import parse_window

PROTOCOL_VERSION = 2
"""Raise it whenever the same options give other rows: old rows are then never mixed with new ones."""

STRATEGIES = ("S1", "S2", "S3", "S4", "S5", "S6")
"""Of models that take prompts. Source: Huang et al. 2024."""

PROMPTLESS = "S0"
"""The strategy of models that were trained without prompts. Source: Shi et al. 2023."""

ALL_STRATEGIES = (PROMPTLESS, *STRATEGIES)
STRATEGY_TITLES = {
    "S0": "no prompt",
    "S1": "everything",
    "S2": "1 point",
    "S3": "5 points",
    "S4": "5 + 5 points",
    "S5": "box",
    "S6": "box + point",
}
STRATEGY_TITLES |= {name: STRATEGY_TITLES[prompts] for name, prompts in CLASSICAL.items()}
"""What was prompted, of strategies and of classical methods."""

TABLE_ORDER = (*ALL_STRATEGIES, *CLASSICAL)
"""How all tables list strategies and classical methods; others follow by name."""

SELECTIONS = ("oracle", "predicted_iou", "first")
SELECTION_TITLES = {
    "oracle": "oracle (best Dice against the reference)",
    "predicted_iou": "predicted IoU (as in use)",
    "first": "first candidate",
}

PRESETS: dict[str, dict[str, Any]] = {
    "paper": {"encode_clip": False, "com_must_be_inside": True, "s2_outside": "mid", "hd_empty": "nan"},
    "authors_code": {"encode_clip": True, "com_must_be_inside": False, "s2_outside": "first", "hd_empty": "zero"},
}
"""What the two presets decide; any of these can be set by itself. Source: protocols of Huang et al. 2024."""

_CHOICES = {
    "preset": tuple(PRESETS),
    "plane": ("auto", *PLANES),
    "slice_filter": ("pixel_count", "value_sum"),
    "minmax_scope": ("slice", "volume"),
    "s2_outside": ("mid", "first"),
    "hd_empty": ("nan", "zero", "diagonal"),
}
_LEAST = {"stride": 1, "max_slices": 0, "min_object_pixels": 0, "timing_repeats": 0, "fourier_patience": 1}


@dataclass(frozen=True)
class BenchmarkOptions:
    """Options of a run. Those that are None follow the preset or the model; `resolved` or `for_model` fills them in.

    Args:
        strategies: which of S1-S6, or S0 for a promptless model; None takes all that suit the model, an empty tuple
            none: protocols alone.
        structures: names of the structures to evaluate, in capital letters or not; those joined by a plus sign count as
            one. Empty for all of the reference.
        selections: which rules choose one of the candidate masks; each gives rows of its own.
        preset: "paper" (as the paper says) or "authors_code" (as the released code runs, with its defects).
        plane: "auto" (normal along the largest spacing), "axial", "sagittal" or "coronal".
        stride: every n-th of the slices that show an object.
        max_slices: at most so many slices per volume, spread so that every structure gets its share; 0 for all.
        min_object_pixels: an object counts when it has more pixels than this.
        slice_filter: "pixel_count" counts pixels per label, "value_sum" adds up label values per slice.
        window: intensities shown to the model, see `windowing.parse_window`.
        minmax_scope: whether the window's limits are found per "slice" or per "volume".
        encode_clip: the percentile clip of the released code before encoding.
        com_must_be_inside: use the centre of mass as a point only when it lies in the object.
        s2_outside: the single point when the centre lies outside: "mid" or "first" pixel in row order.
        hd_empty: Hausdorff distance of an empty prediction: "nan" (counted), "zero" or the slice's "diagonal".
        points_per_side: side of S1's point grid.
        surface_tolerance_mm: tolerance of the surface Dice.
        seed: of everything random; each object derives its own.
        timing_repeats: repetitions of the timing table (median); 0 leaves it out.
        protocols: names of protocols that are evaluated besides the strategies.
        protocol_settings: what those leave open; without protocols it decides nothing.
        baselines: classical methods that get the same prompts, in the same tables.
        correction_effort: count what a person would have to correct (HCE).
        fourier_patience: how many small changes in a row end the search for the elliptic Fourier order.
    """

    strategies: tuple[str, ...] | None = None
    selections: tuple[str, ...] = ("oracle", "predicted_iou")
    preset: str = "paper"
    plane: str = "auto"
    stride: int = 1
    max_slices: int = 0
    min_object_pixels: int = 50
    slice_filter: str = "pixel_count"
    window: str = "minmax"
    minmax_scope: str = "slice"
    encode_clip: bool | None = None
    com_must_be_inside: bool | None = None
    s2_outside: str | None = None
    hd_empty: str | None = None
    points_per_side: int = 32
    surface_tolerance_mm: float = 1.0
    seed: int = 1
    timing_repeats: int = 20
    structures: tuple[str, ...] = ()
    protocols: tuple[str, ...] = ()
    protocol_settings: ProtocolSettings = field(default_factory=ProtocolSettings)
    baselines: tuple[str, ...] = ()
    correction_effort: bool = False
    fourier_patience: int = 1

    def __post_init__(self) -> None:
        if self.strategies:
            _check_names("strategy", self.strategies, ALL_STRATEGIES)
        elif self.strategies is not None and not self.protocols:
            raise InputError(
                "Neither a strategy nor a protocol is to be evaluated.",
                f"Choose from {', '.join(ALL_STRATEGIES)}, or name protocols.",
            )
        _check_names("mask selection", self.selections, SELECTIONS)
        for name, choices in _CHOICES.items():
            value = getattr(self, name)
            if value is not None and value not in choices:
                raise InputError(
                    f"The option '{name.replace('_', ' ')}' has no choice '{value}'.",
                    f"Choose one of: {', '.join(choices)}.",
                )
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise InputError(f"{name} is {least} or more; got {getattr(self, name)}.")
        if not 1 <= self.points_per_side <= 256:
            raise InputError(f"points_per_side goes from 1 to 256; got {self.points_per_side}.")
        if not self.surface_tolerance_mm >= 0:
            raise InputError(f"surface_tolerance_mm is 0 or more; got {self.surface_tolerance_mm}.")
        if not all(entry.strip(" +") for entry in self.structures):
            raise InputError(
                "A structure has no name.", 'Name structures as in "liver" or "left kidney + right kidney".'
            )
        parse_window(self.window)
        check_protocols(self.protocols)
        object.__setattr__(self, "baselines", methods_named(self.baselines))

    def resolved(self) -> BenchmarkOptions:
        """The same options with the preset's choices filled in, and the strategies of models that take prompts."""
        chosen = {name: value for name, value in PRESETS[self.preset].items() if getattr(self, name) is None}
        if self.strategies is None:
            chosen["strategies"] = STRATEGIES
        if self.protocols:
            chosen["protocols"] = tuple(name for name in PROTOCOL_TITLES if name in self.protocols)
            chosen["protocol_settings"] = self.protocol_settings.resolved(self.preset)
        return replace(self, **chosen)

    def for_model(self, spec: ModelSpec) -> BenchmarkOptions:
        """The same options, resolved, with the strategies that suit a model where none are named.

        Raises:
            InputError: a strategy or a protocol is named that does not suit the model, or a protocol lacks the strategy
                that it varies.
        """
        suiting = suiting_strategies(spec)
        strategies = suiting if self.strategies is None else self.strategies
        unsuited = [name for name in strategies if name not in suiting]
        if unsuited:
            kind = "was trained without prompts and takes none" if spec.promptless else "needs prompts"
            raise InputError(
                f"Model '{spec.name}' {kind}, so strategy {unsuited[0]} ({STRATEGY_TITLES[unsuited[0]]}) cannot be "
                "evaluated with it.",
                f"Choose from {', '.join(suiting)}, or choose another model.",
            )
        if self.protocols and spec.promptless:
            raise InputError(
                f"Model '{spec.name}' takes no prompts, so protocol {self.protocols[0]} cannot be evaluated with it.",
                "Leave out the protocols, or choose another model.",
            )
        check_bases(self.protocols, strategies)
        return replace(self, strategies=strategies).resolved()

    def to_json(self) -> dict[str, Any]:
        """All resolved values, ready for JSON; protocols and their settings only where there are protocols."""
        values = asdict(self.resolved())
        settings = values.pop("protocol_settings")
        if not self.protocols:
            del values["protocols"]
        else:
            values |= settings
        return {name: list(v) if isinstance(v, tuple) else v for name, v in values.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BenchmarkOptions:
        """Inverse of `to_json`; unknown names are an InputError."""
        own = {field.name for field in fields(cls)} - {"protocol_settings"}
        unknown = set(data) - own - set(SETTING_NAMES)
        if unknown:
            raise InputError(f"Unknown options: {', '.join(sorted(unknown))}.")
        values = {name: tuple(v) if isinstance(v, list) else v for name, v in data.items()}
        settings = ProtocolSettings(**{name: values.pop(name) for name in SETTING_NAMES if name in values})
        return cls(**values, protocol_settings=settings)


def suiting_strategies(spec: ModelSpec) -> tuple[str, ...]:
    """Strategies that can be evaluated with a model."""
    return (PROMPTLESS,) if spec.promptless else STRATEGIES


@dataclass(frozen=True)
class Arithmetic:
    """What, besides the options, decides the bits of a result.

    Weights may be installed twice with other settings, so what a model's description adds to them is here as well:

    Args:
        normalisation: of the image, mean and standard deviation of the three channels.
        mask_threshold: logit above which a pixel is inside.
        s1_thresholds: which masks everything mode keeps.
        refiner_sha256: of the weights of the refiner that drew the masks again; empty without one.
    """

    model: str
    model_sha256: str
    engine: str
    precision: str
    device: str
    threads: int
    normalisation: str = ""
    mask_threshold: float = 0.0
    s1_thresholds: str = ""
    refiner_sha256: str = ""


def option_hash(options: BenchmarkOptions, arithmetic: Arithmetic) -> str:
    """Identifies rows that may stand in one table: hexadecimal, 16 digits.

    Timing does not enter: how often something was timed changes no row. Nor do structures that are not named
    and a refiner that is not there, so that rows from before there were such keep their hash.
    """
    described = {**options.to_json(), **asdict(arithmetic), "protocol": PROTOCOL_VERSION}
    del described["timing_repeats"], described["model"]
    for name in ("structures", "refiner_sha256"):
        if not described[name]:
            del described[name]
    text = json.dumps(described, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def _check_names(what: str, given: tuple[str, ...], known: tuple[str, ...]) -> None:
    unknown = [name for name in given if name not in known]
    if unknown or not given or len(set(given)) != len(given):
        problem = f"There is no {what} '{unknown[0]}'." if unknown else f"Name each {what} once, and at least one."
        raise InputError(problem, f"Choose from: {', '.join(known)}.")
