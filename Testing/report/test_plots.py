import numpy as np
import pytest

from SAMBenchmarkLib.core.classical import CLASSICAL
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.plots import (
    MARKERS,
    MOST_DOTS,
    STRATEGY_COLOURS,
    box_panel,
    dice_by_position,
    position_panel,
    selection_legend,
    strategy_legend,
    strategy_ticks,
)
from SAMBenchmarkLib.report.svg import new_figure
from support.html_check import Page
from support.outcomes import a_row


def page_of(svg):
    return Page(f"<!DOCTYPE html>\n<html><body>{svg}</body></html>")


def values(count):
    random = np.random.default_rng(1)
    return {(s, way): random.uniform(50, 90, count) for s in ("S2", "S5") for way in ("predicted_iou", "oracle")}


def test_a_panel_is_a_drawing_that_says_its_medians():
    given = {("S2", "oracle"): np.array([10.0, 20.0, 30.0])}
    page = page_of(box_panel("p", given, ["S2", "S5"], ["oracle"], "DICE (%)"))
    (svg,) = page.all("svg")
    assert svg["role"] == "img"
    assert svg["aria-label"] == "Medians of DICE (%). oracle (best Dice against the reference): S2 20.0, S5 none"


def test_the_same_values_give_the_same_drawing():
    first, second = (box_panel("p", values(20), ["S2", "S5"], ["oracle"], "DICE (%)") for _ in range(2))
    assert first == second


def test_two_drawings_on_a_page_share_no_id():
    drawn = [box_panel(name, values(20), ["S2", "S5"], ["oracle"], "y") for name in ("a", "b")]
    page_of("".join(drawn))
    assert 'id="a-' in drawn[0]
    assert "http" not in drawn[0]


def test_few_values_are_dots_and_many_are_boxes():
    few = box_panel("p", values(3), ["S2", "S5"], ["oracle"], "y")
    many = box_panel("p", values(30), ["S2", "S5"], ["oracle"], "y")
    assert few.count("<use") > 0
    assert many.count("fill-opacity: 0.25") >= 2


def test_a_large_study_stays_a_small_page():
    random = np.random.default_rng(2)
    dice = np.concatenate([random.uniform(89, 91, 20000), random.uniform(0, 60, 4000)])
    svg = box_panel("p", {("S5", "oracle"): dice}, ["S5"], ["oracle"], "y")
    assert MOST_DOTS / 4 < svg.count("<use") < 2 * MOST_DOTS


def test_a_panel_without_values_is_drawn_empty():
    page_of(box_panel("p", {}, ["S2"], ["oracle"], "y"))
    page_of(box_panel("p", {("S2", "oracle"): np.zeros(9)}, ["S2"], ["oracle"], "y"))


def along(slices, dice, case="a", strategy="S5"):
    return [a_row(case_id=case, slice=n, dice=d, strategy=strategy) for n, d in zip(slices, dice, strict=True)]


def test_dice_along_a_structure_is_averaged_in_tenths():
    rows = [*along(range(20), np.repeat(np.arange(10) / 10, 2)), *along(range(100, 120), np.ones(20), case="b")]
    group = Digest.of(rows).group("S5", "oracle", "liver")
    place, mean = dice_by_position(group)
    np.testing.assert_allclose(place, np.arange(10) / 10 + 0.05)
    assert mean[0] == pytest.approx(50)
    assert mean[-1] == pytest.approx(95)


def test_few_slices_have_no_way_from_first_to_last():
    place, mean = dice_by_position(Digest.of(along(range(9), np.ones(9))).group("S5", "oracle", "liver"))
    assert len(place) == len(mean) == 0


def test_a_position_panel_says_its_ends():
    digest = Digest.of(along(range(10), np.linspace(0.1, 1, 10)))
    (svg,) = page_of(position_panel("p", digest, "oracle", "liver", ["S2", "S5"])).all("svg")
    assert svg["aria-label"].endswith("S5 10, 60, 100")


def test_legends_name_colours():
    assert "predicted IoU (as in use)" in selection_legend(["predicted_iou"])
    assert "S5 box" in strategy_legend(["S5"], {"S5": "box"})
    assert "other" in strategy_legend(["other"], {})


def test_names_of_classical_methods_stand_aslant_and_have_room():
    figure = new_figure()
    axes = figure.add_axes((0.1, 0.1, 0.8, 0.8))
    strategy_ticks(axes, ["S2", "S5"])
    assert [label.get_rotation() for label in axes.get_xticklabels()] == [0, 0]
    strategy_ticks(axes, ["S5", *CLASSICAL])
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {45}
    assert axes.get_position().y0 > 0.25
    assert set(CLASSICAL) <= set(STRATEGY_COLOURS) and set(CLASSICAL) <= set(MARKERS)
    assert len(set(STRATEGY_COLOURS.values())) == len(STRATEGY_COLOURS)
