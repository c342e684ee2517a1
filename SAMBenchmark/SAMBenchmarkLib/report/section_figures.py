"""Key figures: what a reader wants to know first."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.core.options import PROMPTLESS, STRATEGY_TITLES
from SAMBenchmarkLib.core.predictions import SHORT_SELECTION_TITLES
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.html_tables import (
    NO_ROWS,
    body,
    data_table,
    mean_cell,
    moments_cell,
    number_cell,
    number_header,
    row_header,
)
from SAMBenchmarkLib.report.markup import Html, details, element, join, paragraph, section

ORACLE_SENTENCE = (
    "SAM offers several masks for every prompt. Selection by predicted IoU takes the one that the model itself rates "
    "highest, as in use. Oracle selection looks at the reference and takes the mask that fits it best: no user can do "
    "that, so it is an upper limit, and it is what the published tables report."
)
ONE_MASK_SENTENCE = (
    "This model takes no prompts and gives one mask for each slice, so predicted IoU and oracle choose the same one. "
    "It is compared with every structure, also with those that the model was not trained to find."
)
NOTHING_EVALUATED = "No object was evaluated, so there are no figures."
ONLY_PROTOCOLS = "No strategy was evaluated, only protocols: their figures are in the part Protocols."
NO_PIXEL_SIZE = "undefined: no pixel size"

METRIC_TITLES = {
    "dice": ("DICE", "%", 100.0),
    "jac": ("Jaccard", "%", 100.0),
    "hd_px": ("HD", "px", 1.0),
    "hd_mm": ("HD", "mm", 1.0),
    "hd95_px": ("HD95", "px", 1.0),
    "hd95_mm": ("HD95", "mm", 1.0),
    "assd_px": ("ASSD", "px", 1.0),
    "assd_mm": ("ASSD", "mm", 1.0),
    "surface_dice": ("Surface DICE", "%", 100.0),
}
"""Metric -> title, unit, factor from the stored value."""


LONG_TITLES = {
    "jac": "Jaccard index",
    "hd_px": "Hausdorff distance",
    "hd_mm": "Hausdorff distance",
    "hd95_px": "95th percentile of the surface distances",
    "hd95_mm": "95th percentile of the surface distances",
    "assd_px": "Average symmetric surface distance",
    "assd_mm": "Average symmetric surface distance",
    "surface_dice": "Surface DICE",
}


def figures_section(digest: Digest, strategies: Sequence[str]) -> Html:
    """Overview over all objects, Dice by structure, and one table per further metric."""
    if not digest.groups:
        return section("figures", "Key figures", paragraph(ONLY_PROTOCOLS if digest.objects else NOTHING_EVALUATED))
    return section(
        "figures",
        "Key figures",
        paragraph(_sentence(digest, strategies), class_="subtitle"),
        paragraph(ONE_MASK_SENTENCE if list(strategies) == [PROMPTLESS] else ORACLE_SENTENCE),
        _overview(digest, strategies),
        element("h3", "DICE by structure"),
        _metric_table(digest, strategies, "dice"),
        element("h3", "Other measures by structure"),
        *(_metric_details(digest, strategies, metric) for metric in LONG_TITLES),
        details("Undefined distances: how many, and why", _undefined_table(digest, strategies)),
    )


def best_strategy(digest: Digest, strategies: Sequence[str], selection: str) -> tuple[str, float] | None:
    """The strategy of highest mean Dice over all objects, and that mean; None when no Dice is defined."""
    means = [(_mean(digest, strategy, selection), strategy) for strategy in strategies]
    known = [(mean, strategy) for mean, strategy in means if np.isfinite(mean)]
    if not known:
        return None
    mean, strategy = max(known, key=lambda pair: pair[0])
    return strategy, mean


def model_strategies(strategies: Sequence[str]) -> list[str]:
    """Those of the model; classical methods only where there is nothing else."""
    return [name for name in strategies if name not in CLASSICAL] or list(strategies)


def overview_metrics(digest: Digest) -> tuple[str, ...]:
    """Columns of the overview: distances in millimetres where the pixel size is known, HD in pixels as published."""
    unit = "px" if _lacks_pixel_size(digest, "hd_mm") else "mm"
    return ("dice", "jac", "hd_px", "hd_mm", f"hd95_{unit}", f"assd_{unit}")


def strategy_title(strategy: str) -> str:
    """ "S5 box", or the plain name of a strategy that is not one of S0 to S6."""
    return f"{strategy} {STRATEGY_TITLES.get(strategy, '')}".strip()


def _strategy_header(strategy: str, span: int = 1) -> Html:
    title = STRATEGY_TITLES.get(strategy)
    small = element("small", title) if title else None
    return row_header(join([strategy, small]), span, "strategy")


def _mean(digest: Digest, strategy: str, selection: str) -> float:
    return digest.pooled_moments(strategy, selection, "dice").mean


def _sentence(digest: Digest, strategies: Sequence[str]) -> str:
    selection = digest.selections()[0]
    own = model_strategies(strategies)
    best = best_strategy(digest, own, selection)
    if best is None:
        return "No DICE is defined."
    strategy, mean = best
    if not mean:
        return "No strategy found anything: every DICE is 0."
    where = f"over {_count(digest.objects, 'object')} in {_count(digest.slices, 'slice')}"
    if own == [PROMPTLESS]:
        return f"Without a prompt the model reaches a mean DICE of {100 * mean:.1f} % {where}."
    ways = {
        "predicted_iou": "When the model chooses among its masks itself",
        "first": "When the first mask is taken",
        "oracle": "When the reference chooses the mask",
    }
    text = (
        f"{ways.get(selection, selection)}, {strategy_title(strategy)} does best, with a mean DICE of "
        f"{100 * mean:.1f} % {where}."
    )
    oracle = _mean(digest, strategy, "oracle")
    if selection != "oracle" and np.isfinite(oracle):
        text += f" Had the reference chosen the mask, it would be {100 * oracle:.1f} %."
    return text + _beside_classical(digest, [name for name in strategies if name not in own], selection)


def _beside_classical(digest: Digest, methods: Sequence[str], selection: str) -> str:
    best = best_strategy(digest, methods, selection)
    if best is None:
        return ""
    return f" Of the classical methods, {strategy_title(best[0])} does best: {100 * best[1]:.1f} %."


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _overview(digest: Digest, strategies: Sequence[str]) -> Html:
    selections = digest.selections()
    best = {s: best_strategy(digest, strategies, s) for s in selections}
    groups = []
    for strategy in strategies:
        rows = []
        for nth, selection in enumerate(selections):
            head = [_strategy_header(strategy, len(selections))] if not nth else []
            highest = best[selection] is not None and best[selection][0] == strategy
            rows.append(element("tr", *head, *_overview_cells(digest, strategy, selection, highest)))
        groups.append(body(rows, "group"))
    header = [
        element("th", "Strategy", scope="col"),
        element("th", "Mask chosen by", scope="col"),
        number_header("Objects"),
        *(number_header(*METRIC_TITLES[metric][:2]) for metric in overview_metrics(digest)),
    ]
    caption = "All objects together: mean (population standard deviation) per object; highest DICE in bold."
    return data_table(caption, header, groups)


def _overview_cells(digest: Digest, strategy: str, selection: str, highest: bool) -> list[Html]:
    number = digest.count(strategy, selection)
    cells = [element("td", _short(selection), class_="way"), number_cell(f"{number:,}" if number else NO_ROWS)]
    for metric in overview_metrics(digest):
        factor = METRIC_TITLES[metric][2]
        if number and _lacks_pixel_size(digest, metric):
            cells.append(number_cell(element("span", "no pixel size", class_="undefined")))
        else:
            found = digest.pooled_moments(strategy, selection, metric)
            cells.append(moments_cell(found, factor, best=highest and metric == "dice"))
    return cells


def _short(selection: str) -> str:
    return SHORT_SELECTION_TITLES.get(selection, selection)


def _lacks_pixel_size(digest: Digest, metric: str) -> bool:
    return metric.endswith(("_mm", "surface_dice")) and not digest.has_pixel_size() and digest.without_pixel_size() > 0


def _metric_details(digest: Digest, strategies: Sequence[str], metric: str) -> Html:
    unit = METRIC_TITLES[metric][1]
    short = f" ({METRIC_TITLES[metric][0]})" if unit != "%" else ""
    title = f"{LONG_TITLES[metric]}{short}, {unit}"
    if _lacks_pixel_size(digest, metric):
        return details(title, paragraph(NO_PIXEL_SIZE[0].upper() + NO_PIXEL_SIZE[1:] + " is known for any image."))
    return details(title, _metric_table(digest, strategies, metric))


def _metric_table(digest: Digest, strategies: Sequence[str], metric: str) -> Html:
    """Structures from top to bottom, in each one row per selection; strategies from left to right."""
    title, unit, factor = METRIC_TITLES[metric]
    selections = digest.selections()
    names = digest.structures()
    bodies = [body(_all_objects_rows(digest, strategies, metric), "total group")]
    if len(names) > 1:
        bodies.append(body(_all_structures_rows(digest, strategies, metric), "total group"))
    for name in names:
        rows = []
        for nth, selection in enumerate(selections):
            groups = [digest.group(strategy, selection, name) for strategy in strategies]
            head = [row_header(name, len(selections))] if not nth else []
            cells = [moments_cell(group.moments[metric], factor) for group in groups]
            count = number_cell(f"{max(map(len, groups), default=0):,}")
            rows.append(element("tr", *head, element("td", _short(selection), class_="way"), count, *cells))
        bodies.append(body(rows, "group"))
    header = [
        element("th", "Structure", scope="col"),
        element("th", "Mask chosen by", scope="col"),
        number_header("Objects"),
        *(number_header(strategy, STRATEGY_TITLES.get(strategy)) for strategy in strategies),
    ]
    caption = f"{title} in {unit}: mean (population standard deviation) per object."
    return data_table(caption, header, bodies, len(selections) * len(names))


def _all_objects_rows(digest: Digest, strategies: Sequence[str], metric: str) -> list[Html]:
    selections, factor = digest.selections(), METRIC_TITLES[metric][2]
    rows = []
    for nth, selection in enumerate(selections):
        pooled = [digest.pooled_moments(strategy, selection, metric) for strategy in strategies]
        head = [row_header(MICRO.capitalize(), len(selections))] if not nth else []
        count = number_cell(f"{max((digest.count(strategy, selection) for strategy in strategies), default=0):,}")
        cells = [moments_cell(found, factor) for found in pooled]
        rows.append(element("tr", *head, element("td", _short(selection), class_="way"), count, *cells))
    return rows


def _all_structures_rows(digest: Digest, strategies: Sequence[str], metric: str) -> list[Html]:
    """Every structure counts the same, however many objects it has."""
    selections, factor = digest.selections(), METRIC_TITLES[metric][2]
    rows = []
    for nth, selection in enumerate(selections):
        head = [row_header(MACRO.capitalize(), len(selections))] if not nth else []
        cells = []
        for strategy in strategies:
            known = [digest.group(strategy, selection, name).moments[metric] for name in digest.structures()]
            cells.append(mean_cell(np.array([found.mean for found in known if found.defined]), factor))
        way = element("td", _short(selection), class_="way")
        rows.append(element("tr", *head, way, number_cell(NO_ROWS), *cells))
    return rows


def _undefined_table(digest: Digest, strategies: Sequence[str]) -> Html:
    reasons = sorted({reason for group in digest.groups.values() for reason in group.undefined})
    if not reasons:
        return paragraph("All distances in pixels are defined.")
    rows = []
    for strategy in strategies:
        for selection in digest.selections():
            groups = [g for (s, way, _), g in digest.groups.items() if (s, way) == (strategy, selection)]
            total = sum(map(len, groups))
            counts = [sum(group.undefined[reason] for group in groups) for reason in reasons]
            way = element("td", _short(selection), class_="way")
            cells = [number_cell(f"{count:,}") for count in (total, *counts)]
            rows.append(element("tr", _strategy_header(strategy), way, *cells))
    header = [
        element("th", "Strategy", scope="col"),
        element("th", "Mask chosen by", scope="col"),
        number_header("Objects"),
        *(number_header(reason) for reason in reasons),
    ]
    return data_table("Objects whose distances cannot be measured, by reason.", header, [body(rows)])
