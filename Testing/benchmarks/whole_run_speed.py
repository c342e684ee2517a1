"""S1-S6 on a volume from image to table, beside the way of the paper's authors.

    python Testing/benchmarks/whole_run_speed.py [--quick] [--json FILE]

The reference encodes each slice once by `segment_anything`'s own code, runs its own mask generator and predictor, and
measures by MedPy; ours is what `sam-benchmark run` does, the mean of once before and once after it. Encoding anew for
each strategy is the reference's time and one more of its encodings, as measured in the same run, per further strategy.
ViT-B with random weights of its real size, a decoder fitted so that masks lie around the prompt, 32 x 32 points, one
slice of 512 x 512 with two structures; more slices repeat the same. A quick run takes the bundled model, a small slice
and 3 x 3 points.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import FASTER, Comparison
from benchmarks.harness import run, seconds_of, table
from benchmarks.side_by_side import OURS, REFERENCE
from medpy.metric import binary

from SAMBenchmarkLib.core.evaluation import evaluate_case, model_image, plan_slices, slice_targets
from SAMBenchmarkLib.core.options import STRATEGIES, BenchmarkOptions
from SAMBenchmarkLib.core.selection import select
from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import EverythingParameters
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.core.slicing import SlicePlane, extract
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.registry import load
from support.local_masks import vit_b_with_local_masks

FIGURES = ("dice", "jac", "hd_px", "hd95_mm", "assd_mm")
SPACING = (2.0, 0.8, 0.8)
FLOOR, FLOOR_PER_STRATEGY, WITHIN = 4.0, 8.0, 5e-5
Table = dict[str, list[float]]
"""Means of `FIGURES` by strategy."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    case = a_case(96 if quick else 512)
    options = BenchmarkOptions(
        plane="axial", selections=("oracle",), points_per_side=3 if quick else 32, strategies=STRATEGIES
    )
    predictors = _predictors(quick)
    before = seconds_of(lambda: by_the_project(case, predictors[OURS], options))
    begin = time.perf_counter()
    theirs, encoding = by_the_authors(case, predictors[REFERENCE], options)
    reference = time.perf_counter() - begin
    begin = time.perf_counter()
    ours = by_the_project(case, predictors[OURS], options)
    seconds = (before + time.perf_counter() - begin) / 2
    apart = largest_difference(ours, theirs)
    per_strategy = reference + (len(STRATEGIES) - 1) * encoding
    told = f"{apart:.1e} in the table (at most {WITHIN:.0e})"
    aims = f"at least {FLOOR:g} x", f"at least {FLOOR_PER_STRATEGY:g} x"
    ways = {"embedding once, own generator, MedPy": reference, "the same, encoded for each strategy": per_strategy}
    comparisons = [
        Comparison("S1-S6, a slice", seconds, way, slower, "s", FASTER, aim, told).to_json()
        for (way, slower), aim in zip(ways.items(), aims, strict=True)
    ]
    figures = {
        "seconds": seconds,
        "reference_seconds": reference,
        "reference_encoding_seconds": encoding,
        "largest_difference_in_the_table": apart,
        "table": {name: dict(zip(FIGURES, map(_or_none, values), strict=True)) for name, values in theirs.items()},
    }
    shown = [
        [row["reference"], f"{seconds:.1f}", f"{row['reference_value']:.1f}", row["result"]] for row in comparisons
    ]
    told_table = [[name, *(f"{value:.4f}" for value in values)] for name, values in ours.items()]
    text = f"{table(('S1-S6 beside', 'ours s', 'reference s', 'result'), shown)}\n\n{table(('', *FIGURES), told_table)}"
    return {**figures, "comparisons": comparisons}, f"{text}\n\nlargest difference in the table: {apart:.1e}"


def _predictors(quick: bool) -> dict[str, TorchPredictor]:
    """The same weights on both engines."""
    if quick:
        return {engine: load("sam-small", "cpu", engine) for engine in (REFERENCE, OURS)}
    spec = blank_spec("random", "vit_b")
    return {
        engine: TorchPredictor(vit_b_with_local_masks(), spec, "cpu", engine=engine) for engine in (REFERENCE, OURS)
    }


