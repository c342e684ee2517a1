"""The stores of results at four million rows: appending, and tables and report with the memory they take.

    python Testing/benchmarks/store_scale.py [--quick] [--json FILE]

Rows of a made-up study are appended to one SQLite file and to Parquet parts, beside lines of a CSV file that is flushed
after every slice. Tables and report with all statistics are then made from both, each in a process of its own, beside a
program that reads the CSV file into a list and takes nothing but the means. SAM_BENCHMARK_ROWS chooses another number
of rows.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from benchmarks.comparisons import Comparison
from benchmarks.harness import run, seconds_of, table
from benchmarks.side_by_side import alone, case_of, peak_megabytes

from SAMBenchmarkLib.core.rows import COLUMN_TYPES
from SAMBenchmarkLib.session import outputs
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.stores import STORES, open_store
from support.synthetic_study import ROWS_OF_A_CASE, SLICES, run_record, study

ROWS, QUICK_ROWS = 4_000_000, 4 * ROWS_OF_A_CASE
METRICS = ("dice", "jac", "hd_px", "hd_mm", "hd95_px", "hd95_mm", "assd_px", "assd_mm", "surface_dice")
GROUP = ("selection", "structure", "strategy")
TITLES = {"sqlite": "SQLite", "parquet": "Parquet"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; returns the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    case = case_of(given)
    if case is not None:
        print(json.dumps(_in_this_process(case[0], Path(case[1]))))
        return 0
    return run(measure, __doc__ or "", given)


def measure(quick: bool) -> tuple[dict[str, Any], str]:
    """Figures and a table."""
    wanted = QUICK_ROWS if quick else int(os.environ.get("SAM_BENCHMARK_ROWS", ROWS))
    cases = max(1, wanted // ROWS_OF_A_CASE)
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as name:
        folder, seconds_at = Path(name), dict[str, float]()
        works: dict[str, Callable[[], Any]] = {
            kind: lambda kind=kind: _fill(folder / kind, kind, cases, seconds_at) for kind in STORES
        }
        works["csv"] = lambda: _fill_csv(folder / "rows.csv", cases)
        making = seconds_of(lambda: _make(cases))
        append = {kind: max(seconds_of(work) - making, 1e-3) for kind, work in works.items()}
        size = {kind: _bytes(folder / kind) / 1e6 for kind in STORES}
        read = {kind: alone(__file__, kind, str(folder / kind)) for kind in STORES}
        read["csv"] = alone(__file__, "csv", str(folder / "rows.csv"))
        nothing = alone(__file__, "nothing", str(folder))["peak_mb"]
    rows = cases * ROWS_OF_A_CASE
    comparisons = [row for kind in STORES for row in _comparisons(kind, append, read)]
    figures = {
        "rows": rows,
        "cases": cases,
        "slices": cases * SLICES,
        "append_seconds": append,
        "seconds_until_cases": seconds_at,
        "rows_per_second": {kind: rows / seconds for kind, seconds in append.items()},
        "megabytes": size,
        "report": read,
        "peak_mb_of_python_alone": nothing,
        "comparisons": comparisons,
    }
    shown = [
        [one["what"], f"{one['value']:.1f}", f"{one['reference_value']:.1f}", one["result"]] for one in comparisons
    ]
    head = (f"{rows:,} rows", "store", "CSV", "result")
    return figures, table(head, shown)


def _comparisons(kind: str, append: dict[str, float], read: dict[str, dict[str, float]]) -> list[dict[str, Any]]:
    title, ours, naive = TITLES[kind], read[kind], read["csv"]
    means = "means alone, from a list of all rows of a CSV file"
    return [
        Comparison(f"append to {title}", append[kind], "lines of a CSV file", append["csv"], "s").to_json(),
        Comparison(f"tables and report from {title}", ours["seconds"], means, naive["seconds"], "s").to_json(),
        Comparison(f"{title}, memory at most", ours["peak_mb"], means, naive["peak_mb"], "MB").to_json(),
    ]


def _make(cases: int) -> None:
    """The rows alone, which is left out of what appending takes."""
    for _record, outcomes in study(cases):
        for _outcome in outcomes:
            pass


def _fill(path: Path, kind: str, cases: int, seconds_at: dict[str, float]) -> None:
    path.mkdir()
    store_path = OutputFolder(path, kind).results
    run_, start = run_record(), time.perf_counter()
    with open_store(store_path) as store:
        store.register_run(run_.option_hash, run_.options, run_.versions)
        for number, (record, outcomes) in enumerate(study(cases)):
            store.begin_case(record)
            for outcome in outcomes:
                store.save(outcome)
            store.finish_case(record)
            if str(number + 1).rstrip("0") == "1":
                seconds_at[f"{kind} {number + 1}"] = time.perf_counter() - start
            if kind == "parquet" and number % 100 == 99:
                from SAMBenchmarkLib.session.parquet.merging import merge_if_due

                merge_if_due(store_path, run_.option_hash)


def _fill_csv(path: Path, cases: int) -> None:
    names = tuple(COLUMN_TYPES)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for _record, outcomes in study(cases):
            for outcome in outcomes:
                writer.writerows([getattr(row, name) for name in names] for row in outcome.rows)
                file.flush()


def _in_this_process(kind: str, path: Path) -> dict[str, float]:
    """Seconds of a report and the memory of this process."""
    start = time.perf_counter()
    if kind == "csv":
        _naive_means(path)
    elif kind in STORES:
        folder, run_ = OutputFolder(path), run_record()
        with open_store(folder.results, read_only=True) as store:
            tables = outputs.run_tables(store, run_)
            outputs.write_run_report(folder, store, run_, lambda notice: None)
            outputs.write_tables(folder, tables)
    return {"seconds": time.perf_counter() - start, "peak_mb": round(peak_megabytes(), 1)}


def _naive_means(path: Path) -> dict[tuple[str, ...], list[float]]:
    wanted = (*GROUP, *METRICS)
    with path.open(encoding="utf-8", newline="") as file:
        rows = [{name: row[name] for name in wanted} for row in csv.DictReader(file)]
    groups: dict[tuple[str, ...], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in GROUP), []).append(row)
    return {
        key: [float(np.nanmean([float(row[name]) for row in members])) for name in METRICS]
        for key, members in groups.items()
    }


def _bytes(path: Path) -> int:
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


if __name__ == "__main__":
    sys.exit(main())
