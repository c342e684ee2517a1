"""`sam-benchmark stopwatch`: time and corrections per object with and without SAM."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from SAMBenchmarkLib.core.summary_text import aligned
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.timed_objects import pairs_of, stopwatch_tables
from SAMBenchmarkLib.session.output_folder import check_folder
from SAMBenchmarkLib.session.stopwatch_logs import read_logs
from SAMBenchmarkLib.session.table_files import write_table_files
from SAMBenchmarkLib.session.whole_folder import whole_folder
from SAMSegmenterLib.cli.common import add_common_arguments
from SAMSegmenterLib.core.errors import EXIT_OK

MARK = "stopwatch.json"
ABOUT = """Compare the time and the corrections that objects took with and without SAM, object by object. The effect SAM
of the Segment Editor records them when its "Stopwatch study" is started, and leaves them as the text "SAM stopwatch" in
the scene, to be saved beside the segmentation. An object is found again by reader, volume and segment name."""


def add_parser(commands: argparse._SubParsersAction, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command to `sam-benchmark`."""
    about = "time and corrections with and without SAM"
    parser = commands.add_parser("stopwatch", help=about, description=ABOUT, formatter_class=formatter)
    parser.add_argument(
        "logs",
        nargs="+",
        metavar="LOG",
        help="text of a study, scene (.mrb) that holds one, or folder of these; where there are several folders, each "
        "one is a reader",
    )
    parser.add_argument("--output", metavar="FOLDER", help="report and tables: new or empty, or of an earlier study")
    add_common_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Compare, print, and write where asked to; returns the exit code.

    Raises:
        InputError: a log cannot be read, or none holds a timed object; nothing is written.
        StoreError: the output cannot be written; nothing is left of it.
    """
    objects, notes = read_logs([Path(path).expanduser() for path in given.logs])
    if given.output:
        check_folder(given.output, MARK)
    tables = stopwatch_tables(objects)
    paths = _write(Path(given.output), objects, notes, tables) if given.output else []
    print(f"{len(objects)} timed objects, {len(pairs_of(objects))} with and without SAM\n{_summary(tables[0])}")
    for note in notes:
        print(f"note: {note}")
    if paths:
        print("Where to look:", *(f"  {path}" for path in paths), sep="\n")
    return EXIT_OK


def _write(output: Path, objects: Sequence, notes: Sequence[str], tables: Sequence[Table]) -> list[Path]:
    from SAMBenchmarkLib.report.stopwatch_page import stopwatch_html

    target = output.expanduser().absolute()
    with whole_folder(target, MARK) as stage:
        write_table_files(stage, tables)
        (stage / "report.html").write_text(stopwatch_html(objects, notes), encoding="utf-8", newline="\n")
        about = {"schema": "sam-stopwatch-study/1", "objects": len(objects)}
        (stage / MARK).write_text(json.dumps(about) + "\n", encoding="utf-8")
    return [target / name for name in ("report.html", "tables", "csv")]


def _summary(table: Table) -> str:
    rows = [["", "pairs", "without", "with", "difference", "95 % interval", "p"]]
    for row in (dict(zip(table.header, values, strict=True)) for values in table.rows):
        interval = f"{_text(row['bca_low'])} to {_text(row['bca_high'])}" if row["bca_low"] == row["bca_low"] else "-"
        figures = [_text(row[name]) for name in ("without_sam", "with_sam", "difference")]
        name = f"{row['measure']} [{row['unit']}], {row['reader']}, {row['object']}"
        rows.append([name, str(row["pairs"]), *figures, interval, _text(row["p"], 3)])
    notes = [note for note in dict.fromkeys(table.columns["note"]) if note]
    return "\n".join([aligned(rows), *(f"  {note}" for note in notes)])


def _text(value: float, digits: int = 2) -> str:
    return "-" if value != value else f"{value:.{digits}f}"
