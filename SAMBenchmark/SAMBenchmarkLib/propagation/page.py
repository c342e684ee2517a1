"""The account of a measurement as one HTML page."""

from __future__ import annotations

import base64

from SAMBenchmarkLib.propagation.document import READING, Facts, notes
from SAMBenchmarkLib.propagation.measure import Measurement
from SAMBenchmarkLib.propagation.sections import Section, sections
from SAMBenchmarkLib.report import page
from SAMBenchmarkLib.report.html_tables import body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, element, join, paragraph, section


def html_page(measurement: Measurement, facts: Facts, sheet: bytes | None) -> str:
    """The page as text.

    Args:
        measurement: of at least one structure.
        sheet: the contact sheet, a PNG; None without pictures.
    """
    parts = {
        "figures": section("figures", "Key figures", *map(_table, sections(measurement.records, facts.seed))),
        "pictures": _pictures(sheet) if sheet is not None else None,
        "methods": section("methods", "Methods", paragraph(READING)),
    }
    written = [paragraph(text.replace("**", "")) for text in notes(measurement, facts)]
    head = join([element("h1", facts.title), paragraph(page.NOT_FOR_DIAGNOSIS, class_="warning"), *written])
    return page.document(facts.title, head, parts, paragraph(f"Made by SAM Benchmark. {page.NOT_FOR_DIAGNOSIS}"))


def _table(one: Section) -> Html:
    rows = [element("tr", row_header(row[0]), *map(number_cell, row[1:])) for row in one.rows]
    header = [one.header[0] or "", *map(number_header, one.header[1:])]
    return data_table(f"{one.title}. {one.text}".strip(), header, [body(rows)], len(rows))


def _pictures(sheet: bytes) -> Html:
    text = "Slices of the worst, the middle and the best structures; the box is the prompt on the start slice."
    source = "data:image/png;base64," + base64.b64encode(sheet).decode("ascii")
    return section("pictures", "Pictures", paragraph(text), element("img", src=source, alt=text, width="100%"))
