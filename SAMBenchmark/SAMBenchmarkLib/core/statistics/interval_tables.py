"""Mean Dice with intervals over patients: by structure, and by site."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from SAMBenchmarkLib.core.options import SELECTION_TITLES
from SAMBenchmarkLib.core.statistics.intervals import MeanInterval, mean_interval
from SAMBenchmarkLib.core.statistics.object_figures import ObjectFigures
from SAMBenchmarkLib.core.tables import Table

ALL_OBJECTS = "all objects"
NO_SITE = "site not recorded"
_ENDS = ("percentile_low", "percentile_high", "bca_low", "bca_high")
_FIGURES = ("objects", "patients", "dice_percent_mean", *_ENDS, "note")


def interval_table(figures: ObjectFigures, selection: str) -> Table:
    """Mean Dice in percent of every structure and of all objects, with both 95 % intervals."""
    rows = []
    patients = figures.patient_numbers()
    for name, here in _structures(figures):
        for strategy in figures.strategies(selection):
            found = mean_interval(100 * figures.dice_of(strategy, selection)[here], patients[here])
            rows.append((name, strategy, *_cells(found)))
    title = (
        "Mean DICE [%] with 95 % bootstrap intervals over patients, masks selected by "
        f"{SELECTION_TITLES.get(selection, selection)}"
    )
    return Table.from_rows(f"intervals_{selection}", title, ("structure", "strategy", *_FIGURES), rows)


def site_table(figures: ObjectFigures, selection: str) -> Table:
    """Mean Dice in percent of every site; without rows when no case names its site."""
    rows = []
    sites, patients = figures.sites(), figures.patient_numbers()
    cases = figures.cases
    named = sorted(set(sites[sites != ""])) if len(figures) else []
    for site in [*named, *([""] if named and (sites == "").any() else [])]:
        here = sites == site
        for strategy in figures.strategies(selection):
            values = 100 * figures.dice_of(strategy, selection)[here]
            found = mean_interval(values, patients[here])
            known = values[np.isfinite(values)]
            spread = float(known.std()) if len(known) else float("nan")
            rows.append((site or NO_SITE, strategy, len(np.unique(cases[here])), spread, *_cells(found)))
    title = f"DICE by site [%], masks selected by {SELECTION_TITLES.get(selection, selection)}"
    header = ("site", "strategy", "cases", "dice_percent_std", *_FIGURES)
    return Table.from_rows(f"sites_{selection}", title, header, rows)


def _structures(figures: ObjectFigures) -> Iterator[tuple[str, np.ndarray]]:
    yield ALL_OBJECTS, np.ones(len(figures), bool)
    if len(figures.structure_names) > 1:
        for number, name in enumerate(figures.structure_names):
            yield name, figures.structure_of() == number


def _cells(found: MeanInterval) -> tuple[object, ...]:
    return found.objects, found.patients, found.mean, *found.percentile, *found.bca, found.note
