"""The report of a run: one HTML file without links to anything outside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import fields

from SAMBenchmarkLib.core.effort_tables import effort_tables
from SAMBenchmarkLib.core.method_tables import method_tables
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocol_tables import protocol_tables
from SAMBenchmarkLib.core.protocols.settings import SETTING_NAMES
from SAMBenchmarkLib.core.published_beside import beside_published
from SAMBenchmarkLib.core.statistics.run_comparison import run_statistics
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report import page
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.digest_collector import DIGEST_COLUMNS
from SAMBenchmarkLib.report.markup import Html
from SAMBenchmarkLib.report.methods import methods_section
from SAMBenchmarkLib.report.run_facts import ReportStore, RunFacts
from SAMBenchmarkLib.report.section_figures import figures_section
from SAMBenchmarkLib.report.section_options import options_section
from SAMBenchmarkLib.report.section_pictures import PictureOf, pictures_section
from SAMBenchmarkLib.report.section_plots import plots_section
from SAMBenchmarkLib.report.section_protocols import protocols_part
from SAMBenchmarkLib.report.section_published import published_section
from SAMBenchmarkLib.report.section_statistics import statistics_section
from SAMBenchmarkLib.report.section_timings import timings_section
from SAMBenchmarkLib.report.section_triage import triage_section
from SAMBenchmarkLib.report.section_volumes import effort_section, volumes_section
from SAMSegmenterLib.core.atomic import atomic_path

TITLE = "SAM Benchmark report"


def write_report(
    path: str | os.PathLike[str],
    store: ReportStore,
    option_hash: str,
    picture_of: PictureOf,
    notes: Sequence[str] = (),
    title: str = TITLE,
) -> None:
    """Write the report of one run; the same results give the same bytes.

    Rows are read several times as a stream; only figures are held.

    Args:
        path: of the HTML file; its folder must exist. An older file is replaced when the new one is complete.
        store: where the results are.
        option_hash: which run.
        picture_of: slice and reference behind a row; None when the volume is not at hand.
        notes: what the reader must know, "a tour of the tool, not evidence", say; notes of the cases are added.
        title: heading of the page; carries no patient's name.

    Raises:
        StoreError: the results cannot be read, or the file cannot be written.
    """
    text = report_html(store, option_hash, picture_of, notes, title)
    with atomic_path(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def report_html(
    store: ReportStore,
    option_hash: str,
    picture_of: PictureOf,
    notes: Sequence[str] = (),
    title: str = TITLE,
) -> str:
    """The report as text; arguments as those of `write_report`."""
    facts = RunFacts.of(store, option_hash, notes)
    digest = Digest.of_batches(store.columns(option_hash, DIGEST_COLUMNS))
    strategies = digest.strategies(facts.options.get("strategies") or ())
    methods = method_tables(store, option_hash, _options(facts))
    protocols = _protocols(store, option_hash, facts)
    sections = {
        "figures": figures_section(digest, strategies),
        "plots": plots_section(digest, strategies),
        "protocols": protocols_part(protocols),
        "statistics": statistics_section(run_statistics(store, option_hash)),
        "volumes": volumes_section(methods),
        "effort": _effort(store, option_hash, facts),
        "triage": triage_section(methods),
        "pictures": pictures_section(store, option_hash, digest, strategies, picture_of),
        "timings": timings_section(store.timing_seconds(option_hash), facts),
        "published": published_section(digest, beside_published(protocols, facts.about_model("model"))),
        "options": options_section(facts),
        "methods": methods_section(facts.options),
    }
    return page.document(title, page.header(title, digest, facts, strategies), sections, page.footer(facts))


def _protocols(store: ReportStore, option_hash: str, facts: RunFacts) -> list[Table]:
    """Rows are read once more only where the run has protocols."""
    return protocol_tables(store.rows(option_hash), _options(facts)) if facts.options.get("protocols") else []


def _effort(store: ReportStore, option_hash: str, facts: RunFacts) -> Html | None:
    """Rows are read once more only where the run counted the effort."""
    return effort_section(effort_tables(store.rows(option_hash))) if facts.options.get("correction_effort") else None


def _options(facts: RunFacts) -> BenchmarkOptions:
    known = {*(field.name for field in fields(BenchmarkOptions)), *SETTING_NAMES}
    return BenchmarkOptions.from_json({name: value for name, value in facts.options.items() if name in known})
