"""The contact sheet: strips of the worst, the middle and the best structures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from SAMBenchmarkLib.propagation.record import Record
from SAMBenchmarkLib.propagation.strips import strip_name
from SAMBenchmarkLib.validation.contact_sheets import (
    CAPTION,
    COLUMNS,
    GAP,
    HEADING,
    INK,
    LEGEND,
    PAPER,
    TILE,
    choose_rows,
    write_legend,
)

STRIPS = 3
"""Structures of each kind."""


def contact_sheet(records: Sequence[Record], folder: Path, options: str = "") -> bytes:
    """Put strips together.

    Args:
        records: of all structures; those whose strip is not in the folder are left out.
        folder: of the strips.
        options: hash that the strips were written with.

    Returns:
        A PNG.
    """
    drawn = [record for record in records if not record.failure and (folder / strip_name(record, options)).is_file()]
    lines = _lines(drawn)
    height = HEADING + TILE + CAPTION + GAP
    sheet = Image.new("RGB", (COLUMNS * (TILE + GAP) + GAP, len(lines) * height + GAP + LEGEND), PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, (title, record) in enumerate(lines):
        top = GAP + number * height
        pen.text((GAP, top), caption(title, record), fill=INK, font=ImageFont.load_default(size=17))
        with Image.open(folder / strip_name(record, options)) as image:
            sheet.paste(image.convert("RGB"), (GAP, top + HEADING))
    write_legend(pen, sheet.height - LEGEND)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def _lines(drawn: Sequence[Record]) -> list[tuple[str, Record]]:
    """Kind and structure, line by line; each structure once, although few may be the worst and the best."""
    found: dict[str, tuple[str, Record]] = {}
    for title, rows in choose_rows(drawn, STRIPS).items():
        for record in rows:
            found.setdefault(record.about.key, (title, record))
    return list(found.values())


def caption(title: str, record: Record) -> str:
    """A structure in words."""
    about = record.about
    return f"{title}: {about.case}, {about.label}, slices {about.first} to {about.last}: Dice {record.chosen:.2f}"
