"""Slice outcomes made up for tests of what comes after the evaluation: store, tables, report."""

from __future__ import annotations

from typing import Any

import numpy as np

from SAMBenchmarkLib.core.rows import PredictedMask, ResultRow, SliceOutcome, TimingRow

HASH = "0123456789abcdef"


def a_row(**changes: Any) -> ResultRow:
    """A row with plausible values; any of them can be changed."""
    values: dict[str, Any] = {
        "option_hash": HASH,
        "case_id": "case a",
        "frame": 0,
        "plane": "axial",
        "slice": 3,
        "label_value": 1,
        "strategy": "S5",
        "selection": "oracle",
        "structure": "liver",
        "dice": 0.5,
        "jac": 1 / 3,
    }
    return ResultRow(**{**values, **changes})


def an_outcome(
    case_id: str = "case a",
    index: int = 3,
    option_hash: str = HASH,
    strategies: tuple[str, ...] = ("S2", "S5"),
    seed: int = 0,
) -> SliceOutcome:
    """A finished slice: one object, each strategy, two selections, with masks of 24 x 32 pixels."""
    random = np.random.default_rng((seed, index))
    predictions = []
    for strategy in strategies:
        for selection in ("oracle", "predicted_iou"):
            figures = {name: float(random.random()) for name in ("dice", "jac", "hd_px", "assd_mm", "predicted_iou")}
            row = a_row(
                option_hash=option_hash,
                case_id=case_id,
                slice=index,
                strategy=strategy,
                selection=selection,
                prompts_json='{"points":[]}',
                **figures,
            )
            predictions.append(PredictedMask(row, random.random((24, 32)) < 0.3))
    timing = TimingRow(option_hash, case_id, 0, "axial", index, "embedding", 1, float(random.random()))
    return SliceOutcome(case_id, 0, "axial", index, tuple(predictions), (timing,))
