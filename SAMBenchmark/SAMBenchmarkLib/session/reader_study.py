"""Two readers over many cases: rows, tables, pictures and report."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from SAMBenchmarkLib.core.evaluation import windowed_image
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.reader_agreement import named_mask, reader_rows, reader_volumes
from SAMBenchmarkLib.core.reader_options import ReaderOptions
from SAMBenchmarkLib.core.reader_tables import ReaderRows
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.report.percentiles import PLACES
from SAMBenchmarkLib.report.pictures import Drawing, SlicePicture, draw
from SAMBenchmarkLib.report.readers_facts import MOST_STRUCTURES, ReaderPicture, ReaderStudy
from SAMBenchmarkLib.session.adapters import adapters_for
from SAMBenchmarkLib.session.reader_pairs import ReaderCase, ReaderPair, load_reader_case, voxel_ml
from SAMBenchmarkLib.session.table_files import write_table_files
from SAMBenchmarkLib.session.whole_folder import whole_folder
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.geometry import Volume, plane_axis, plane_name
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.slicing import SlicePlane, extract

MARK = "agreement.json"


def compare_readers(
    pairs: Sequence[ReaderPair],
    options: ReaderOptions,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    notes: Sequence[str] = (),
) -> ReaderStudy:
    """Compare all cases; a structure that the one reader uses nowhere is left out, and a note says so.

    Args:
        notes: what the reader of the report should know already, of files that were left out say.

    Raises:
        InputError: a file cannot be used, two lie on different grids, or no structure is common to the readers.
        Cancelled: the user stopped; nothing is kept.
    """
    slices: list[ResultRow] = []
    volumes: list[ResultRow] = []
    sizes: dict[str, float] = {}
    said = list(notes)
    used: tuple[dict[str, str], dict[str, str]] = {}, {}
    spelled: dict[str, str] = {}
    for number, pair in enumerate(pairs):
        if should_stop():
            raise Cancelled
        on_progress(ProgressEvent("comparing readers", number, len(pairs), None, pair.name))
        case = load_reader_case(pair, dict(options.label_names))
        said += [f"{pair.name}: {note}" for note in case.notes]
        sizes[pair.name] = voxel_ml(case.first)
        for names, reader in zip(used, (case.first, case.second), strict=True):
            names |= {structure.name.casefold(): structure.name for structure in reader.structures}
        both = _rows_of(case, options, pair, spelled)
        slices += both[0]
        volumes += both[1]
    on_progress(ProgressEvent("comparing readers", len(pairs), len(pairs), 0.0))
    chosen = _chosen(used, options, said)
    kept = [[row for row in rows if row.structure.casefold() in chosen] for rows in (slices, volumes)]
    if not kept[1]:
        raise InputError("Neither reader outlined anything of these structures.", "Check --structures.")
    rows = ReaderRows(*kept, sizes)
    return ReaderStudy(rows, options, tuple(said), _pictures(rows, pairs, options, on_progress))


def write_reader_study(study: ReaderStudy, output: Path | str) -> list[Path]:
    """Write report and tables; the folder appears complete or not at all.

    Returns:
        Where to look.

    Raises:
        InputError: the folder holds something else.
        StoreError: it cannot be written.
    """
    from SAMBenchmarkLib.report.readers_page import readers_html

    target = Path(output).expanduser().absolute()
    with whole_folder(target, MARK) as stage:
        write_table_files(stage, study.tables)
        (stage / "report.html").write_text(readers_html(study), encoding="utf-8", newline="\n")
        about = {"schema": "sam-agreement/1", "cases": len(study.rows.voxel_ml), "tables": len(study.tables)}
        (stage / MARK).write_text(json.dumps(about) + "\n", encoding="utf-8")
    return [target / name for name in ("report.html", "tables", "csv")]


def _rows_of(
    case: ReaderCase, options: ReaderOptions, pair: ReaderPair, spelled: dict[str, str]
) -> tuple[list[ResultRow], list[ResultRow]]:
    """Rows of the union of structures: which of them count is known when all cases were read.

    Args:
        spelled: name in small letters -> as it was first written, for all cases; names that are new are added.
    """
    axis, plane = _plane(case, options)
    given = [structure.name for reader in (case.first, case.second) for structure in reader.structures]
    names = [spelled.setdefault(name.casefold(), name) for name in given]
    more = {"tolerance_mm": options.tolerance_mm, "names": names}
    effort = adapters_for(BenchmarkOptions(correction_effort=options.correction_effort)).correction_effort
    try:
        slices = list(reader_rows(case.name, case.first, case.second, axis, plane, effort=effort, **more))
        return slices, list(reader_volumes(case.name, case.first, case.second, **more))
    except InputError as error:
        raise InputError(f"{pair.stem}: {error.message}", error.hint) from error


def _plane(case: ReaderCase, options: ReaderOptions) -> tuple[int, str]:
    volume = _shown_volume(case)
    axis = plane_axis(volume, options.plane)
    return axis, plane_name(volume, axis)


def _shown_volume(case: ReaderCase) -> Volume:
    """The image, or the lattice of the labels where there is none."""
    first = case.first
    return case.volume or Volume(first.layers[0], first.ijk_to_ras, first.has_spacing)


def _chosen(used: tuple[dict[str, str], dict[str, str]], options: ReaderOptions, notes: list[str]) -> set[str]:
    """Names that count, in small letters."""
    if options.structures:
        wanted = {name.casefold() for name in options.structures}
        absent = [name for name in options.structures if name.casefold() not in {**used[0], **used[1]}]
        notes += [f"Neither reader has a structure '{name}'." for name in absent]
        return wanted
    common = set(used[0]) & set(used[1])
    if not common:
        raise InputError(
            "The two readers' segmentations have no structure of the same name: "
            f"{_listed(used[0])} against {_listed(used[1])}.",
            'Give names by --label-names "1=liver;2=spleen", or rename the segments.',
        )
    for which, own in (("first", used[0]), ("second", used[1])):
        alone = {key: name for key, name in own.items() if key not in common}
        if alone:
            notes.append(
                f"Left out, as only the {which} reader uses the name: {_listed(alone)}. --structures compares them all "
                "the same."
            )
    return common


def _listed(names: Mapping[str, str]) -> str:
    shown = sorted(names.values())
    return ", ".join(shown[:6]) + (f" and {len(shown) - 6} more" if len(shown) > 6 else "")


def _pictures(
    rows: ReaderRows, pairs: Sequence[ReaderPair], options: ReaderOptions, on_progress: OnProgress
) -> dict[str, list[ReaderPicture]]:
    """Worst object and quartiles of each structure; cases are read once more, one after the other."""
    wanted = {name: _places(rows, name) for name in rows.structures()[:MOST_STRUCTURES]}
    cases = {row.case_id for places in wanted.values() for row, _ in places}
    drawn: dict[tuple[str, str, int], Drawing] = {}
    for number, pair in enumerate(pair for pair in pairs if pair.name in cases):
        on_progress(ProgressEvent("drawing pictures", number, len(cases), None, pair.name))
        case = load_reader_case(pair, dict(options.label_names))
        for row in (row for places in wanted.values() for row, _ in places if row.case_id == pair.name):
            drawn[row.structure, row.case_id, row.slice] = _drawing(case, row, options)
    return {
        name: [ReaderPicture(title, row, drawn[name, row.case_id, row.slice]) for row, title in places]
        for name, places in wanted.items()
    }


def _places(rows: ReaderRows, structure: str) -> list[tuple[ResultRow, str]]:
    own = sorted((row for row in rows.slices if row.structure == structure), key=lambda row: row.dice)
    titles: dict[int, list[str]] = {}
    for title, place in PLACES if own else ():
        titles.setdefault(max(0, int(np.ceil(place * len(own))) - 1), []).append(title)
    return [(own[rank], ", ".join(names)) for rank, names in titles.items()]


def _drawing(case: ReaderCase, row: ResultRow, options: ReaderOptions) -> Drawing:
    volume = _shown_volume(case)
    axis = plane_axis(volume, row.plane)
    image = extract(volume, SlicePlane.lattice(axis, row.slice), square_pixels=False)
    if case.volume is None:
        rgb8 = np.full((*image.pixels.shape[:2], 3), 96, np.uint8)
    else:
        rgb8 = windowed_image(volume, image, BenchmarkOptions(window=options.window))
    to_ras = volume.ijk_to_ras @ image.pixel_to_ijk if volume.has_spacing else None
    one = named_mask(case.first, row.structure, axis, row.slice)
    return draw(
        SlicePicture(rgb8, one, image.spacing_yx, to_ras),
        named_mask(case.second, row.structure, axis, row.slice),
        None,
    )
