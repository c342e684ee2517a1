"""What each ingredient of propagation adds: the same structures, measured with one ingredient changed at a time.

    python Testing/benchmarks/propagation_ablation.py [--quick] [--json FILE]

With SAM_TEST_DATA the volumes of that catalogue are measured with the bundled model, otherwise (and with --quick)
phantoms with a predictor that finds pixels of equal grey. Every parameter that is on or off is switched over in turn;
`CHANGES` lists further ones. `sam-benchmark propagate --parameters ...` measures one run in full, with other methods.
"""

from __future__ import annotations

import math
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import DIFFERENCE, Comparison
from benchmarks.harness import run, table

from SAMBenchmarkLib.propagation import figures
from SAMBenchmarkLib.propagation.cases import catalogue_cases
from SAMBenchmarkLib.propagation.choosing import Choice, ChosenPart, choose_parts
from SAMBenchmarkLib.propagation.families import dice_of
from SAMBenchmarkLib.propagation.journal import Journal
from SAMBenchmarkLib.propagation.measure import MeasureOptions
from SAMBenchmarkLib.propagation.measure import measure as measure_parts
from SAMBenchmarkLib.propagation.parameter_texts import parameters_from, switched_over
from SAMBenchmarkLib.propagation.record import OWN, Record
from SAMBenchmarkLib.validation.averages import average
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from support.fake_predictor import ThresholdPredictor
from support.propagation_files import write_cylinders

EVERYTHING = "as it is"
CHANGES = (
    "zoom=0",
    "motion=0",
    "model_weight=0",
    "shape_weight=0",
    "intensity_weight=0",
    "texture_weight=0",
    "keyframe_share=0",
    "learning=0",
    "min_evidence=0",
    "patience=1",
)
"""Changes besides the switches."""

MOST_OF_A_DATASET = 3
EMBEDDINGS_BYTES = 4 << 30
HEAD = (
    "",
    "Dice",
    "change",
    "told the ends",
    "beyond an end",
    "90 %",
    "missed",
    "keyframes' gain",
    "Spearman",
    "worst found",
    "decodes",
)


@dataclass(frozen=True)
class Run:
    """Figures of one run: means of datasets, or medians in which datasets weigh the same; None where undefined."""

    name: str
    figures: dict[str, float | None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    return run(measure, __doc__ or "", arguments)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    folder = None if quick else os.environ.get("SAM_TEST_DATA")
    if folder:
        from SAMSegmenterLib.models.registry import load

        chosen = choose_parts(catalogue_cases(Path(folder)), Choice(most=MOST_OF_A_DATASET))
        runs = _runs(chosen, load("sam-small"))
    else:
        with tempfile.TemporaryDirectory(prefix="sam-ablation-") as temporary:
            chosen = choose_parts(catalogue_cases(write_cylinders(Path(temporary) / "phantoms")), Choice())
            runs = _runs(chosen, ThresholdPredictor())
    where = "the catalogue's volumes" if folder else "phantoms"
    found = {
        "structures": len(chosen),
        "measured_on": where,
        "runs": {one.name: one.figures for one in runs},
        "comparisons": _compared(runs, where),
    }
    return found, table(HEAD, [_cells(one, runs[0]) for one in runs])


def changes() -> list[str]:
    """The parameters that are changed, one per run."""
    return [*switched_over(), *CHANGES]


def _runs(chosen: Sequence[ChosenPart], predictor: Predictor) -> list[Run]:
    shared = CachedEncoder(predictor, EmbeddingCache(None, EMBEDDINGS_BYTES))
    found = []
    for texts in ([], *([text] for text in changes())):
        options = MeasureOptions(parameters_from(texts), with_baselines=False)
        records = measure_parts(chosen, shared, options, Journal(None, "")).records
        found.append(Run(texts[0] if texts else EVERYTHING, _figures(records)))
        print(f"{found[-1].name}: Dice {found[-1].figures['dice']}", file=sys.stderr, flush=True)
    return found


def _figures(records: Sequence[Record]) -> dict[str, float | None]:
    known = figures.measured(records)
    means = {
        "dice": dice_of(OWN),
        "dice_told_the_ends": dice_of(OWN, told=True),
        "keyframe_gain": figures.keyframe_gain,
        "worst_found": figures.flagged,
        "decodes_per_slice": figures.decodes_per_slice,
    }
    found = {name: average(known, column).mean.value for name, column in means.items()}
    found |= {
        "overrun_median": figures.overrun(known, figures.MEDIAN).value,
        "overrun_90": figures.overrun(known, figures.P90).value,
        "missed_median": figures.missed(known).value,
        "spearman_median": figures.median_spearman(known).value,
    }
    return {name: None if math.isnan(value) else round(float(value), 4) for name, value in found.items()}


def _cells(one: Run, first: Run) -> list[str]:
    found = one.figures
    change = "" if one is first else _text(_difference(found["dice"], first.figures["dice"]), "+.3f")
    return [
        one.name,
        _text(found["dice"], ".3f"),
        change,
        _text(found["dice_told_the_ends"], ".3f"),
        _text(found["overrun_median"], "g"),
        _text(found["overrun_90"], "g"),
        _text(found["missed_median"], "g"),
        _text(found["keyframe_gain"], "+.3f"),
        _text(found["spearman_median"], ".2f"),
        _text(found["worst_found"], ".2f"),
        _text(found["decodes_per_slice"], ".2f"),
    ]


def _text(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)


def _difference(value: float | None, reference: float | None) -> float | None:
    return None if value is None or reference is None else value - reference


def _compared(runs: Sequence[Run], where: str) -> list[dict[str, Any]]:
    """Every run beside the first."""
    percent = [100 * (np.nan if one.figures["dice"] is None else one.figures["dice"]) for one in runs]
    return [
        Comparison(f"Dice on {where}, {one.name}", value, EVERYTHING, percent[0], "%", DIFFERENCE).to_json()
        for one, value in zip(runs[1:], percent[1:], strict=True)
        if not math.isnan(value)
    ]


if __name__ == "__main__":
    sys.exit(main())
