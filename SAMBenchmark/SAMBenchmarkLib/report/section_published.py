"""Published values beside ours, labelled as such."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from SAMBenchmarkLib.core.options import PROMPTLESS, STRATEGIES, STRATEGY_TITLES
from SAMBenchmarkLib.core.published_values import SOURCES
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.html_tables import NO_ROWS, body, data_table, number_cell, number_header, row_header
from SAMBenchmarkLib.report.markup import Html, details, element, paragraph, section
from SAMBenchmarkLib.report.published import (
    DICE,
    DICE_MEAN,
    HAUSDORFF_MEAN,
    PROMPTLESS_SOURCE,
    SOURCE,
    VESSELS,
    PublishedRow,
    published_dice,
)

NO_TARGET = (
    "These values were published on other images, slices and models. They show the order of magnitude and are not a "
    "target."
)
WAYS = {"predicted_iou": "this run, predicted IoU", "first": "this run, first candidate", "oracle": "this run, oracle"}


def published_section(digest: Digest, beside: Table | None = None) -> Html:
    """Dice and Hausdorff distance of the published study next to those of this run.

    Args:
        beside: further published values with those of this run, see `published_beside.beside_published`.
    """
    further = beside_parts(beside) if beside is not None else []
    if further and not digest.groups:
        return section("published", "Published values for orientation", paragraph(NO_TARGET, class_="note"), *further)
    if digest.strategies() == [PROMPTLESS]:
        return _promptless_section(digest)
    matches = {name: published_dice(name) for name in digest.structures()}
    dice_bodies = [body([*_our_rows(digest, "dice", None), *_published_rows(DICE_MEAN)], "group")]
    for name, rows in matches.items():
        if rows:
            dice_bodies.append(body([*_our_rows(digest, "dice", name), *_published_rows(rows)], "group"))
    hausdorff = [body([*_our_rows(digest, "hd_px", None), *_published_rows(HAUSDORFF_MEAN)], "group")]
    return section(
        "published",
        "Published values for orientation",
        paragraph(
            f"{NO_TARGET} They were selected by the oracle, so compare them with the oracle rows only.", class_="note"
        ),
        _table("DICE in percent, mean.", dice_bodies),
        details(
            "Further published DICE", _table("DICE in percent, a selection of table 2.", [body(_published_rows(DICE))])
        ),
        details(
            "Hausdorff distance in pixels",
            _table("HD in pixels; the released code counts empty predictions as 0.", hausdorff),
        ),
        *further,
        paragraph(SOURCE, class_="soft small"),
    )


def beside_parts(beside: Table) -> list[Html]:
    """A closed part per published table that the run has a counterpart of."""
    rows = [dict(zip(beside.header, values, strict=True)) for values in beside.rows]
    parts = []
    for paper, table in dict.fromkeys((row["paper"], row["table"]) for row in rows):
        own = [row for row in rows if (row["paper"], row["table"]) == (paper, table)]
        parts.append(details(f"{_paper(paper)}, {table}", _beside_table(own)))
    sources = dict.fromkeys(SOURCES[row["paper"]] for row in rows)
    return [*parts, *(paragraph(f"{source}.", class_="soft small") for source in sources)]


def _beside_table(rows: Sequence[dict[str, Any]]) -> Html:
    shown = [name for name in WAYS if any(row[f"this_run_{name}"] == row[f"this_run_{name}"] for row in rows)]
    header = [element("th", title, scope="col") for title in ("Published for", "Strategy", "Figure")]
    header += [
        number_header("Published"),
        element("th", "Beside it, of this run", scope="col"),
        number_header("Objects"),
    ]
    header += [number_header(WAYS[name].removeprefix("this run, ").capitalize(), "this run") for name in shown]
    lines = []
    for row in rows:
        item = ", ".join(filter(None, (row["item"], row["model"])))
        figure = f"{row['metric']} [{row['unit']}]" if row["unit"] else row["metric"]
        words = (element("td", text, class_="way") for text in (row["strategy"], figure))
        values = (row[f"this_run_{name}"] for name in shown)
        ours = (number_cell(NO_ROWS if value != value else _digits(value)) for value in values)
        of = element("td", row["of"], class_="way")
        objects = number_cell(f"{row['objects']:,}")
        lines.append(
            element("tr", row_header(item), *words, number_cell(_digits(row["published"])), of, objects, *ours)
        )
    return data_table("Published values are for orientation, never a target.", header, [body(lines)], len(lines))


def _digits(value: float) -> str:
    """Percentages with two decimals, shares and correlations with three."""
    return f"{value:.3f}" if abs(value) <= 1 else f"{value:.2f}"


def _paper(key: str) -> str:
    return f"{key.rstrip('0123456789')} et al. {key[-4:]}"


def _promptless_section(digest: Digest) -> Html:
    """What others reached without prompts; there is no oracle, for there is one mask."""
    selection = digest.selections()[0]
    known = digest.pooled_moments(PROMPTLESS, selection, "dice")
    ours = f"{100 * known.mean:.2f}" if known.defined else NO_ROWS
    rows = [("all objects of this run", NO_ROWS, ours)]
    rows += [(item, f"{by_hand:.2f}", f"{without:.2f}") for item, (by_hand, without) in VESSELS.items()]
    header = [element("th", "Objects", scope="col"), *map(number_header, ("Prompted by hand", "Without prompts"))]
    lines = [element("tr", row_header(item), number_cell(first), number_cell(second)) for item, first, second in rows]
    return section(
        "published",
        "Published values for orientation",
        paragraph(
            "These values were published on other images and, as a rule, another structure. They show what training "
            "without prompts can do and are not a target.",
            class_="note",
        ),
        data_table("DICE in percent, mean.", header, [body(lines)]),
        paragraph(PROMPTLESS_SOURCE, class_="soft small"),
    )


def _table(caption: str, bodies: Sequence[Html]) -> Html:
    header = [
        element("th", "Objects", scope="col"),
        element("th", "Source", scope="col"),
        *(number_header(strategy, STRATEGY_TITLES[strategy]) for strategy in STRATEGIES),
    ]
    return data_table(caption, header, bodies)


def _our_rows(digest: Digest, metric: str, structure: str | None) -> list[Html]:
    """One row per selection, over one structure or all objects."""
    factor = 100 if metric == "dice" else 1
    rows = []
    for selection in digest.selections():
        cells = []
        for strategy in STRATEGIES:
            if structure is None:
                known = digest.pooled_moments(strategy, selection, metric)
            else:
                known = digest.group(strategy, selection, structure).moments[metric]
            cells.append(number_cell(f"{factor * known.mean:.2f}" if known.defined else NO_ROWS))
        way = element("td", WAYS.get(selection, f"this run, {selection}"), class_="way")
        rows.append(element("tr", row_header(structure or "all objects of this run"), way, *cells))
    return rows


def _published_rows(rows: Sequence[PublishedRow]) -> list[Html]:
    return [
        element(
            "tr",
            row_header(row.item),
            element("td", f"published, {row.model}, oracle", class_="way"),
            *(number_cell(f"{value:.2f}") for value in row.values),
        )
        for row in rows
    ]
