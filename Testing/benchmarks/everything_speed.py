"""Everything mode on the fast engine, beside segment_anything's own mask generator.

    python Testing/benchmarks/everything_speed.py [--quick] [--json FILE]

The bundled model on a picture of discs, from which many masks pass the filters and survive; and a random network of
SAM's own size, with the thresholds set so that about a third of the masks passes. Both generators start from the same
embedding and take turns. Memory is that of a process with the model and the embedding, which runs 8 x 8 points, a batch
of the reference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.decoder_speed import SLICE
from benchmarks.harness import run, table
from benchmarks.side_by_side import OURS, REFERENCE, alone, case_of, discs, in_turns, peak_megabytes, time_and_memory

from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.registry import load
from support.random_networks import with_sams_decoder

BUNDLED, SAMS_SIZE = "bundled model", "SAM's own size"
POINTS = {BUNDLED: 32, SAMS_SIZE: 16}
ALONE = 8
AIM = "at most 0.20 x"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        name, engine, points = case
        predictor, embedding, parameters = setting(name, engine, int(points))
        predictor.everything(embedding, parameters)
        print(json.dumps({"peak_mb": round(peak_megabytes(), 1)}))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    figures, comparisons = {}, []
    for name in POINTS:
        points = 2 if quick else POINTS[name]
        settings = {engine: setting(name, engine, points) for engine in (REFERENCE, OURS)}
        found: dict[str, Candidates] = {}

        def work(engine: str, settings: Any = settings, found: dict[str, Candidates] = found) -> None:
            predictor, embedding, parameters = settings[engine]
            found[engine] = predictor.everything(embedding, parameters)

        timings = in_turns({engine: lambda engine=engine: work(engine) for engine in settings}, 1)
        alone_too = () if quick else settings
        peaks = {engine: alone(__file__, name, engine, str(ALONE))["peak_mb"] for engine in alone_too}
        agreement = least_overlap(found[OURS].masks, found[REFERENCE].masks)
        figures[name] = {
            "milliseconds": {engine: one.to_json() for engine, one in timings.items()},
            "masks": {engine: len(one) for engine, one in found.items()},
            "least_iou_of_a_mask_with_the_reference": agreement,
            "peak_mb": peaks,
        }
        what = f"{name}, {points} x {points} points ({len(found[OURS])} masks, least IoU {agreement:.4f})"
        comparisons += time_and_memory(what, timings, peaks, (AIM, ""))
    rows = [[row["what"], f"{row['value']:.0f}", f"{row['reference_value']:.0f}", row["result"]] for row in comparisons]
    return {"cases": figures, "comparisons": comparisons}, table(("", "fast", "reference", "result"), rows)


def setting(name: str, engine: str, points: int) -> tuple[TorchPredictor, Embedding, EverythingParameters]:
    """A predictor, an embedding and thresholds."""
    if name == BUNDLED:
        predictor = load("sam-small", "cpu", engine)
        (embedding,) = predictor.encode([discs(SLICE[0], 150)])
        return predictor, embedding, EverythingParameters(points_per_side=points, pred_iou_thresh=0.7)
    predictor = TorchPredictor(with_sams_decoder(), blank_spec("random", "vit_b"), "cpu", engine=engine)
    features = np.random.default_rng(0).normal(0, 1, (256, 64, 64)).astype(np.float16)
    low = {"stability_score_thresh": 0.1, "stability_score_offset": 0.1, "box_nms_thresh": 1.0}
    parameters = EverythingParameters(points_per_side=points, pred_iou_thresh=0.9, **low)
    return predictor, Embedding("0" * 40, SLICE, (1024, 1024), features), parameters


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
