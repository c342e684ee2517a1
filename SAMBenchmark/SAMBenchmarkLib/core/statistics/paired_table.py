"""Do two strategies, or two models, differ? Tested on the patients' means."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.statistics.bootstrap import numbered
from SAMBenchmarkLib.core.statistics.holm import holm
from SAMBenchmarkLib.core.statistics.intervals import mean_interval
from SAMBenchmarkLib.core.statistics.object_figures import Floats, Numbers, ObjectFigures, Strings
from SAMBenchmarkLib.core.statistics.signed_rank import signed_rank
from SAMBenchmarkLib.core.tables import Table

FIGURES = ("objects", "patients", "difference_percent", "bca_low", "bca_high", "statistic", "p", "p_holm", "note")


def strategy_tests(figures: ObjectFigures, selection: str) -> Table:
    """Wilcoxon's signed-rank test of every two strategies, corrected after Holm; without rows for one strategy."""
    values = {strategy: figures.dice_of(strategy, selection) for strategy in figures.strategies(selection)}
    pairs = list(itertools.combinations(values, 2))
    patients = figures.patient_numbers()
    rows = paired_rows({pair: (values[pair[0]], values[pair[1]], patients) for pair in pairs})
    title = (
        "Differences of mean DICE per patient [%], second less first, with Wilcoxon's signed-rank test, masks "
        f"selected by {SELECTION_TITLES.get(selection, selection)}"
    )
    return Table.from_rows(f"tests_{selection}", title, ("first", "second", *FIGURES), rows)


def paired_rows(pairs: Mapping[tuple[str, ...], tuple[Floats, Floats, Strings | Numbers]]) -> list[tuple[object, ...]]:
    """One row per pair: its names, then `FIGURES`; p is corrected for all pairs together.

    Objects without a value in either column are left out; each patient counts once.

    Args:
        pairs: names -> (first, second, patients): (N,) Dice twice, 0 to 1, and (N,) to whom each object belongs,
            names or numbers from 0.
    """
    found = [_compared(*columns) for columns in pairs.values()]
    corrected = holm([float(cells[6]) for cells in found])
    return [(*names, *cells[:7], float(p), cells[7]) for names, cells, p in zip(pairs, found, corrected, strict=True)]


def _compared(first: Floats, second: Floats, patients: Strings | Numbers) -> tuple[object, ...]:
    differences = 100 * (second - first)
    known = np.isfinite(differences)
    means = patient_means(differences[known], patients[known])
    if len(means) < 2:
        note = "no object has both" if not len(means) else "1 patient only: no test, no interval"
        mean = float(means[0]) if len(means) else math.nan
        return int(known.sum()), len(means), mean, math.nan, math.nan, math.nan, math.nan, note
    test, interval = signed_rank(means), mean_interval(means, np.arange(len(means)))
    notes = dict.fromkeys(filter(None, (test.note, interval.note)))
    return int(known.sum()), len(means), interval.mean, *interval.bca, test.statistic, test.p, "; ".join(notes)


def patient_means(values: Floats, patients: Strings | Numbers) -> Floats:
    """(P,) mean of each patient's objects, in the order of names or numbers; values are defined."""
    people, place = numbered(patients)
    return np.bincount(place, values, people) / np.maximum(np.bincount(place, minlength=people), 1)
