"""Statistics on the page: intervals, tests, sites, modalities, and what Dice goes with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from SAMBenchmarkLib.core.modalities import NOT_RECORDED
from SAMBenchmarkLib.core.options import SELECTION_TITLES, STRATEGIES, STRATEGY_TITLES
from SAMBenchmarkLib.core.statistics.box_tables import ALL_STRUCTURES
from SAMBenchmarkLib.core.statistics.object_figures import ATTRIBUTE_TITLES
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.digest import SELECTION_ORDER
from SAMBenchmarkLib.report.markup import Html, details, element, join, paragraph, section
from SAMBenchmarkLib.report.plots import strategy_legend
from SAMBenchmarkLib.report.published_correlations import CORRELATION_SOURCE, CORRELATIONS
from SAMBenchmarkLib.report.statistic_plots import boxes_panel, correlation_panel
from SAMBenchmarkLib.report.statistic_tables import statistic_table

MOST_STRUCTURES = 12
_INTERVALS = {
    "structure": "Structure",
    "strategy": "Strategy",
    "objects": "Objects",
    "patients": "Patients",
    "dice_percent_mean": "DICE, mean",
    "bca_low": "BCa from",
    "bca_high": "to",
    "percentile_low": "Percentile from",
    "percentile_high": "to",
}
_TESTS = {
    "first": "First",
    "second": "Second",
    "patients": "Patients",
    "difference_percent": "Second less first",
    "bca_low": "95 % from",
    "bca_high": "to",
    "p": "p",
    "p_holm": "p, Holm",
}
_MODELS = {
    "other_model": "Other model",
    "strategy": "Strategy",
    "patients": "Patients",
    "difference_percent": "This run less the other",
    "bca_low": "95 % from",
    "bca_high": "to",
    "p": "p",
    "p_holm": "p, Holm",
    "differs_in": "Runs differ in",
}
_SITES = {"site": "Site", "strategy": "Strategy", "cases": "Cases", **dict(list(_INTERVALS.items())[2:7])}
_CORRELATIONS = {
    "attribute": "Attribute",
    "strategy": "Strategy",
    "n": "Objects",
    "rho": "ρ",
    "p": "p",
    "strength": "Strength",
    "rho_alone": "ρ alone|none held constant",
    "published_b": "ViT-B|published",
    "published_h": "ViT-H|published",
}
INTERVAL_WORDS = (
    "Patients were drawn anew 2,000 times with all their objects, because objects of one patient are alike; a case "
    "without a patient counts as one. BCa corrects the percentile interval for bias and skewness (Efron 1987, "
    "doi:10.1080/01621459.1987.10478410)."
)
TEST_WORDS = (
    "Differences of the patients' mean DICE, tested two-sided with Wilcoxon's signed-rank test, exact for up to 50 "
    "patients; corrected after Holm for all pairs of the table. p below 0.001 in bold."
)
CORRELATION_WORDS = (
    "Spearman correlations with DICE, the other attributes that vary held constant; 0.4 and more is moderate, 0.2 and "
    "more weak (Huang et al. 2024). p treats objects as independent; those of one patient are not, so it is too small "
    "as a rule. A modality is a name: the correlation with its number depends on the numbering."
)


def statistics_section(tables: Sequence[Table]) -> Html | None:
    """All statistics of a run; None when there are none.

    Args:
        tables: of `run_statistics`.
    """
    by_name = {table.name: table for table in tables}
    selections = [name for name in SELECTION_ORDER if f"intervals_{name}" in by_name]
    if not selections:
        return None
    first, others = selections[0], selections[1:]
    further = [details(f"Masks selected by {_title(name)}", *_parts(by_name, name)) for name in others]
    words = paragraph(f"Masks selected by {_title(first)}.", class_="subtitle")
    return section("statistics", "Statistics", words, *_parts(by_name, first), *further)


def _parts(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    parts = (_intervals, _tests, _models, _sites, _modalities, _correlations, _levels)
    return [html for part in parts for html in part(by_name, selection)]


def _intervals(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    table = by_name[f"intervals_{selection}"]
    shown = statistic_table(table, _INTERVALS, "Mean DICE in percent, 95 % intervals.", ("structure", "strategy"))
    return [element("h3", "Intervals over patients"), paragraph(INTERVAL_WORDS, class_="soft small"), shown]


def _tests(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    heading, table = element("h3", "Do the strategies differ?"), by_name.get(f"tests_{selection}")
    if table is None:
        return [heading, paragraph("There is one strategy: nothing to compare.")]
    caption = "Differences of DICE in percentage points."
    shown = statistic_table(table, _TESTS, caption, ("first", "second"))
    return [heading, paragraph(TEST_WORDS, class_="soft small"), shown]


def _models(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    """Nothing where the store holds no other run of the same objects."""
    table = by_name.get(f"models_{selection}")
    if table is None:
        return []
    caption = "Differences of DICE in percentage points to other runs in the same folder, on the same objects."
    shown = statistic_table(table, _MODELS, caption, ("other_model", "strategy"))
    return [element("h3", "Does this run differ from others?"), shown]


def _sites(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    heading, table = element("h3", "Sites"), by_name.get(f"sites_{selection}")
    if table is None:
        return [heading, paragraph("No case names its site.")]
    caption = "DICE in percent by site, 95 % intervals."
    return [heading, statistic_table(table, _SITES, caption, ("site", "strategy"), elsewhere=())]


def _modalities(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    heading, table = element("h3", "DICE by modality"), by_name[f"modality_{selection}"]
    rows = _dicts(table)
    names = list(dict.fromkeys(row["modality"] for row in rows if row["structure"] == ALL_STRUCTURES))
    if len(names) == 1:
        only = "No case says its modality" if names[0] == NOT_RECORDED else f"All cases are {names[0]}"
        return [heading, paragraph(f"{only}: there are no modalities to compare.")]
    structures, alone = [ALL_STRUCTURES], []
    for name in dict.fromkeys(row["structure"] for row in rows if row["structure"] != ALL_STRUCTURES):
        present = {row["modality"] for row in rows if row["structure"] == name}
        (structures if len(present) > 1 else alone).append(name if len(present) > 1 else f"{name} ({present.pop()})")
    panels = []
    for nth, name in enumerate(structures[: MOST_STRUCTURES + 1]):
        here = [row for row in rows if row["structure"] == name]
        groups = [(m, {r["strategy"]: r for r in here if r["modality"] == m}) for m in names]
        plot = boxes_panel(f"modality-{selection}-{nth}", [g for g in groups if g[1]], "DICE (%)", (-2, 102))
        panels.append(_panel(name, plot))
    strategies = list(dict.fromkeys(row["strategy"] for row in rows))
    words = "Whiskers reach to the last value within 1.5 box lengths; values beyond are counted in the tables."
    left = f"In one modality only, so not compared: {', '.join(alone)}." if alone else None
    return [
        heading,
        paragraph(words, class_="soft small"),
        strategy_legend(strategies, STRATEGY_TITLES),
        element("div", *panels, class_="panels"),
        *([paragraph(left)] if left else []),
    ]


def _correlations(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    if all(rho != rho for rho in by_name[f"correlation_{selection}"].columns["rho"]):
        return [element("h3", "What DICE goes with"), paragraph(_no_correlation(by_name[f"correlation_{selection}"]))]
    table = _with_published(by_name[f"correlation_{selection}"])
    panels = []
    for attribute, title in ATTRIBUTE_TITLES.items():
        rho = {row["strategy"]: row["rho"] for row in _dicts(table) if row["attribute"] == title}
        if any(value == value for value in rho.values()):
            plot = correlation_panel(f"rho-{selection}-{attribute}", rho, "partial ρ with DICE")
            panels.append(_panel(title, plot))
    shown = statistic_table(table, _CORRELATIONS, "Correlations with DICE.", ("attribute", "strategy"))
    return [
        element("h3", "What DICE goes with"),
        paragraph(CORRELATION_WORDS, class_="soft small"),
        *([element("div", *panels, class_="panels")] if panels else []),
        shown,
        paragraph(
            join(["Published values are for orientation, never a target. ", CORRELATION_SOURCE]), class_="soft small"
        ),
    ]


def _no_correlation(table: Table) -> str:
    """Why there is none, each reason once."""
    reasons = "; ".join(dict.fromkeys(note for note in table.columns["note"] if note))
    return f"No correlation can be given: {reasons}." if reasons else "No correlation can be given."


def _with_published(table: Table) -> Table:
    """The table by attribute, with titles for names and two more columns."""
    order = list(ATTRIBUTE_TITLES)
    rows = sorted(_dicts(table), key=lambda row: order.index(row["attribute"]))
    for row in rows:
        nth = STRATEGIES.index(row["strategy"]) if row["strategy"] in STRATEGIES else None
        for column, model in (("published_b", "ViT-B"), ("published_h", "ViT-H")):
            values = CORRELATIONS[row["attribute"]][model]
            row[column] = "" if nth is None else f"{values[nth]:.3f}"
        row["attribute"] = ATTRIBUTE_TITLES[row["attribute"]]
    header = [*table.header, "published_b", "published_h"]
    return Table.from_rows(table.name, table.title, header, [[row[name] for name in header] for row in rows])


def _levels(by_name: Mapping[str, Table], selection: str) -> list[Html]:
    heading, table = element("h3", "Attributes by level of DICE"), by_name.get(f"dice_levels_{selection}")
    if table is None:
        return [heading, paragraph("No attribute was measured.")]
    rows = _dicts(table)
    panels = []
    for attribute in dict.fromkeys(row["attribute"] for row in rows):
        here = [row for row in rows if row["attribute"] == attribute]
        groups = [(str(row["level"]), {row["strategy"]: row}) for row in here]
        title = ATTRIBUTE_TITLES[attribute]
        panels.append(_panel(title, boxes_panel(f"level-{selection}-{attribute}", groups, title)))
    words = (
        f"Level k holds the objects whose DICE with {rows[0]['strategy']} is above 10 (k - 1) and up to 10 k percent; "
        "level 1 also those with 0. Levels without objects are left out."
    )
    return [heading, paragraph(words, class_="soft small"), element("div", *panels, class_="panels")]


def _dicts(table: Table) -> list[dict[str, Any]]:
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


def _panel(name: str, plot: Html) -> Html:
    return element("figure", element("figcaption", name), plot, class_="plot")


def _title(selection: str) -> str:
    return SELECTION_TITLES.get(selection, selection)
