"""Contact sheets show the worst, the middle and the best, of different sources first."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from SAMBenchmarkLib.core.mask_codec import encode_mask
from SAMBenchmarkLib.report.pictures import PREDICTION_COLOUR, REFERENCE_COLOUR
from SAMBenchmarkLib.validation.contact_sheets import COLUMNS, TILE, choose_rows, contact_sheet
from SAMSegmenterLib.core.prompts import Prompts
from support.masks import disk


def test_rows_go_by_dice(a_score):
    scores = [a_score(f"s{k}", k / 10) for k in (5, 1, 9, 4, 7)]
    rows = {title: [score.chosen for score in row] for title, row in choose_rows(scores, 2).items()}
    assert rows == {"worst": [0.1, 0.4], "median": [0.5, 0.4], "best": [0.9, 0.7]}


def test_every_source_comes_once_before_any_comes_twice(a_score):
    scores = [a_score("a", value) for value in (0.0, 0.1, 0.2)] + [a_score("b", 0.8), a_score("c", 0.9)]
    assert [score.about.source for score in choose_rows(scores, 4)["worst"]] == ["a", "b", "c", "a"]
    assert choose_rows([], 4) == {"worst": [], "median": [], "best": []}


def colours(image, top, left):
    part = image[top : top + TILE, left : left + TILE].reshape(-1, 3)
    return {tuple(colour) for colour in np.unique(part, axis=0).tolist()}


def test_slices_are_drawn_with_reference_answer_and_prompt(a_score, a_slice):
    reference, answer = disk((60, 60), (30, 30), 14), disk((60, 60), (34, 30), 14)
    item = a_slice(reference)
    score = replace(a_score(), prompts=Prompts.of(box=(16, 16, 44, 44)), mask=encode_mask(answer))
    places = {(item.case.case_id, item.index): item}
    with Image.open(io.BytesIO(contact_sheet([score], places))) as sheet:
        image = np.array(sheet.convert("RGB")).astype(int)
    assert image.shape[1] > COLUMNS * TILE and image.shape[0] > 3 * TILE
    for colour in (REFERENCE_COLOUR, PREDICTION_COLOUR):
        assert (np.abs(image[:300, :250] - colour).sum(axis=2) < 40).any()
    empty = contact_sheet([score], {})
    with Image.open(io.BytesIO(empty)) as sheet:
        assert (np.array(sheet.convert("RGB"))[40:250, 10:240] == 255).all()
