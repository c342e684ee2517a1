from dataclasses import replace

import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.section_pictures import pictures_section, prompts_of
from SAMSegmenterLib.core.errors import StoreError
from support.html_check import Page
from support.outcomes import HASH, a_row, an_outcome
from support.report_case import filled_store, picture_of


def page_of(html):
    return Page(f"<!DOCTYPE html>\n<html><body>{html}</body></html>")


def pictures(store, strategies, of=picture_of):
    return page_of(pictures_section(store, HASH, Digest.of(store.rows(HASH)), strategies, of))


def test_every_strategy_shows_the_worst_and_the_quartiles(tmp_path):
    with filled_store(tmp_path) as store:
        page = pictures(store, ["S1", "S4", "S5"])
    assert len(page.all("img")) == 12
    assert page.text.count("Worst") == page.text.count("Median") == 3
    assert all(image["src"].startswith("data:image/png;base64,") for image in page.all("img"))


def test_captions_name_what_was_prompted(tmp_path):
    with filled_store(tmp_path, slices=1, structures=("liver",)) as store:
        page = pictures(store, ["S1", "S2", "S4", "S5", "S6"])
    for words in (
        "No prompts: everything mode.",
        "Prompts: 1 positive point.",
        "Prompts: 5 positive and 5 negative points.",
        "Prompts: box.",
        "Prompts: 1 positive point and box.",
    ):
        assert page.text.count(words) == 1
        assert sum(words in image["alt"] for image in page.all("img")) == 1


def test_the_caption_of_a_promptless_model_says_that_there_were_no_prompts(tmp_path):
    with filled_store(tmp_path, slices=1, structures=("liver",), strategies=("S0",)) as store:
        page = pictures(store, ["S0"])
    assert page.text.count("No prompts: promptless model.") == 1
    assert "S0 no prompt" in page.text


def test_captions_name_structure_slice_and_figures(tmp_path):
    with filled_store(tmp_path, slices=1, structures=("liver",), strategies=("S5",)) as store:
        row = next(store.rows(HASH, selection="predicted_iou"))
        page = pictures(store, ["S5"])
    assert f"DICE {100 * row.dice:.1f} %, HD95 {row.hd95_mm:.1f} mm" in page.text
    assert "liver, axial slice 0" in page.text
    assert "case a" in page.text
    assert "Worst, 25th percentile, median, 75th percentile" in page.text


def test_empty_predictions_are_said_so(tmp_path):
    with filled_store(tmp_path, empty=True, strategies=("S5",)) as store:
        page = pictures(store, ["S5"])
    assert "Nothing is drawn in orange: the prediction is empty." in page.text
    assert "HD95 undefined" in page.text


def test_without_the_volume_the_figures_stay(tmp_path):
    with filled_store(tmp_path, strategies=("S5",)) as store:
        page = pictures(store, ["S5"], lambda row: None)
    assert page.all("img") == []
    assert "The image of this slice is not at hand." in page.text
    assert "DICE" in page.text


def test_a_mask_that_was_not_kept_leaves_the_reference(tmp_path):
    class WithoutMasks:
        def __init__(self, store):
            self.rows = store.rows

        def mask(self, row):
            raise StoreError("No mask is stored.")

    with filled_store(tmp_path, strategies=("S5",)) as store:
        assert len(pictures(WithoutMasks(store), ["S5"]).all("img")) == 4


def test_a_strategy_without_rows_says_so(tmp_path):
    with filled_store(tmp_path, strategies=("S5",)) as store:
        assert "no object with a DICE" in pictures(store, ["S1", "S5"]).text


def test_nothing_is_shown_of_nothing(tmp_path):
    with ResultStore(tmp_path / "r.sqlite") as store:
        assert pictures_section(store, HASH, Digest.of([]), ["S5"], picture_of) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"points": 3}', '{"points": [], "box": null}', '{"box": [1, 2]}'])
def test_unreadable_prompts_are_none(text):
    assert prompts_of(a_row(prompts_json=text)) is None


def test_later_volumes_of_a_series_are_named(tmp_path):
    outcome = an_outcome()
    moved = tuple(replace(p, row=replace(p.row, frame=2)) for p in outcome.predictions)
    with ResultStore(tmp_path / "r.sqlite") as store:
        store.save(replace(outcome, frame=2, predictions=moved, timings=()))
        assert "volume 3 of the series" in pictures(store, ["S5"], lambda row: None).text
