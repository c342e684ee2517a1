"""What the page shows of a finished evaluation: tables, plots, the objects as rows, and the picture of one of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import STRATEGY_TITLES, BenchmarkOptions
from SAMBenchmarkLib.core.predictions import SHORT_SELECTION_TITLES
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMBenchmarkLib.session.outputs import stored_options
from SAMBenchmarkLib.session.slice_pictures import SlicePictures
from SAMSegmenterLib.core.errors import InputError, StoreError

MOST_ROWS = 400
"""That the page lists, the worst first; the tables count all of them."""

_PLOT_STYLE = """<style>
.sam-benchmark-plots .panels { display: grid; grid-template-columns: repeat(auto-fill, minmax(320px, 1fr)); gap: 12px; }
.sam-benchmark-plots .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; padding: 0; }
.sam-benchmark-plots .legend svg { width: 14px; height: 14px; margin-right: 6px; }
.sam-benchmark-plots figcaption small { margin-left: 8px; }
.sam-benchmark-plots figure, .sam-benchmark-plots figure svg { width: 100%; margin: 0; }
</style>"""


class ShownResults:
    """Reads the results of one run.

    Args:
        path: of the store.
        option_hash: of the run.
        case: its files, for the pictures.

    Thread: any, one at a time.
    """

    def __init__(self, path: Path, option_hash: str, case: Case) -> None:
        self._path, self._hash, self._case = path, option_hash, case
        self._loaded: LoadedCase | None = None

    def rows(self) -> tuple[list[dict[str, Any]], list[ResultRow]]:
        """The objects with the lowest Dice, as the page lists them and as they are stored."""
        with ResultStore(self._path, read_only=True) as store:
            known = [row for row in store.rows(self._hash) if row.slice >= 0 and not math.isnan(row.dice)]
        known.sort(key=lambda row: row.dice)
        return [_listed(row) for row in known[:MOST_ROWS]], known[:MOST_ROWS]

    def plots(self) -> str:
        """The report's plots as HTML; empty where the package that draws them is missing."""
        try:
            from SAMBenchmarkLib.report.digest import Digest
            from SAMBenchmarkLib.report.section_plots import plots_section
        except ImportError:
            return ""
        with ResultStore(self._path, read_only=True) as store:
            options = self._options(store)
            part = plots_section(Digest.of(store.rows(self._hash)), options.strategies or ())
        return "" if part is None else _PLOT_STYLE + str(part)

    def picture(self, row: ResultRow) -> str:
        """Slice with reference, prediction and prompts, as a data URL.

        Raises:
            InputError: the slice is not at hand.
        """
        from SAMBenchmarkLib.report.pictures import draw
        from SAMBenchmarkLib.report.section_pictures import prompts_of

        with ResultStore(self._path) as store:
            options = self._options(store)
            self._loaded = self._loaded or load_case(self._case, options)
            picture = SlicePictures(store, options, loaded=self._loaded)(row)
            if picture is None:
                raise InputError("The image of this slice is not at hand.", "Run the evaluation again.")
            try:
                mask = store.mask(row)
            except StoreError:
                mask = None
        return draw(picture, mask, prompts_of(row)).data_uri

    def _options(self, store: ResultStore) -> BenchmarkOptions:
        run = next((run for run in store.runs() if run.option_hash == self._hash), None)
        if run is None:
            raise InputError("The results are gone.", "Run the evaluation again.")
        return stored_options(run)


def shown_tables(tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Tables as the page shows them: every cell as text."""
    return [
        {"name": one.name, "title": one.title, "header": one.header, "rows": [[_cell(v) for v in r] for r in one.rows]}
        for one in tables
        if one.rows
    ]


def _listed(row: ResultRow) -> dict[str, Any]:
    """A row as the page shows it; slices are numbered as in the views beside it."""
    strategy = f"{row.strategy} {STRATEGY_TITLES.get(row.strategy, '')}".strip()
    return {
        "structure": row.structure,
        "plane": row.plane,
        "slice": row.slice,
        "strategy": strategy,
        "selection": SHORT_SELECTION_TITLES.get(row.selection, row.selection),
        "dice": f"{100 * row.dice:.1f}",
        "hd95": _cell(row.hd95_mm if math.isfinite(row.hd95_mm) else row.hd95_px),
    }


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if math.isfinite(value) and abs(value) < 1 else _number(value)
    return str(value)


def _number(value: float) -> str:
    return f"{value:.2f}" if math.isfinite(value) else "undefined"