def a_case(side: int) -> tuple[Volume, Segmentation]:
    """Two discs of different brightness on a rough background, in one slice."""
    rows, columns = np.mgrid[:side, :side] / side
    labels = np.zeros((1, side, side), np.uint8)
    for value, (y, x, radius) in enumerate(((0.35, 0.3, 0.12), (0.65, 0.7, 0.09)), 1):
        labels[0, (rows - y) ** 2 + (columns - x) ** 2 < radius**2] = value
    noise = np.random.default_rng(2).normal(0, 8, labels.shape)
    values = (60 + 70 * labels + noise).clip(0, 255).astype(np.int16)
    to_ras = np.diag([SPACING[2], SPACING[1], SPACING[0], 1.0])
    structures = tuple(Structure(value, f"disc {value}", 0, value) for value in (1, 2))
    return Volume(values, to_ras), Segmentation((labels,), to_ras, structures)


def by_the_project(case: tuple[Volume, Segmentation], predictor: TorchPredictor, options: BenchmarkOptions) -> Table:
    """The table of `evaluate_case`."""
    volume, segmentation = case
    found: dict[str, list[list[float]]] = {name: [] for name in STRATEGIES}
    for outcome in evaluate_case("case", [volume], [segmentation], predictor, options, "0"):
        for row in outcome.rows:
            found[row.strategy].append([getattr(row, name) for name in FIGURES])
    return _means(found)


def by_the_authors(
    case: tuple[Volume, Segmentation], predictor: TorchPredictor, options: BenchmarkOptions
) -> tuple[Table, float]:
    """The same table by a loop over strategies and objects, and seconds of the encodings."""
    volume, segmentation = case
    options, encoding = options.for_model(predictor.spec), 0.0
    found: dict[str, list[list[float]]] = {name: [] for name in STRATEGIES}
    for task in plan_slices(volume, segmentation, options):
        image = extract(volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
        begin = time.perf_counter()
        (embedding,) = predictor.encode([model_image(volume, image, options)])
        encoding += time.perf_counter() - begin
        thresholds = predictor.spec.s1_thresholds
        asked = {**vars(thresholds), "points_per_side": options.points_per_side}
        everything = predictor.everything(embedding, EverythingParameters(**asked))
        for _structure, target in slice_targets(segmentation, task, options):
            for name in STRATEGIES:
                answer = everything
                if name != "S1":
                    answer = predictor.decode(embedding, [strategy_prompts(target.mask, name, options.preset)])[0]
                chosen = select(answer.masks, answer.scores, target.mask, "oracle")
                mask = np.zeros_like(target.mask) if chosen is None else answer.masks[chosen]
                found[name].append(_by_medpy(mask, target.mask, image.spacing_yx))
    return _means(found), encoding


def largest_difference(ours: Table, theirs: Table) -> float:
    """Of two tables; infinite where a figure is undefined in one of them alone."""
    one, other = (np.array([table_of[name] for name in STRATEGIES]) for table_of in (ours, theirs))
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return float("inf")
    return float(np.nan_to_num(np.abs(one - other)).max())


def _means(found: dict[str, list[list[float]]]) -> Table:
    """Of what is defined; NaN where nothing is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return {name: np.nanmean(rows, axis=0).tolist() for name, rows in found.items()}


def _or_none(value: float) -> float | None:
    """JSON has no NaN."""
    return value if np.isfinite(value) else None


def _by_medpy(mask: Mask, reference: Mask, spacing: Any) -> list[float]:
    overlap = [float(binary.dc(mask, reference)), float(binary.jc(mask, reference))]
    if not mask.any():
        return [*overlap, *[float("nan")] * 3]
    distances = binary.hd(mask, reference), binary.hd95(mask, reference, spacing), binary.assd(mask, reference, spacing)
    return [*overlap, *(float(one) for one in distances)]


if __name__ == "__main__":
    sys.exit(main())
