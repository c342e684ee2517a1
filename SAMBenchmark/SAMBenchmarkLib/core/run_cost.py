"""What a run asks of a model, counted before it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from SAMBenchmarkLib.core.options import PROMPTLESS, BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import BASED_ON

_CALLS_OF_MODE = {4: 3}
"""Of the five modes of use: mode 4 asks once per box, of three at most; the others once."""

_RULES_OF_POINTS = 3
"""Each rule of choosing a mask has a course of points of its own after the first."""


@dataclass(frozen=True)
class Work:
    """How often the steps of a run are done.

    Args:
        encodings: images encoded.
        prompts: sets of prompts decoded.
        grid_points: points of everything mode.
        scored: masks compared with the reference.
    """

    encodings: int
    prompts: int
    grid_points: int
    scored: int


@dataclass(frozen=True)
class Speed:
    """Seconds of each of these steps on a computer."""

    encoding: float
    prompt: float
    grid_point: float
    scored: float

    def seconds(self, work: Work) -> float:
        """Time that some work takes, with one worker."""
        return (
            work.encodings * self.encoding
            + work.prompts * self.prompt
            + work.grid_points * self.grid_point
            + work.scored * self.scored
        )


def work_of(options: BenchmarkOptions, slices: int, objects: int) -> Work:
    """Counts of a run; an upper limit where a protocol may end early. Classical methods are not among them.

    Args:
        options: with the strategies chosen for a model.
        objects: in all slices together.
    """
    per_object = {name: _calls(name, options) for name in options.protocols}
    prompted = [name for name in options.strategies if name not in (PROMPTLESS, "S1")]
    grids = [options.points_per_side] if "S1" in options.strategies else []
    once = [name for name in options.strategies if name in (PROMPTLESS, "S1")]
    settings = options.protocol_settings
    if "huang-grid" in options.protocols:
        grids += list(settings.grid_sizes)
        once += ["huang-grid"] * len(settings.grid_sizes)
    prompts = objects * (len(prompted) + sum(per_object.values()))
    encodings = slices * (1 + ("shi-contours" in options.protocols)) + objects * ("roi-crop" in options.protocols)
    scored = (prompts + objects * len(once)) * len(options.selections)
    return Work(encodings, prompts, slices * sum(side * side for side in grids), scored)


def _calls(protocol: str, options: BenchmarkOptions) -> int:
    """Sets of prompts that a protocol decodes per object; 1 for what is not known here."""
    settings = options.protocol_settings
    bases = len(set(BASED_ON.get(protocol, ())) & set(options.strategies))
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
