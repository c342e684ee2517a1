"""The files that a measurement leaves in its folder."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from SAMBenchmarkLib.propagation.criteria import verdicts
from SAMBenchmarkLib.propagation.document import Facts, document
from SAMBenchmarkLib.propagation.journal import JOURNAL
from SAMBenchmarkLib.propagation.measure import Measurement
from SAMBenchmarkLib.propagation.page import html_page
from SAMBenchmarkLib.propagation.record import Record
from SAMBenchmarkLib.propagation.sheet import contact_sheet
from SAMSegmenterLib.core.atomic import atomic_path, store_error

STRUCTURES, CRITERIA, TABLE, SHEET, PAGE, PICTURES = (
    "structures.csv",
    "criteria.csv",
    "table.md",
    "structures.png",
    "report.html",
    "pictures",
)


def open_folder(folder: Path) -> Path:
    """Create the folder with its folder of pictures, before the work.

    Returns:
        The folder of pictures.

    Raises:
        StoreError: it cannot be created or written.
    """
    pictures = folder / PICTURES
    try:
        pictures.mkdir(parents=True, exist_ok=True)
        with (folder / JOURNAL).open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise store_error(folder, error) from error
    return pictures


def write_output(folder: Path, measurement: Measurement, facts: Facts) -> list[Path]:
    """Write figures, account, criteria, pictures and page.

    Args:
        folder: from `open_folder`, with the strips.
        measurement: of at least one structure.

    Returns:
        The files written.

    Raises:
        StoreError: a file cannot be written.
    """
    records = measurement.records
    rows = [record.flat() for record in records]
    _write_csv(folder / STRUCTURES, list(dict.fromkeys(name for row in rows for name in row)), rows)
    _write_csv(
        folder / CRITERIA, ["criterion", "asked_for", "value", "low", "high", "answer"], _criteria(records, facts)
    )
    sheet = contact_sheet(records, folder / PICTURES, facts.options)
    files = {
        TABLE: document(measurement, facts).encode("utf-8"),
        SHEET: sheet,
        PAGE: html_page(measurement, facts, sheet).encode("utf-8"),
    }
    for name, content in files.items():
        with atomic_path(folder / name) as temporary:
            temporary.write_bytes(content)
    return [folder / name for name in (STRUCTURES, CRITERIA, *files)]


def _criteria(records: Sequence[Record], facts: Facts) -> list[dict[str, object]]:
    return [
        {
            "criterion": one.name,
            "asked_for": one.floor,
            "value": one.value,
            "low": one.interval[0],
            "high": one.interval[1],
            "answer": one.answer,
        }
        for one in verdicts(records, facts.seed)
    ]


def _write_csv(target: Path, header: Sequence[str], rows: Sequence[dict[str, object]]) -> None:
    with atomic_path(target) as temporary, temporary.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, header, restval="")
        writer.writeheader()
        writer.writerows(rows)
