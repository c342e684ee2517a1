"""A stored run made up for tests of the report: disks, some found, some missed."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from SAMBenchmarkLib.core.object_metrics import measure
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.rows import PredictedMask, ResultRow, SliceOutcome, TimingRow
from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMBenchmarkLib.core.store import CaseRecord, ResultStore
from SAMBenchmarkLib.report.pictures import SlicePicture
from support.masks import disk
from support.outcomes import HASH, a_row

SHAPE = (40, 52)
RADIUS = {"S0": 8, "S1": 3, "S2": 5, "S3": 6, "S4": 7, "S5": 9, "S6": 9.5}


def reference_mask(label: int) -> np.ndarray:
    """Label 1 and up: disks of radius 10 at different places."""
    return disk(SHAPE, _centre(label), 10)


def picture_of(row: ResultRow) -> SlicePicture:
    """A grey slice with a bright object."""
    mask = reference_mask(row.label_value)
    rgb = np.where(mask, np.uint8(200), np.uint8(60))[..., None].repeat(3, axis=2)
    return SlicePicture(rgb, mask, (2.0, 1.0))


def _centre(label: int) -> tuple[int, int]:
    return 14 + 2 * (label % 12), 20


def predictions(
    index: int,
    label: int,
    structure: str,
    spacing: tuple[float, float] | None,
    strategies: tuple[str, ...],
    empty: bool,
    hd_empty: str,
) -> list[PredictedMask]:
    """Predicted disks of one object, too small by predicted IoU, a little less so by oracle."""
    reference, found = reference_mask(label), []
    for strategy in strategies:
        prompts = "" if strategy in ("S0", "S1") else json.dumps(strategy_prompts(reference, strategy).to_json())
        for selection, more in (("oracle", 0.5), ("predicted_iou", 0.0)):
            radius = 0 if empty else RADIUS[strategy] + more - 0.1 * index
            mask = disk(SHAPE, _centre(label), radius) & (not empty)
            figures = asdict(measure(mask, reference, spacing, hd_empty))
            row = a_row(
                slice=index,
                label_value=label,
                structure=structure,
                strategy=strategy,
                selection=selection,
                prompts_json=prompts,
                **figures,
            )
            found.append(PredictedMask(row, mask))
    return found


def filled_store(
    folder: Path,
    slices: int = 4,
    structures: tuple[str, ...] = ("liver", "spleen"),
    strategies: tuple[str, ...] = ("S1", "S2", "S3", "S4", "S5", "S6"),
    spacing: tuple[float, float] | None = (2.0, 1.0),
    empty: bool = False,
    timed: bool = True,
    case: CaseRecord | None = None,
    **options: Any,
) -> ResultStore:
    """A store with one finished case; close it, or leave that to the garbage collector."""
    store = ResultStore(folder / "results.sqlite")
    chosen = BenchmarkOptions(strategies=strategies, **options)
    about = {"model": "tiny", "model_sha256": "ab" * 32, "device": "cpu", "threads": 2}
    versions = {"python": "3.11.9", "torch": "2.5.0", "model_licence": "Apache-2.0"}
    store.register_run(HASH, {**chosen.to_json(), **about}, versions)
    hd_empty = str(chosen.resolved().hd_empty)
    for index in range(slices):
        found = []
        for label, structure in enumerate(structures, start=1):
            found += predictions(index, label, structure, spacing, strategies, empty, hd_empty)
        stages = ("embedding", *strategies) if timed else ()
        timings = tuple(TimingRow(HASH, "case a", 0, "axial", index, stage, 1, 0.25) for stage in stages)
        store.save(SliceOutcome("case a", 0, "axial", index, tuple(found), timings))
    store.finish_case(case or CaseRecord(HASH, "case a", status="finished", slices=slices))
    return store
