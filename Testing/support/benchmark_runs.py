"""Evaluations of cases in memory, for tests of what is made of their results."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.case_sources import CaseSource, MemorySource
from SAMBenchmarkLib.session.model_runs import RunPlan, RunsOutcome, evaluate_models
from SAMSegmenterLib.core.progress import ignore_progress, never_stop
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume

OPTIONS = BenchmarkOptions(strategies=("S5",), stride=4, timing_repeats=0)
SLICES, OBJECTS, SELECTIONS = 2, 2, 2
"""Per case of `run_of`."""


def box_case(name: str) -> MemorySource:
    """The two boxes, in memory."""
    return MemorySource(Case(name, Path(), Path()), *two_boxes_volume())


def run_of(store: Path, *names: str) -> tuple[list[MemorySource], RunsOutcome]:
    """Cases of these names, evaluated into a store."""
    sources = [box_case(name) for name in names]
    return sources, evaluated(store, sources)


def evaluated(store: Path, sources: Sequence[CaseSource]) -> RunsOutcome:
    """What came of cases, evaluated into a store."""
    plan = RunPlan(sources, ("model",), OPTIONS, store, lambda _name: ThresholdPredictor())
    steps = evaluate_models(plan, ignore_progress, never_stop, time.monotonic)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
