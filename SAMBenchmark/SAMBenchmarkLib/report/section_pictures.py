"""Pictures: for each strategy the worst object and the quartiles by Dice."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence

import numpy as np

from SAMBenchmarkLib.core.options import PROMPTLESS, SELECTION_TITLES
from SAMBenchmarkLib.core.rows import ResultRow
from SAMBenchmarkLib.report import pictures
from SAMBenchmarkLib.report.digest import Digest, structure_name
from SAMBenchmarkLib.report.markup import Html, element, paragraph, section
from SAMBenchmarkLib.report.percentiles import Chosen, choose
from SAMBenchmarkLib.report.pictures import Drawing, SlicePicture
from SAMBenchmarkLib.report.run_facts import ReportStore
from SAMBenchmarkLib.report.section_figures import strategy_title
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError, StoreError
from SAMSegmenterLib.core.prompts import Prompts

logger = logging.getLogger(__name__)

PictureOf = Callable[[ResultRow], SlicePicture | None]
"""The slice behind a row and the reference in it; None when the volume is not at hand."""

SYMBOL_SIZE = 22
_WITHOUT_PROMPTS = {PROMPTLESS: "No prompts: promptless model.", "S1": "No prompts: everything mode."}


def pictures_section(
    store: ReportStore, option_hash: str, digest: Digest, strategies: Sequence[str], picture_of: PictureOf
) -> Html | None:
    """Pictures of every strategy; None when there are no rows."""
    selection = digest.shown_selection()
    if selection is None:
        return None
    chosen = {strategy: choose(digest, strategy, selection) for strategy in strategies}
    rows = {
        one.ordinal: next(iter(store.rows(option_hash, **one.where)), None) for some in chosen.values() for one in some
    }
    text = (
        "For each strategy the object of lowest DICE and those at the quartiles, among all structures and cases. Mask "
        f"chosen by {SELECTION_TITLES.get(selection, selection)}. Pictures are cut to the object and what was "
        "drawn on it; pixels have their true proportions where the pixel size is known."
    )
    parts: list[Html] = []
    for strategy in strategies:
        parts.append(element("h3", strategy_title(strategy)))
        if not chosen[strategy]:
            parts.append(paragraph("There is nothing to show: no object with a DICE.", class_="soft"))
            continue
        cards = [_card(store, rows.get(one.ordinal), one, picture_of) for one in chosen[strategy]]
        parts.append(element("div", *cards, class_="pictures"))
    return section("pictures", "Pictures", paragraph(text), _legend(), *parts)


def _card(store: ReportStore, row: ResultRow | None, chosen: Chosen, picture_of: PictureOf) -> Html:
    if row is None:  # the store changed between the two passes
        return element("figure", _missing("The row is no longer there."), class_="picture")
    prompts = prompts_of(row)
    drawing = _drawing(store, row, prompts, picture_of)
    if drawing is None:
        image = _missing("The image of this slice is not at hand.")
    else:
        side = str(pictures.SIDE)
        image = element("img", src=drawing.data_uri, alt=_alternative(row, prompts), width=side, height=side)
    return element("figure", image, _caption(row, chosen.title, prompts, drawing), class_="picture")


def prompts_of(row: ResultRow) -> Prompts | None:
    """Prompts behind a row; None when there were none or they cannot be read."""
    if not row.prompts_json:
        return None
    try:
        said = Prompts.from_json(json.loads(row.prompts_json))
    except (InputError, ValueError, TypeError, KeyError, AttributeError):
        logger.warning("the prompts of %s, slice %s cannot be read", row.case_id, row.slice)
        return None
    return None if said.is_empty else said


def _drawing(store: ReportStore, row: ResultRow, prompts: Prompts | None, picture_of: PictureOf) -> Drawing | None:
    picture = picture_of(row)
    return None if picture is None else pictures.draw(picture, _mask(store, row), prompts)


def _mask(store: ReportStore, row: ResultRow) -> Mask | None:
    try:
        return store.mask(row)
    except StoreError:
        return None


def _caption(row: ResultRow, title: str, prompts: Prompts | None, drawing: Drawing | None) -> Html:
    lines = [
        element("b", title[:1].upper() + title[1:]),
        element("span", f"DICE {100 * row.dice:.1f} %, {_hd95(row)}", class_="figures"),
        element("span", f"{structure_name(row)}, {row.plane} slice {row.slice}{_frame(row)}"),
        element("span", row.case_id),
        element("span", _prompts_in_words(row, prompts)),
    ]
    if row.n_pred == 0:
        reason = "the model offered no mask" if row.undefined_reason == "no candidate" else "the prediction is empty"
        lines.append(element("span", f"Nothing is drawn in orange: {reason}.", class_="undefined"))
    if drawing is not None and not drawing.cropped:
        lines.append(element("span", "Whole slice."))
    return element("figcaption", *lines)


def _hd95(row: ResultRow) -> str:
    if np.isfinite(row.hd95_mm):
        return f"HD95 {row.hd95_mm:.1f} mm"
    if np.isfinite(row.hd95_px):
        return f"HD95 {row.hd95_px:.1f} px"
    return "HD95 undefined"


def _frame(row: ResultRow) -> str:
    return f", volume {row.frame + 1} of the series" if row.frame else ""


def _prompts_in_words(row: ResultRow, prompts: Prompts | None) -> str:
    if prompts is None:
        return _WITHOUT_PROMPTS.get(row.strategy, "Prompts are not recorded.")
    positives = int((prompts.labels == 1).sum())
    negatives = len(prompts.labels) - positives
    said = [f"{positives} positive" if positives else "", f"{negatives} negative" if negatives else ""]
    points = " and ".join(part for part in said if part)
    if points:
        points += " point" if positives + negatives == 1 else " points"
    words = " and ".join(part for part in (points, "box" if prompts.box is not None else "") if part)
    return f"Prompts: {words}."


def _alternative(row: ResultRow, prompts: Prompts | None) -> str:
    prediction = "no prediction" if row.n_pred == 0 else "the predicted mask in orange"
    return (
        f"{structure_name(row)} in {row.plane} slice {row.slice} of {row.case_id}: reference outlined in cyan, "
        f"{prediction}. {_prompts_in_words(row, prompts)} DICE {100 * row.dice:.1f} percent."
    )


def _missing(text: str) -> Html:
    return element("div", text, class_="missing")


def _legend() -> Html:
    reference, prediction = _css(pictures.REFERENCE_COLOUR), _css(pictures.PREDICTION_COLOUR)
    positive, negative, box = map(_css, (pictures.POSITIVE_COLOUR, pictures.NEGATIVE_COLOUR, pictures.BOX_COLOUR))
    entries = (
        (
            f'<rect x="2" y="4" width="18" height="14" fill="none" stroke="{reference}" stroke-width="2.5"/>',
            "reference",
        ),
        (
            f'<rect x="2" y="4" width="18" height="14" fill="{prediction}" fill-opacity="0.3" stroke="{prediction}"'
            ' stroke-width="3"/>',
            "prediction",
        ),
        (
            f'<circle cx="11" cy="11" r="8" fill="{positive}" stroke="#fff"/><path d="M7 11h8M11 7v8" stroke="#002800"'
            ' stroke-width="2"/>',
            "positive point",
        ),
        (
            f'<rect x="3" y="3" width="16" height="16" fill="{negative}" stroke="#fff"/><path d="M7 11h8" stroke="#fff"'
            ' stroke-width="2"/>',
            "negative point",
        ),
        (
            f'<rect x="2" y="4" width="18" height="14" fill="none" stroke="{box}" stroke-width="3"'
            ' stroke-dasharray="5 3"/>',
            "box",
        ),
    )
    ground = f'<rect width="{SYMBOL_SIZE}" height="{SYMBOL_SIZE}" rx="3" fill="#2b3338"/>'
    return element("ul", *(element("li", _symbol(ground + shape), name) for shape, name in entries), class_="legend")


def _symbol(shapes: str) -> Html:
    size = str(SYMBOL_SIZE)
    return element("svg", Html(shapes), width=size, height=size, aria_hidden="true")


def _css(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
