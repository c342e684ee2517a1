"""Writes the results of an evaluation in a scene into a folder: tables, report, scene files and the rows."""

from __future__ import annotations

import functools
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from SAMBenchmarkLib.core.predictions import predictions_as_segmentations
from SAMBenchmarkLib.core.store import FINISHED, ResultStore
from SAMBenchmarkLib.session.output_folder import OutputFolder, check_output_folder
from SAMBenchmarkLib.session.outputs import write_tables
from SAMBenchmarkLib.session.run_results import ModelResults, StoreOfCases
from SAMBenchmarkLib.session.stored_objects import StoredObjects
from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop

NO_REPORT = "No report was written: the package {name} is missing."


def export_files(
    target: Path,
    store: Path,
    results: Sequence[ModelResults],
    cases: Sequence[str],
    objects: StoredObjects,
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> tuple[list[Path], list[str]]:
    """Write every table as `.tsv` and `.csv`, the report, and a copy of the rows.

    Args:
        target: new, empty, or with results of ours; one folder per model in it when there are several.
        cases: names of those to write.

    Returns:
        What was written, and notices.

    Raises:
        InputError: the folder cannot be used; nothing is written.
        StoreError: a file cannot be written; each that is there is whole.

    Thread: any.
    """
    folder = check_output_folder(target)
    folder.create()
    written: list[Path] = []
    notices: list[str] = []
    if not (folder.results.exists() and folder.results.samefile(store)):
        _copy_rows(store, folder.results, results, cases)
    written.append(folder.results)
    for number, result in enumerate(results):
        if should_stop():
            break
        on_progress(ProgressEvent("writing tables and report", number, len(results), None, result.run.model))
        own = folder_of(folder, result, len(results))
        try:
            own.path.mkdir(exist_ok=True)
        except OSError as error:
            raise store_error(own.path, error) from error
        written += write_tables(own, result.tables)
        written += _write_report(own, store, result, cases, objects, notices)
    return written, notices


def export_scenes(
    target: Path, store: Path, results: Sequence[ModelResults], cases: Sequence[str], objects: StoredObjects
) -> Iterator[Path]:
    """Write each case with each model as an .mrb file; yields after each.

    Raises:
        StoreError: a file cannot be written.

    Thread: main.
    """
    from SAMBenchmarkLib.scene.bundle import write_scene

    folder, names = OutputFolder(target), file_names(cases)
    for result in results:
        own = folder_of(folder, result, len(results))
        for case in cases:
            with ResultStore(store, read_only=True) as opened:
                if (known := opened.case(result.run.option_hash, case)) is None or known.status != FINISHED:
                    continue
                loaded = objects.loaded(case, result.run.options)
                pair = loaded.frames[0], loaded.segmentations[0]
                predicted = predictions_as_segmentations(opened, result.run.option_hash, case, 0, *pair)
                path = own.scene if len(cases) == 1 else own.path / f"scene-{names[case]}.mrb"
                write_scene(path, *pair, predicted, result.tables[1:], "\n".join(loaded.notes))
            yield path


def folder_of(folder: OutputFolder, result: ModelResults, models: int) -> OutputFolder:
    """Where a model's files go."""
    return folder if models == 1 else OutputFolder(folder.path / file_name(result.run.model))


def file_name(text: str) -> str:
    """A name without what file systems refuse."""
    return re.sub(r'[\\/:*?"<>|\s]+', "_", text).strip("._") or "unnamed"


def file_names(texts: Sequence[str]) -> dict[str, str]:
    """A file name for each text, no two alike on any file system."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for text in texts:
        name = plain = file_name(text)
        number = 2
        while name.lower() in taken:
            name, number = f"{plain}_{number}", number + 1
        taken.add(name.lower())
        found[text] = name
    return found


def _copy_rows(store: Path, target: Path, results: Sequence[ModelResults], cases: Sequence[str]) -> None:
    """A store with the rows behind these results and no others: it may hold those of earlier evaluations, too."""
    with atomic_path(target) as temporary:
        shutil.copyfile(store, temporary)
        with ResultStore(temporary) as copy:
            copy.keep_only({result.run.option_hash for result in results}, cases)


def _write_report(
    folder: OutputFolder,
    store: Path,
    result: ModelResults,
    cases: Sequence[str],
    objects: StoredObjects,
    notices: list[str],
) -> list[Path]:
    try:
        from SAMBenchmarkLib.report.write_report import write_report
    except ImportError as error:
        notices.append(NO_REPORT.format(name=error.name))
        return []
    picture = functools.partial(objects.picture, options=result.run.options)
    with ResultStore(store, read_only=True) as opened:
        write_report(folder.report, StoreOfCases(opened, cases), result.run.option_hash, picture)
    return [folder.report]
