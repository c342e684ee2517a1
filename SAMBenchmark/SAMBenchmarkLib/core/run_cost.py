"""What a run does, counted before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

from SAMBenchmarkLib.core.options import PROMPTLESS, BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import BASED_ON
from SAMBenchmarkLib.core.timing import EVERYTHING_REPEATS, WARM_UP

_CALLS_OF_MODE = {4: 3}
"""Of the five modes of use: mode 4 asks once per box, of three at most; the others once."""

_PARTS_OF_MODES = 3
"""The modes look for a point in each of so many parts."""

_RULES_OF_POINTS = 3
"""Each rule of choosing a mask has a course of points of its own after the first."""

STEP_TITLES = {
    "read": "cases read",
    "encodings": "images encoded",
    "prompts": "sets of prompts decoded",
    "grid_points": "points of everything mode",
    "classical": "objects given to classical methods",
    "described": "objects described (shape, contrast)",
    "clicks": "clicks placed by distance",
    "scored": "masks compared with the reference",
    "corrected": "masks whose correction effort is counted",
    "stacked": "whole structures measured in space",
}
"""Steps of a run in words."""


@dataclass(frozen=True)
class Work:
    """How often the steps of a run are done.

    Args:
        encodings: images encoded.
        prompts: sets of prompts decoded.
        grid_points: points of everything mode.
        scored: masks compared with the reference.
        described: objects whose shape and contrast are measured.
        clicks: clicks placed where a mask is wrong, by distance maps.
        classical: objects that each of the classical methods is asked for.
        corrected: masks whose correction effort is counted.
        read: cases read.
        stacked: whole structures measured in space.
    """

    encodings: int = 0
    prompts: int = 0
    grid_points: int = 0
    scored: int = 0
    described: int = 0
    clicks: int = 0
    classical: int = 0
    corrected: int = 0
    read: int = 0
    stacked: int = 0


@dataclass(frozen=True)
class Speed:
    """Seconds of each of these steps on a computer, under the names of `Work`; 0 for what a run does not do."""

    encodings: float = 0.0
    prompts: float = 0.0
    grid_points: float = 0.0
    scored: float = 0.0
    described: float = 0.0
    clicks: float = 0.0
    classical: float = 0.0
    corrected: float = 0.0
    read: float = 0.0
    stacked: float = 0.0

    def seconds(self, work: Work) -> float:
        """Time that some work takes, one step after the other."""
        return sum(getattr(work, field.name) * getattr(self, field.name) for field in fields(Work))


def work_of(options: BenchmarkOptions, slices: int, objects: int, cases: int = 0, structures: int = 0) -> Work:
    """Counts of a run; an upper limit where a protocol may end early.

    Args:
        options: with the strategies chosen for a model.
        objects: in all slices together.
        structures: of all cases, that have a size in space.
    """
    settings = options.protocol_settings
    strategies = options.strategies or ()
    prompted = [name for name in strategies if name not in (PROMPTLESS, "S1")]
    grids = [options.points_per_side] if "S1" in strategies else []
    if "huang-grid" in options.protocols:
        grids += list(settings.grid_sizes)
    answers = len(grids) + (PROMPTLESS in strategies) + len(options.baselines)  # per object, without prompts of its own
    per_object = len(prompted) + sum(_calls(name, options) for name in options.protocols)
    encodings = slices * (1 + ("shi-contours" in options.protocols)) + objects * ("roi-crop" in options.protocols)
    scored = objects * (per_object + answers) * len(options.selections)
    whole = options.stride == 1 and not options.max_slices  # else distances in space are undefined
    timed = _timing_table(options)
    return Work(
        encodings=encodings + timed.encodings,
        prompts=objects * per_object + slices * (PROMPTLESS in strategies) + timed.prompts,
        grid_points=slices * sum(side * side for side in grids) + timed.grid_points,
        scored=scored,
        described=objects,
        clicks=objects * sum(_clicks(name, options) for name in options.protocols),
        classical=objects * bool(options.baselines),
        corrected=scored * options.correction_effort,
        read=cases,
        stacked=whole * structures * (len(strategies) + len(options.baselines)) * len(options.selections),
    )


def _timing_table(options: BenchmarkOptions) -> Work:
    """What is repeated once, on a single slice."""
    if not options.timing_repeats:
        return Work()
    repeats, strategies = max(2, options.timing_repeats), options.strategies or ()
    calls = WARM_UP + repeats
    points = min(repeats, EVERYTHING_REPEATS) * options.points_per_side**2 if "S1" in strategies else 0
    return Work(encodings=calls, prompts=calls * sum(name != "S1" for name in strategies), grid_points=points)


def _calls(protocol: str, options: BenchmarkOptions) -> int:
    """Sets of prompts that a protocol decodes per object; 1 for what is not known here."""
    settings = options.protocol_settings
    bases = len(set(BASED_ON.get(protocol, ())) & set(options.strategies or ()))
    known: dict[str, Callable[[], int]] = {
        "huang-rounds": lambda: 1 + (settings.click_rounds - 1) * len(options.selections),
        "huang-shift": lambda: bases * (len(settings.shift_edges) - 1) * settings.shift_repeats,
        "huang-grid": lambda: 0,
        "mazurowski-points": lambda: 1 + (settings.point_rounds - 1) * _RULES_OF_POINTS,
        "mazurowski-modes": lambda: sum(_CALLS_OF_MODE.get(mode, 1) for mode in settings.modes),
        "roi-crop": lambda: bases,
        "sam-md-jitter": lambda: len(settings.relative_jitter) * settings.relative_repeats,
        "sam-u": lambda: settings.uncertainty_boxes,
        "medlsam": lambda: 2,
        "scribbles": lambda: 2 * settings.scribble_repeats,
    }
    return known.get(protocol, lambda: 1)()


def _clicks(protocol: str, options: BenchmarkOptions) -> int:
    """Points that a protocol places by distance maps, per object."""
    settings = options.protocol_settings
    return {
        "huang-rounds": (settings.click_rounds - 1) * len(options.selections),
        "mazurowski-points": settings.point_rounds * _RULES_OF_POINTS,
        "mazurowski-modes": _PARTS_OF_MODES,
    }.get(protocol, 0)
