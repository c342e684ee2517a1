"""Contact sheets: the worst, the middle and the best objects of a prompt, for people to look at."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from SAMBenchmarkLib.core.mask_codec import decode_mask
from SAMBenchmarkLib.report.pictures import PREDICTION_COLOUR, REFERENCE_COLOUR, SlicePicture, draw
from SAMBenchmarkLib.validation.scores import PromptScore
from SAMSegmenterLib.models.training.held_back import slice_image
from SAMSegmenterLib.models.training.sources import LabelledSlice

Slices = Mapping[tuple[str, int], LabelledSlice]
"""Slices by case and index."""

COLUMNS = 6
TILE, CAPTION, HEADING, LEGEND, GAP = 240, 40, 30, 26, 6
"""Pixels."""

PAPER, INK = (255, 255, 255), (23, 35, 43)


def contact_sheet(scores: Sequence[PromptScore], slices: Slices) -> bytes:
    """Draw slices with the reference (blue-green outline), the answer (orange) and the prompt.

    Args:
        scores: of one prompt, with their answers.
        slices: where the objects are; those of other slices are left out.

    Returns:
        A PNG with a row each for the worst, the middle and the best objects, by Dice; rows show different sources as
        far as there are enough.
    """
    known = [score for score in scores if _place(score) in slices and score.mask is not None]
    rows = choose_rows(known, COLUMNS)
    line = HEADING + TILE + CAPTION + GAP
    sheet = Image.new("RGB", (COLUMNS * (TILE + GAP) + GAP, len(rows) * line + GAP + LEGEND), PAPER)
    pen = ImageDraw.Draw(sheet)
    for number, (title, chosen) in enumerate(rows.items()):
        top = GAP + number * line
        pen.text((GAP, top), title, fill=INK, font=ImageFont.load_default(size=19))
        for column, score in enumerate(chosen):
            left = GAP + column * (TILE + GAP)
            sheet.paste(_tile(score, slices[_place(score)]), (left, top + HEADING))
            caption = f"{score.about.source}\nDice {score.chosen:.2f}, predicted IoU {score.predicted_iou:.2f}"
            pen.text((left, top + HEADING + TILE + 2), caption, fill=INK, font=ImageFont.load_default(size=14))
    write_legend(pen, sheet.height - LEGEND)
    file = io.BytesIO()
    sheet.save(file, "PNG")
    return file.getvalue()


def choose_rows(scores: Sequence[Any], count: int) -> dict[str, list[Any]]:
    """The worst, the middle and the best objects by Dice.

    Args:
        scores: of one prompt, or any objects with a Dice `chosen` and a source `about.source`.
        count: most objects in a row.

    Returns:
        Lists by "worst", "median" and "best"; each takes one object of every source before a second one of any.
    """
    dice = np.array([score.chosen for score in scores])
    middle = np.abs(dice - np.median(dice)) if len(dice) else dice
    orders = {"worst": dice, "median": middle, "best": -dice}
    return {
        title: _spread([scores[k] for k in np.argsort(order, kind="stable")], count) for title, order in orders.items()
    }


def _spread(ordered: Sequence[Any], count: int) -> list[Any]:
    """The first of the order, by turns of the sources."""
    seen: dict[str, int] = {}
    turns = []
    for place, score in enumerate(ordered):
        turn = seen.get(score.about.source, 0)
        seen[score.about.source] = turn + 1
        turns.append((turn, place))
    return [ordered[place] for _, place in sorted(turns)[:count]]


def write_legend(pen: ImageDraw.ImageDraw, top: int) -> None:
    """Say which colour is whose outline, in a line of `LEGEND` pixels."""
    left = GAP
    for colour, text in ((REFERENCE_COLOUR, "reference"), (PREDICTION_COLOUR, "answer of the model")):
        pen.rectangle((left, top + 5, left + 24, top + 15), fill=colour)
        pen.text((left + 30, top), text, fill=INK, font=ImageFont.load_default(size=14))
        left += 140


def _place(score: PromptScore) -> tuple[str, int]:
    return score.about.case_id, score.about.slice_index


def _tile(score: PromptScore, item: LabelledSlice) -> Image.Image:
    assert score.mask is not None
    picture = SlicePicture(slice_image(item), item.labels == score.about.label_value)
    drawing = draw(picture, decode_mask(score.mask), score.prompts)
    with Image.open(io.BytesIO(drawing.png)) as image:
        return image.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS)
