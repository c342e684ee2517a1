"""Whether time grows with the work and memory does not: 1 to 1000 slices, and 1 to 100 structures in a slice.

    python Testing/benchmarks/linear_cost.py [--quick] [--json FILE]

What `sam-benchmark run` does with S2 and S5, with a tiny network with random weights, so that what is not the model
counts. Outcomes are let go as they come, as when they are stored. The processor's time per slice or structure, on one
thread, is compared with that of ten, memory with what the process had after ten.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import DIFFERENCE, RATIO, Comparison
from benchmarks.harness import run, table
from benchmarks.side_by_side import MEGABYTE, resident_bytes

from SAMBenchmarkLib.core.evaluation import evaluate_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.models.predictor import TorchPredictor
from support.fine_tuning import TINY, tiny_sam

SLICES, QUICK_SLICES = (10, 1, 100, 1000), (2, 1, 4)
STRUCTURES, QUICK_STRUCTURES = (10, 1, 100), (2, 1, 4)
"""The first is what the others are compared with."""
SIDE, CELL = 240, 24
OPTIONS = BenchmarkOptions(strategies=("S2", "S5"), selections=("oracle",), plane="axial")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    predictor = TorchPredictor(tiny_sam(), ModelSpec("tiny", "vit_b", "0" * 64, **TINY), "cpu", 1, engine="fast")
    _seconds(predictor, 1, 1)  # loads code
    comparisons, figures = [], {}
    series = {
        "slices": [(number, 2) for number in (QUICK_SLICES if quick else SLICES)],
        "structures": [(1, number) for number in (QUICK_STRUCTURES if quick else STRUCTURES)],
    }
    for name, sizes in series.items():
        column = 0 if name == "slices" else 1
        found = {size[column]: (_seconds(predictor, *size), resident_bytes() / MEGABYTE) for size in sizes}
        figures[name] = {str(size): {"seconds": seconds, "mb": memory} for size, (seconds, memory) in found.items()}
        comparisons += _comparisons(name, found)
    rows = [
        [one["what"], f"{one['value']:.1f}", one["unit"], f"{one['reference_value']:.1f}", one["result"]]
        for one in comparisons
    ]
    return {"series": figures, "comparisons": comparisons}, table(("", "measured", "", "reference", "result"), rows)


def _comparisons(name: str, found: dict[int, tuple[float, float]]) -> list[dict[str, Any]]:
    (base, (seconds, memory)), *others = found.items()
    rows = []
    for number, (taken, held) in others:
        times = 1000 * taken / number, f"a {name[:-1]}, {base} in all", 1000 * seconds / base
        aim = "about 1 x" if number > base else ""
        rows.append(Comparison(f"a {name[:-1]}, {number} in all", *times, "ms", RATIO, aim))
        if number > base:
            memories = held, f"after {base} {name}", memory
            rows.append(Comparison(f"memory after {number} {name}", *memories, "MB", DIFFERENCE, "about +0 MB"))
    return [row.to_json() for row in rows]


def _seconds(predictor: TorchPredictor, slices: int, structures: int) -> float:
    """Of the processor, to evaluate so many slices with so many structures each."""
    volume, segmentation = _case(slices, structures)
    begin, rows = time.process_time(), 0
    for outcome in evaluate_case("case", [volume], [segmentation], predictor, OPTIONS, "0"):
        rows += len(outcome.rows)
    taken = time.process_time() - begin
    if rows != slices * structures * 2:
        raise SystemExit(f"{rows} rows of {slices} slices with {structures} structures")
    return taken


def _case(slices: int, structures: int) -> tuple[Volume, Segmentation]:
    """Squares in a grid, each a structure; every slice has its own noise, so that none is encoded for another."""
    one = np.zeros((SIDE, SIDE), np.uint8)
    for number in range(structures):
        row, column = (CELL * part for part in divmod(number, SIDE // CELL))
        one[row + 4 : row + 20, column + 4 : column + 20] = number + 1
    labels = np.broadcast_to(one, (slices, SIDE, SIDE))
    noise = np.random.default_rng(3).integers(0, 9, (slices, SIDE, SIDE), np.uint8)
    named = tuple(Structure(value, f"square {value}", 0, value) for value in range(1, structures + 1))
    return Volume(noise + labels, np.eye(4)), Segmentation((labels,), np.eye(4), named)


if __name__ == "__main__":
    sys.exit(main())
