"""The report of two readers as one HTML page."""

from __future__ import annotations

from SAMBenchmarkLib.core.reader_tables import EFFORT, SLICES, VOLUMES, areas, reader_tables
from SAMBenchmarkLib.core.statistics.agreement import agreement
from SAMBenchmarkLib.core.statistics.box_numbers import box_numbers
from SAMBenchmarkLib.core.summary import METRICS
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report import page
from SAMBenchmarkLib.report.agreement_plots import bland_altman_panel
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, bullets, details, element, join, paragraph, section
from SAMBenchmarkLib.report.readers_facts import MOST_STRUCTURES, ReaderPicture, ReaderStudy
from SAMBenchmarkLib.report.section_figures import METRIC_TITLES
from SAMBenchmarkLib.report.statistic_plots import boxes_panel
from SAMBenchmarkLib.report.statistic_tables import statistic_table

TITLE = "Agreement of two readers"
OF_EACH = {SLICES: "objects, slice by slice", VOLUMES: "whole structures, 3D"}
METHODS = (
    "Neither reader is the truth: figures say how far the two are apart, which bounds what any method can be credited "
    "with. An object is a structure in one slice. Where one reader outlined nothing, DICE is 0 and distances are "
    "undefined; they are counted beside the mean.",
    "DICE, Jaccard and surface DICE are the same whoever comes first; so are the symmetric distances. Differences are "
    "the second reader's measure less the first one's.",
    "Limits of agreement are the bias plus and minus 1.96 standard deviations of the differences (Bland and Altman "
    "1986). ICC is the intraclass correlation of single measurements for absolute agreement (McGraw and Wong 1996). "
    "Areas of one case are alike, so their limits are narrower than those of independent objects as a rule.",
    "Intervals: cases were drawn anew 2,000 times with all their objects.",
)
_INTERVALS = {
    "structure": "Structure",
    "of_each": "Of",
    "objects": "Number",
    "cases": "Cases",
    "dice_percent_mean": "DICE, mean",
    "bca_low": "BCa from",
    "bca_high": "to",
    "percentile_low": "Percentile from",
    "percentile_high": "to",
}
_MEASURES = {
    "structure": "Structure",
    "measure": "Measure",
    "unit": "Unit",
    "n": "Number",
    "bias": "Bias",
    "limit_low": "Limits from",
    "limit_high": "to",
    "icc": "ICC",
}
_VOLUMES = {
    "case": "Case",
    "structure": "Structure",
    "first_ml": "First|ml",
    "second_ml": "Second|ml",
    "difference_percent": "Difference|% of mean",
    "dice_percent": "DICE|%",
    "hd_mm": "HD|mm",
    "hd95_mm": "HD95|mm",
    "assd_mm": "ASSD|mm",
    "surface_dice_percent": "Surface DICE|%",
}
_TITLES = {**METRIC_TITLES, EFFORT.column: ("HCE", "points and regions")}
_SHOWN_METRICS = ("dice", "jac", "hd_mm", "hd95_mm", "assd_mm", "surface_dice")


def readers_html(study: ReaderStudy) -> str:
    """The page as text; the same study gives the same text."""
    tables = {table.name: table for table in reader_tables(study.rows)}
    sections = {
        "figures": section("figures", "Key figures", _figures(tables["readers"]), _intervals(tables)),
        "plots": section("plots", "Plots", *_plots(study)),
        "statistics": section("statistics", "Volumes and areas", *_measures(study, tables)),
        "pictures": _pictures(study),
        "methods": section("methods", "Methods", *map(paragraph, METHODS)),
    }
    footer = paragraph(f"Made by SAM Benchmark. {page.NOT_FOR_DIAGNOSIS}")
    return page.document(TITLE, _header(study), sections, footer)


def _header(study: ReaderStudy) -> Html:
    rows = study.rows
    tiles = [
        ("Cases", f"{len(rows.voxel_ml):,}"),
        ("Structures", f"{len(rows.structures()):,}"),
        ("Objects", f"{len(rows.slices):,}"),
    ]
    shown = [element("div", element("dt", name), element("dd", value)) for name, value in tiles]
    notes = element("div", paragraph(element("strong", "Notes")), bullets(study.notes), class_="note")
    return join(
        [
            element("h1", TITLE),
            paragraph("The same figures as those of a model, of one reader against another", class_="subtitle"),
            paragraph(page.NOT_FOR_DIAGNOSIS, class_="warning"),
            element("dl", *shown, class_="tiles"),
            notes if study.notes else None,
        ]
    )


