"""Every protocol by its name on the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols import (
    huang_grid,
    huang_rounds,
    huang_shift,
    mazurowski_modes,
    mazurowski_points,
    medlsam,
    roi_crop,
    sam_md_jitter,
    sam_u,
    scribbles,
    shi_contours,
)
from SAMBenchmarkLib.core.protocols.contract import Answer, Evaluate, Target
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel

Timer = Callable[[str, Callable[[], Any]], Any]

PROTOCOLS: dict[str, Evaluate] = {
    module.NAME: module.evaluate  # type: ignore[attr-defined]
    for module in (
        huang_rounds,
        huang_shift,
        huang_grid,
        mazurowski_points,
        mazurowski_modes,
        shi_contours,
        roi_crop,
        sam_md_jitter,
        sam_u,
        medlsam,
        scribbles,
    )
}


def protocol_answers(
    model: SliceModel, targets: Sequence[Target], options: BenchmarkOptions, timed: Timer
) -> Iterator[tuple[Target, Answer]]:
    """What the protocols of a run ask about the objects of one slice.

    Args:
        options: resolved.
        timed: (protocol, work) -> what the work gives; takes the time of each call of the model.

    Raises:
        Cancelled: the user stopped.
    """
    for name in options.protocols:
        watched = replace(model, timed=lambda work, name=name: timed(name, work))
        yield from PROTOCOLS[name](watched, targets, options)
