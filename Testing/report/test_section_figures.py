import re

import numpy as np
import pytest

from SAMBenchmarkLib.core.summary import summary_tables
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.section_figures import best_strategy, figures_section, overview_metrics, strategy_title
from support.outcomes import HASH, a_row
from support.report_case import filled_store

STRATEGIES = ["S1", "S2", "S3", "S4", "S5", "S6"]


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_figures_are_those_of_the_tables(tmp_path):
    with filled_store(tmp_path) as store:
        digest, tables = Digest.of(store.rows(HASH)), summary_tables(store.rows(HASH))
    html = figures_section(digest, STRATEGIES)
    cells = set(re.findall(r"<span>([\d.]+) <small>(\([\d.]+\))</small>", html))
    matrices = [t for t in tables if not t.name.startswith(("summary", "timing"))]
    expected = {tuple(cell.split(" ")) for t in matrices for row in t.rows for cell in row[2:]}
    assert len(expected) > 50
    assert expected <= cells


def test_the_first_sentence_says_what_does_best(tmp_path):
    with filled_store(tmp_path) as store:
        digest = Digest.of(store.rows(HASH))
    strategy, mean = best_strategy(digest, STRATEGIES, "predicted_iou")
    oracle = np.mean(digest.pooled("S6", "oracle", "dice"))
    assert strategy == "S6"
    text = text_of(figures_section(digest, STRATEGIES))
    assert (
        "When the model chooses among its masks itself, S6 box + point does best, with a mean DICE of "
        f"{100 * mean:.1f} % over 8 objects in 4 slices. Had the reference chosen the mask, it would be "
        f"{100 * oracle:.1f} %."
    ) in text
    assert "no user can do that" in text


def test_a_promptless_model_has_one_mask_and_nothing_to_do_best_among(tmp_path):
    with filled_store(tmp_path, strategies=("S0",)) as store:
        digest = Digest.of(store.rows(HASH))
    mean = np.mean(digest.pooled("S0", "predicted_iou", "dice"))
    text = text_of(figures_section(digest, ["S0"]))
    assert f"Without a prompt the model reaches a mean DICE of {100 * mean:.1f} % over 8 objects in 4 slices." in text
    assert "one mask for each slice" in text and "does best" not in text and "Had the reference" not in text


def test_a_classical_method_never_passes_for_the_models_best_and_is_named_beside_it():
    found = {"S2": 0.4, "S5": 0.8, "GrabCut": 0.9, "Otsu": 0.85}
    rows = [a_row(strategy=name, selection="predicted_iou", dice=dice) for name, dice in found.items()]
    text = text_of(figures_section(Digest.of(sorted(rows, key=lambda row: row.key)), list(found)))
    assert "S5 box does best, with a mean DICE of 80.0 % over 1 object in 1 slice." in text
    assert "Of the classical methods, GrabCut box does best: 90.0 %." in text
    alone = [row for row in rows if row.strategy in ("GrabCut", "Otsu")]
    text = text_of(figures_section(Digest.of(sorted(alone, key=lambda row: row.key)), ["GrabCut", "Otsu"]))
    assert "GrabCut box does best, with a mean DICE of 90.0 %" in text and "Of the classical" not in text


def test_without_pixel_size_distances_are_in_pixels(tmp_path):
    with filled_store(tmp_path, spacing=None) as store:
        digest = Digest.of(store.rows(HASH))
    assert overview_metrics(digest)[-2:] == ("hd95_px", "assd_px")
    text = text_of(figures_section(digest, STRATEGIES))
    assert "Undefined: no pixel size" in text
    assert "no pixel size" in text.split("DICE by structure")[0]


def test_empty_predictions_are_counted_by_reason(tmp_path):
    with filled_store(tmp_path, empty=True, structures=("liver",), strategies=("S5",)) as store:
        digest = Digest.of(store.rows(HASH))
    text = text_of(figures_section(digest, ["S5"]))
    assert "No strategy found anything: every DICE is 0." in text
    assert "no pixel size" not in text
    assert "empty prediction S5 box predicted IoU 4 4" in text


def test_undefined_dice_has_no_best_strategy():
    digest = Digest.of([a_row(dice=np.nan, selection="predicted_iou")])
    assert best_strategy(digest, ["S5"], "predicted_iou") is None
    assert "No DICE is defined." in figures_section(digest, ["S5"])


def test_a_strategy_without_rows_keeps_its_place(tmp_path):
    with filled_store(tmp_path, strategies=("S2",)) as store:
        digest = Digest.of(store.rows(HASH))
    html = figures_section(digest, ["S1", "S2"])
    assert "S1<small>everything</small>" in html
    assert '<td class="number">–</td>' in html


@pytest.mark.parametrize(("selection", "words"), [("first", "When the first mask"), ("oracle", "When the reference")])
def test_other_selections_are_named(selection, words):
    text = text_of(figures_section(Digest.of([a_row(selection=selection)]), ["S5"]))
    assert words in text
    assert "Had the reference" not in text


def test_nothing_gives_a_sentence():
    assert "No object was evaluated" in figures_section(Digest.of([]), [])


def test_titles_of_strategies():
    assert (strategy_title("S5"), strategy_title("other")) == ("S5 box", "other")
