"""Everything mode on the fast engine, beside segment_anything's own mask generator.

    python Testing/benchmarks/everything_speed.py [--quick] [--json FILE]

32 x 32 points on the bundled model and a picture of discs, and on a network of SAM's own size whose masks lie around
their points: from both, hundreds of masks pass the filters, and more than 50 survive. Both generators start from the
same embedding. Memory is what a process takes beyond model and embedding for 8 x 8 points, a batch of the reference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import FASTER, Comparison
from benchmarks.decoder_speed import SLICE
from benchmarks.harness import run, table
from benchmarks.side_by_side import MEGABYTE, OURS, REFERENCE, alone, case_of, discs, in_turns, resident_bytes

from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.peak_memory import highest_memory
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.registry import load
from support.local_masks import with_local_masks

BUNDLED, SAMS_SIZE = "bundled model", "SAM's own size"
POINTS, QUICK_POINTS = 32, 2
ALONE = 8
FLOOR, LEAST_IOU, MOST_MB = 5.0, 0.99, 2000


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        name, engine, points = case
        predictor, embedding, parameters = setting(name, engine, int(points))
        before = resident_bytes()
        highest_memory(forget=True)
        predictor.everything(embedding, parameters)
        print(json.dumps({"peak_mb": round((highest_memory() - before) / MEGABYTE, 1)}))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    figures, comparisons, points = {}, [], QUICK_POINTS if quick else POINTS
    for name in (BUNDLED, SAMS_SIZE):
        settings = {engine: setting(name, engine, points) for engine in (REFERENCE, OURS)}
        found: dict[str, Candidates] = {}

        def work(engine: str, settings: Any = settings, found: dict[str, Candidates] = found) -> None:
            predictor, embedding, parameters = settings[engine]
            found[engine] = predictor.everything(embedding, parameters)

        timings = in_turns({engine: lambda engine=engine: work(engine) for engine in settings}, 1)
        agreement = least_overlap(found[OURS].masks, found[REFERENCE].masks)
        passing = _passing(*settings[OURS])
        peaks = {} if quick else {one: alone(__file__, name, one, str(ALONE))["peak_mb"] for one in settings}
        figures[name] = {
            "milliseconds": {engine: one.to_json() for engine, one in timings.items()},
            "candidates_that_pass": passing,
            "masks": {engine: len(one) for engine, one in found.items()},
            "least_iou_of_a_mask_with_the_reference": agreement,
            "beyond_the_model_mb": peaks,
        }
        what = f"{name}, {points} x {points} points ({passing} pass, {len(found[OURS])} survive)"
        comparisons += _comparisons(what, timings, peaks, f"IoU {agreement:.4f} (at least {LEAST_IOU})")
    rows = [
        [one["what"], f"{one['value']:.1f}", f"{one['reference_value']:.1f}", one["result"], one["apart"]]
        for one in comparisons
    ]
    return {"cases": figures, "comparisons": comparisons}, table(("", "fast", "reference", "result", "least"), rows)


def _comparisons(what: str, timings: Any, peaks: dict[str, float], apart: str) -> list[dict[str, Any]]:
    reference = "segment_anything's own generator"
    times = timings[OURS].median, reference, timings[REFERENCE].median
    rows = [Comparison(what, *times, "s", FASTER, f"at least {FLOOR:g} x", apart)]
    if peaks.get(REFERENCE):
        memory = peaks[OURS], reference, peaks[REFERENCE]
        rows.append(Comparison(f"{what}, memory beyond the model", *memory, "MB", aim=f"below {MOST_MB} MB"))
    return [row.to_json() for row in rows]


def _passing(predictor: TorchPredictor, embedding: Embedding, parameters: EverythingParameters) -> int:
    """Masks that are good and stable enough, before overlaps are removed."""
    return len(predictor.everything(embedding, replace(parameters, box_nms_thresh=1.0)))


def setting(name: str, engine: str, points: int) -> tuple[TorchPredictor, Embedding, EverythingParameters]:
    """A predictor, an embedding and thresholds."""
    if name == BUNDLED:
        predictor = load("sam-small", "cpu", engine)
        (embedding,) = predictor.encode([discs(SLICE[0], 150)])
        return predictor, embedding, EverythingParameters(points_per_side=points, pred_iou_thresh=0.7)
    network, features = with_local_masks()
    predictor = TorchPredictor(network, blank_spec("random", "vit_b"), "cpu", engine=engine)
    return predictor, Embedding("0" * 40, SLICE, (1024, 1024), features), EverythingParameters(points_per_side=points)


def least_overlap(masks: np.ndarray, reference: np.ndarray) -> float:
    """Least IoU of masks with the reference's in the same order; 0 where their numbers differ."""
    if len(masks) != len(reference):
        return 0.0
    overlaps = [
        np.count_nonzero(one & other) / max(1, np.count_nonzero(one | other))
        for one, other in zip(masks, reference, strict=True)
    ]
    return float(min(overlaps, default=1.0))


if __name__ == "__main__":
    sys.exit(main())