def _figures(table: Table) -> Html:
    metrics = [metric for metric in METRICS if metric.column in _SHOWN_METRICS]
    metrics += [EFFORT] if f"{EFFORT.label}_mean" in table.columns else []
    header = ["Structure", "Of", number_header("Number"), number_header("Found by one only")]
    header += [number_header(*_TITLES[metric.column][:2]) for metric in metrics]
    lines = []
    for row in (dict(zip(table.header, values, strict=True)) for values in table.rows):
        cells = [element("td", OF_EACH[row["of_each"]], class_="way")]
        cells += [number_cell(f"{row['n']:,}"), number_cell(f"{row['found_by_one_only']:,}")]
        for metric in metrics:
            mean, std, undefined = (row[f"{metric.label}_{figure}"] for figure in ("mean", "std", "undefined"))
            note = element("small", f"{undefined} undefined", class_="undefined") if undefined else None
            text = NO_ROWS if mean != mean else join([f"{mean:.2f} ", element("small", f"({std:.2f})"), note])
            cells.append(number_cell(text))
        lines.append(element("tr", row_header(row["structure"]), *cells))
    return data_table("Mean (standard deviation).", header, [body(lines)], len(lines))


def _intervals(tables: dict[str, Table]) -> Html:
    table = tables["reader_intervals"]
    shown = _titled(table, {"of_each": OF_EACH})
    return statistic_table(
        shown, _INTERVALS, "Mean DICE in percent, 95 % intervals over cases.", ("structure", "of_each")
    )


def _titled(table: Table, titles: dict[str, dict[str, str]]) -> Table:
    columns = {
        name: [titles[name].get(value, value) for value in values] if name in titles else values
        for name, values in table.columns.items()
    }
    return Table(table.name, table.title, columns)


def _plots(study: ReaderStudy) -> list[Html]:
    rows, panels = study.rows, []
    names = rows.structures()[:MOST_STRUCTURES]
    for nth, name in enumerate(names):
        unit, first, second = rows.measures(name)
        plot = bland_altman_panel(f"volumes-{nth}", first, second, agreement(first, second), unit)
        panels.append(_panel(name, "volumes", plot))
        one, other = areas(rows, name)
        panels.append(
            _panel(name, "areas", bland_altman_panel(f"areas-{nth}", one, other, agreement(one, other), "px"))
        )
    groups = [(name, {"readers": _box([row.dice for row in rows.slices if row.structure == name])}) for name in names]
    dice = _panel("DICE by structure", OF_EACH[SLICES], boxes_panel("reader-dice", groups, "DICE (%)", (-2, 102)))
    text = "Each dot is a case (volumes) or an object (areas); the line is the bias, broken lines the limits."
    return [paragraph(text, class_="soft small"), element("div", dice, *panels, class_="panels")]


def _box(dice: list[float]) -> dict[str, float]:
    box = box_numbers([100 * value for value in dice])
    return {
        "n": box.n,
        "whisker_low": box.low,
        "q1": box.q1,
        "median": box.median,
        "q3": box.q3,
        "whisker_high": box.high,
    }


def _panel(title: str, small: str, plot: Html) -> Html:
    return element("figure", element("figcaption", title, element("small", small)), plot, class_="plot")


def _measures(study: ReaderStudy, tables: dict[str, Table]) -> list[Html]:
    caption = "Second reader less first: bias, 95 % limits of agreement, intraclass correlation."
    shown = statistic_table(tables["reader_measures"], _MEASURES, caption, ("structure", "measure", "unit"))
    lines = statistic_table(tables["reader_volumes"], _VOLUMES, "Every structure of every case.", ("case", "structure"))
    return [shown, details("Case by case", lines, is_open=len(study.rows.volumes) <= 20)]


def _pictures(study: ReaderStudy) -> Html | None:
    if not study.pictures:
        return None
    text = (
        "Of each structure the object of lowest DICE and those at the quartiles. The first reader's outline is narrow "
        "and cyan, the second one's wide and orange."
    )
    parts = []
    for name, pictures in study.pictures.items():
        parts += [element("h3", name), element("div", *map(_card, pictures), class_="pictures")]
    return section("pictures", "Pictures", paragraph(text), *parts)


def _card(picture: ReaderPicture) -> Html:
    row = picture.row
    where = f"{row.structure}, {row.plane} slice {row.slice}"
    title = picture.title[:1].upper() + picture.title[1:]
    lines = [
        element("b", title),
        element("span", f"DICE {100 * row.dice:.1f} %, {row.n_gt:,} and {row.n_pred:,} px", class_="figures"),
        element("span", where),
        element("span", row.case_id),
    ]
    told = f"{where}: both readers' outlines, DICE {100 * row.dice:.1f} percent."
    image = element("img", src=picture.drawing.data_uri, alt=told, width="480", height="480")
    return element("figure", image, element("figcaption", *lines), class_="picture")
