"""Everything mode (S1) on grids from coarse to fine. Source: Huang et al. 2024, Table 5,
doi:10.1016/j.media.2023.103061."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.contract import Answer, Target
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel

NAME = "huang-grid"


def evaluate(
    model: SliceModel, targets: Sequence[Target], options: BenchmarkOptions
) -> Iterator[tuple[Target, Answer]]:
    """Ask once per grid and slice; every object is compared with all masks."""
    for points_per_side in options.protocol_settings.grid_sizes:
        candidates = model.everything(points_per_side)
        for target in targets:
            yield target, Answer("S1", None, candidates, f"{NAME}:{points_per_side}")
