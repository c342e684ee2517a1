import statistics

import pytest

from SAMBenchmarkLib.core.options import STRATEGIES
from SAMBenchmarkLib.report.published import (
    DICE,
    DICE_MEAN,
    HAUSDORFF_MEAN,
    SECONDS,
    VESSELS,
    PublishedRow,
    published_dice,
)


def test_every_item_is_there_for_both_models():
    for rows in (DICE, DICE_MEAN, HAUSDORFF_MEAN):
        by_model = {model: [row.item for row in rows if row.model == model] for model in ("ViT-B", "ViT-H")}
        assert by_model["ViT-B"] == by_model["ViT-H"] == sorted(set(by_model["ViT-B"]))


def test_percentages_are_percentages():
    assert all(0 < value < 100 for row in (*DICE, *DICE_MEAN) for value in row.values)
    assert statistics.fmean(row.values[4] for row in DICE) > statistics.fmean(row.values[0] for row in DICE) + 30


def test_training_without_prompts_helped_everywhere():
    assert list(VESSELS) == ["DRIVE", "CHASEDB1", "HRF", "STARE"]
    assert all(0 < by_hand < 25 and 65 < trained < 80 for by_hand, trained in VESSELS.values())


def test_times_name_every_stage():
    assert [set(of) for of in SECONDS.values()] == [{"embedding", *STRATEGIES}] * 2


@pytest.mark.parametrize(
    ("structure", "item"),
    [
        ("liver", "Liver-CT"),
        ("Left Kidney", "Kidney-CT"),
        ("kidney_right", "Kidney-CT"),
        ("left ventricular myocardium", "Left Ventricular Myocardium-CT"),
    ],
)
def test_structures_are_found_by_their_names(structure, item):
    assert {row.item for row in published_dice(structure)} == {item}
    assert [row.model for row in published_dice(structure)] == ["ViT-B", "ViT-H"]


@pytest.mark.parametrize("structure", ["", "left", "kidney tumor", "lungs", "white matter", "心臓"])
def test_other_structures_match_nothing(structure):
    assert published_dice(structure) == ()


def test_a_row_has_one_value_per_strategy():
    with pytest.raises(ValueError, match="2 values for 6"):
        PublishedRow("x", "ViT-B", (1.0, 2.0))
