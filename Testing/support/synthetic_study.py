"""A study of any size, made up: slices with rows, masks and timings as an evaluation would store them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from SAMBenchmarkLib.core.options import Arithmetic, BenchmarkOptions, option_hash
from SAMBenchmarkLib.core.rows import PredictedMask, ResultRow, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.store import FINISHED, CaseRecord, RunRecord

STRATEGIES = ("S1", "S2", "S3", "S4", "S5", "S6")
SELECTIONS = ("oracle", "predicted_iou")
STRUCTURES = ("aorta", "bladder", "gallbladder", "kidney", "liver", "pancreas", "spleen", "stomach", "tumour", "vein")
OBJECTS, SLICES = 3, 28
"""Objects in a slice, and slices of a case; each object has a row for every strategy and selection."""

ROWS_OF_A_CASE = OBJECTS * SLICES * len(STRATEGIES) * len(SELECTIONS)
OPTIONS = BenchmarkOptions(strategies=STRATEGIES)
ARITHMETIC = Arithmetic("made-up", "0" * 64, "torch", "float32", "cpu", 1)
HASH = option_hash(OPTIONS, ARITHMETIC)


def run_record() -> RunRecord:
    """As a run registers itself."""
    return RunRecord(HASH, {"options": OPTIONS.to_json(), "arithmetic": asdict(ARITHMETIC)}, {"program": "made up"})


def study(cases: int, first: int = 0) -> Iterator[tuple[CaseRecord, Iterator[SliceOutcome]]]:
    """Each case with its slices; a case's figures follow from its number."""
    for number in range(first, first + cases):
        name = f"case {number:07}"
        modality = ("CT", "MR", "US")[number % 3]
        about = {"patient": f"patient {number // 2}", "site": f"site {number % 5}", "modality": modality}
        record = CaseRecord(HASH, name, **about, status=FINISHED, fingerprint="made up", slices=SLICES)
        yield record, _slices(name, number)


def _slices(name: str, number: int) -> Iterator[SliceOutcome]:
    random = np.random.default_rng(number)
    mask = np.zeros((64, 64), bool)
    mask[16:40, 20:50] = True
    prompts = json.dumps({"points": [[31.5, 27.0]], "labels": [1], "box": [20, 16, 49, 39]})
    for index in range(SLICES):
        predictions = []
        for place in range(OBJECTS):
            label = 1 + (number + place) % len(STRUCTURES)
            size, contrast = int(random.integers(60, 4000)), float(random.uniform(1, 90))
            level = 0.3 + 0.15 * np.log10(size) + contrast / 400
            about = {"structure": STRUCTURES[label - 1], "size": size, "intensity_difference": contrast, "n_gt": size}
            dices = np.clip(level + random.normal(0, 0.08, (len(STRATEGIES), len(SELECTIONS))), 0, 1)
            for strategy, row_of_dice in zip(STRATEGIES, dices.tolist(), strict=True):
                for selection, dice in zip(SELECTIONS, row_of_dice, strict=True):
                    key = (HASH, name, 0, "axial", index, label, strategy, selection)
                    figures = {
                        "dice": dice,
                        "jac": dice / (2 - dice),
                        "surface_dice": dice * 0.9,
                        "predicted_iou": dice,
                    }
                    figures |= dict.fromkeys(("hd_px", "hd95_px", "assd_px"), 40 * (1 - dice))
                    figures |= dict.fromkeys(("hd_mm", "hd95_mm", "assd_mm"), 30 * (1 - dice))
                    row = ResultRow(*key, **figures, **about, n_pred=size, aspect_ratio=0.7, prompts_json=prompts)
                    predictions.append(PredictedMask(row, mask))
        timings = [TimingRow(HASH, name, 0, "axial", index, stage, 1, 0.1) for stage in ("embedding", *STRATEGIES)]
        yield SliceOutcome(name, 0, "axial", index, tuple(predictions), tuple(timings))
