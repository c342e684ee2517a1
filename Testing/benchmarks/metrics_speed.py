"""Surface distances of a pair of masks, beside MedPy.

    python Testing/benchmarks/metrics_speed.py [--quick] [--json FILE]

HD, HD95 and ASSD of masks of 512 x 512, as a row of results has them: ours by one set of distances, MedPy's by a call
each. A large organ, a small lesion and masks in many parts; calls take turns.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import FASTER, Comparison
from benchmarks.harness import run, table
from benchmarks.side_by_side import in_turns
from medpy.metric import binary
from scipy.ndimage import gaussian_filter

from SAMBenchmarkLib.core.metrics import surface_distances

SIDE, QUICK_SIDE = 512, 96
SPACING = (0.7, 0.9)
FLOOR, WITHIN = 5.0, 1e-9
Pair = tuple[np.ndarray, np.ndarray]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    cases, comparisons = {}, []
    for name, pair in pairs(QUICK_SIDE if quick else SIDE).items():
        ways: dict[str, Callable[[], Any]] = {
            "ours": lambda pair=pair: our_distances(*pair),
            "MedPy": lambda pair=pair: medpy_distances(*pair),
        }
        apart = float(np.abs(np.subtract(our_distances(*pair), medpy_distances(*pair))).max())
        if apart > WITHIN:
            raise SystemExit(f"{name}: {apart} mm apart")
        timings = in_turns(ways, 2 if quick else 9)
        cases[name] = {"milliseconds": {way: one.to_json() for way, one in timings.items()}, "apart_mm": apart}
        times = 1000 * timings["ours"].median, "MedPy", 1000 * timings["MedPy"].median, "ms"
        what = f"HD, HD95, ASSD, {name}"
        comparisons.append(Comparison(what, *times, FASTER, f"at least {FLOOR:g} x", f"{apart:.0e} mm").to_json())
    rows = [[row["what"], f"{row['value']:.2f}", f"{row['reference_value']:.2f}", row["result"]] for row in comparisons]
    return {"cases": cases, "comparisons": comparisons}, table(("", "ours ms", "MedPy ms", "result"), rows)


def our_distances(prediction: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    """HD, HD95 and ASSD in mm."""
    distances = surface_distances(prediction, reference, SPACING)
    return distances.hausdorff(), distances.hausdorff95(), distances.assd()


def medpy_distances(prediction: np.ndarray, reference: np.ndarray) -> tuple[float, float, float]:
    """The same by MedPy."""
    return tuple(float(of(prediction, reference, SPACING)) for of in (binary.hd, binary.hd95, binary.assd))


def pairs(side: int) -> dict[str, Pair]:
    """Predictions and references."""
    rows, columns = np.mgrid[:side, :side] / side
    noise = gaussian_filter(np.random.default_rng(4).normal(size=(side, side)), side / 40)

    def disc(y: float, x: float, radius: float) -> np.ndarray:
        return (rows - y) ** 2 + (columns - x) ** 2 < radius**2

    return {
        "organ": (disc(0.5, 0.5, 0.3), disc(0.52, 0.47, 0.28)),
        "lesion": (disc(0.3, 0.7, 0.03), disc(0.31, 0.7, 0.025)),
        "many parts": (noise > np.quantile(noise, 0.8), np.roll(noise, side // 100 + 1, 0) > np.quantile(noise, 0.8)),
    }


if __name__ == "__main__":
    sys.exit(main())
