"""Tables, report and scene of a run, made from the store; making them again is cheap and gives the same."""

from __future__ import annotations

import contextlib
import importlib.util
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.effort_tables import EFFORT_TABLES, effort_tables
from SAMBenchmarkLib.core.figure_groups import SUMMARY_COLUMNS
from SAMBenchmarkLib.core.method_tables import METHOD_TABLES, method_tables
from SAMBenchmarkLib.core.metric_columns import METRICS
from SAMBenchmarkLib.core.options import SELECTIONS, BenchmarkOptions
from SAMBenchmarkLib.core.protocol_tables import TABLE_NAMES, protocol_tables
from SAMBenchmarkLib.core.published_beside import PUBLISHED, beside_published
from SAMBenchmarkLib.core.spreadsheets import table_csv
from SAMBenchmarkLib.core.statistics.run_comparison import RUN_TABLES, model_of, run_statistics
from SAMBenchmarkLib.core.statistics.statistics_tables import STATISTICS_TABLES
from SAMBenchmarkLib.core.store import ResultStore, RunRecord
from SAMBenchmarkLib.core.summary import tables_of
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.core.reference import Segmentation

OnNotice = Callable[[str], None]

NO_SCENE = 'No scene was written: it needs 3D Slicer, or pip install "slicer-sam-segmenter[headless]".'

_OUR_TABLES = {
    *STATISTICS_TABLES,
    *RUN_TABLES,
    *EFFORT_TABLES,
    PUBLISHED,
    "timing",
    "options",
    *(f"{name}_{selection}" for name in ("summary", *(m.column for m in METRICS)) for selection in SELECTIONS),
    *TABLE_NAMES,
    *METHOD_TABLES,
}


@dataclass(frozen=True, eq=False)
class Extras:
    """What a caller adds to the outputs of a run.

    Args:
        tables: further tables.
        predicted: further segmentations of the scene, by name.
        notes: sentences for the report and the scene.
    """

    tables: tuple[Table, ...] = ()
    predicted: Mapping[str, Segmentation] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def run_tables(store: ResultStore, run: RunRecord, further: Sequence[Table] = ()) -> list[Table]:
    """All tables of a run, further ones, and last its options; an empty list when there are no rows."""
    key = run.option_hash
    tables = tables_of(store.columns(key, SUMMARY_COLUMNS, plain=True), store.timing_seconds(key))
    if tables and run.options.get("options", {}).get("protocols"):
        tables += protocol_tables(store.rows(run.option_hash), stored_options(run))
    if not tables:
        return []
    tables += run_statistics(store, key)
    tables += method_tables(store, key, stored_options(run))
    if run.options.get("options", {}).get("correction_effort"):
        tables += effort_tables(store.rows(key))
    published = beside_published(tables, model_of(run))
    return [*tables, *([published] if published.rows else []), *further, options_table(run)]


def options_table(run: RunRecord) -> Table:
    """Options, model and versions of a run, so that the other tables can be understood without the report."""
    rows = [("option_hash", run.option_hash)]
    for part in (*run.options.values(), run.versions):
        rows += [(name, _option_text(value)) for name, value in part.items()]
    return Table.from_rows("options", "Options and versions", ("name", "value"), rows)


def stored_options(run: RunRecord) -> BenchmarkOptions:
    """Options that a run was registered with."""
    return BenchmarkOptions.from_json(run.options["options"])


def shown_run(folder: OutputFolder) -> str:
    """Option hash of the run that the outputs in a folder show; empty when they are not complete."""
    try:
        with (folder.tables / "options.tsv").open(encoding="utf-8") as file:
            lines = dict(line.rstrip("\n").partition("\t")[::2] for line in file)
    except (OSError, UnicodeDecodeError):
        return ""
    return lines.get("option_hash", "")


def forget_shown_run(folder: OutputFolder) -> None:
    """Before outputs are written: until the last of them, the options table, is there, they are not complete."""
    with contextlib.suppress(OSError):
        (folder.tables / "options.tsv").unlink(missing_ok=True)


def write_tables(folder: OutputFolder, tables: Sequence[Table]) -> list[Path]:
    """Write each table as `.csv` and, last, as `.tsv`; tables of ours that are not among them are removed.

    Those show other options.

    Returns:
        The `.tsv` files.

    Raises:
        StoreError: a folder cannot be written.
    """
    _write_files(folder.spreadsheets, ".csv", {table.name: table_csv(table) for table in tables})
    return _write_files(folder.tables, ".tsv", {table.name: table.to_tsv() for table in tables})


def _write_files(folder: Path, ending: str, texts: Mapping[str, str]) -> list[Path]:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise store_error(folder, error) from error
    written = []
    for name, text in texts.items():
        path = folder / f"{name}{ending}"
        with atomic_path(path) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="")
        written.append(path)
    for name in _OUR_TABLES - set(texts):
        with contextlib.suppress(OSError):
            (folder / f"{name}{ending}").unlink(missing_ok=True)
    return written


def write_run_report(
    folder: OutputFolder,
    store: ResultStore,
    run: RunRecord,
    on_notice: OnNotice,
    cases: Mapping[str, Case] | None = None,
    loaded: LoadedCase | None = None,
    notes: Sequence[str] = (),
) -> list[Path]:
    """Write `report.html`; where a package for it is missing there is a notice instead.

    Args:
        cases: by name, for pictures that are not kept in the store.
        loaded: a case that is in memory already.

    Raises:
        StoreError: the file cannot be written.
    """
    try:
        from SAMBenchmarkLib.report.write_report import write_report
        from SAMBenchmarkLib.session.slice_pictures import SlicePictures
    except ImportError as error:
        on_notice(f"No report was written: the package {error.name} is missing.")
        return []
    pictures = SlicePictures(store, stored_options(run), cases, loaded)
    write_report(folder.report, store, run.option_hash, pictures, notes)
    return [folder.report]


def write_run_scene(
    folder: OutputFolder,
    store: ResultStore,
    run: RunRecord,
    loaded: LoadedCase,
    tables: Sequence[Table],
    extras: Extras,
    on_notice: OnNotice,
) -> list[Path]:
    """Write `scene.mrb` with one case; without Slicer's package there is a notice instead.

    A 4D file is shown by its first volume.

    Raises:
        StoreError: the file cannot be written.

    Thread: main.
    """
    if importlib.util.find_spec("slicer") is None:
        on_notice(NO_SCENE)
        return []
    from SAMBenchmarkLib.core.predictions import predictions_as_segmentations
    from SAMBenchmarkLib.scene.bundle import write_scene

    volume, reference = loaded.frames[0], loaded.segmentations[0]
    predicted = predictions_as_segmentations(store, run.option_hash, loaded.case.name, 0, volume, reference)
    notes = "\n".join((*extras.notes, *loaded.notes))
    try:
        write_scene(folder.scene, volume, reference, _Joined(predicted, extras.predicted), tables, notes)
    except DependencyError as error:
        on_notice(f"No scene was written: {error}")
        return []
    return [folder.scene]


class _Joined(Mapping[str, Segmentation]):
    """Two mappings as one; values are still made only when asked for."""

    def __init__(self, first: Mapping[str, Segmentation], second: Mapping[str, Segmentation]) -> None:
        self._first, self._second = first, second

    def __getitem__(self, name: str) -> Segmentation:
        return self._second[name] if name in self._second else self._first[name]

    def __iter__(self) -> Iterator[str]:
        yield from (name for name in self._first if name not in self._second)
        yield from self._second

    def __len__(self) -> int:
        return len(set(self._first) | set(self._second))


def _option_text(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
