"""Rows made up for tests of statistics: several patients, structures and strategies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import CaseRecord
from support.outcomes import HASH, a_row

MODALITIES = ("CT", "MR", "US")


def study_rows(
    cases: int = 12,
    structures: tuple[str, ...] = ("liver", "spleen"),
    strategies: tuple[str, ...] = ("S2", "S5"),
    selections: tuple[str, ...] = ("oracle", "predicted_iou"),
    slices: int = 2,
    dice: float | None = None,
) -> Iterator[ResultRow]:
    """Rows in the order of their keys; S5 is better than S2, and large objects of high contrast than others.

    Args:
        dice: of all objects; None draws them.
    """
    rng = np.random.default_rng(0)
    for case in range(cases):
        for index in range(slices):
            for label, structure in enumerate(structures, start=1):
                size, contrast, aspect = (
                    int(rng.integers(60, 4000)),
                    float(rng.uniform(1, 90)),
                    float(rng.uniform(0.2, 1)),
                )
                for strategy in strategies:
                    for selection in selections:
                        drawn = (
                            0.1 + 0.1 * np.log10(size) + contrast / 300 + 0.1 * (strategy == "S5") + rng.normal(0, 0.05)
                        )
                        yield a_row(
                            case_id=case_name(case),
                            slice=index,
                            label_value=label,
                            structure=structure,
                            strategy=strategy,
                            selection=selection,
                            dice=float(np.clip(drawn, 0, 1)) if dice is None else dice,
                            size=size,
                            aspect_ratio=aspect,
                            intensity_difference=contrast,
                        )


def study_cases(cases: int = 12, **changes: str) -> list[CaseRecord]:
    """A patient, a site and a modality for every case; any of them can be the same for all."""
    return [
        CaseRecord(
            HASH,
            case_name(n),
            patient=changes.get("patient", f"p{n}"),
            site=changes.get("site", "north" if n % 2 else "south"),
            modality=changes.get("modality", MODALITIES[n % 3]),
        )
        for n in range(cases)
    ]


def case_name(number: int) -> str:
    """In alphabetical order."""
    return f"case {number:03}"
