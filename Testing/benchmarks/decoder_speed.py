"""SAM's mask decoder on the fast engine, beside segment_anything's own predictor: one prompt, and many.

    python Testing/benchmarks/decoder_speed.py [--quick] [--json FILE]

From prompts to masks on the grid of a slice of 512 x 512, with random weights of SAM's own size and the embedding at
hand. The reference takes many prompts in batches of 64, the fast engine one after the other. Calls take turns.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from benchmarks.harness import run, table
from benchmarks.side_by_side import OURS, REFERENCE, alone, case_of, in_turns, peak_megabytes, time_and_memory

from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.models.known_models import blank_spec
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.segment_anything_package import load_segment_anything
from support.random_networks import with_sams_decoder

SLICE = (512, 512)
CASES = {"one prompt": (1, "at most 0.40 x"), "64 prompts": (64, "")}
QUICK_CASES = {"one prompt": (1, ""), "3 prompts": (3, "")}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        engine, count = case[0], int(case[1])
        Decoders(with_sams_decoder()).works(count)[engine]()
        print(json.dumps({"peak_mb": round(peak_megabytes(), 1)}))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    decoders, figures, comparisons = Decoders(with_sams_decoder()), {}, []
    for name, (count, aim) in (QUICK_CASES if quick else CASES).items():
        works = decoders.works(count)
        apart = float(np.mean(works[OURS]() != works[REFERENCE]()))
        timings = in_turns(works, 1 if quick else 15 if count == 1 else 3)
        alone_too = () if quick else (REFERENCE, OURS)
        peaks = {engine: alone(__file__, engine, str(count))["peak_mb"] for engine in alone_too}
        figures[name] = {
            "milliseconds": {engine: one.to_json() for engine, one in timings.items()},
            "share_of_pixels_that_differ": apart,
            "peak_mb": peaks,
        }
        comparisons += time_and_memory(f"{name} ({apart:.0e} of pixels differ)", timings, peaks, (aim, ""))
    rows = [[row["what"], f"{row['value']:.1f}", f"{row['reference_value']:.1f}", row["result"]] for row in comparisons]
    return {"cases": figures, "comparisons": comparisons}, table(("", "fast", "reference", "result"), rows)


class Decoders:
    """The same prompts on the same random embedding by both engines."""

    def __init__(self, network: Any) -> None:
        features = np.random.default_rng(0).normal(0, 1, (256, 64, 64)).astype(np.float16)
        self._embedding = Embedding("0" * 40, SLICE, (1024, 1024), features)
        self._fast = TorchPredictor(network, blank_spec("random", "vit_b"), "cpu", engine=OURS)
        self._sam = load_segment_anything().SamPredictor(network)
        self._sam.features = torch.as_tensor(features.astype(np.float32))[None]
        self._sam.original_size, self._sam.input_size, self._sam.is_image_set = SLICE, (1024, 1024), True

    def works(self, count: int) -> dict[str, Callable[[], np.ndarray]]:
        """What makes (count, 3, H, W) masks of as many points, by engine."""
        points = np.random.default_rng(1).uniform(0, 511, (count, 1, 2))

        def reference() -> np.ndarray:
            if count == 1:
                return self._sam.predict(points[0], np.ones(1), multimask_output=True)[0][None]
            places = torch.as_tensor(self._sam.transform.apply_coords(points, SLICE))
            return self._sam.predict_torch(places, torch.ones(count, 1, dtype=torch.int))[0].numpy()

        def fast() -> np.ndarray:
            answers = self._fast.decode(self._embedding, [Prompts.of(one) for one in points])
            return np.stack([answer.masks for answer in answers])

        return {REFERENCE: reference, OURS: fast}


if __name__ == "__main__":
    sys.exit(main())
