import re

from SAMBenchmarkLib.core.published_beside import beside_published
from SAMBenchmarkLib.core.summary import MACRO
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.section_published import published_section
from support.outcomes import a_row


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_published_values_stand_beside_ours_and_are_no_target():
    text = text_of(published_section(Digest.of([a_row(dice=0.625)])))
    assert "all objects of this run this run, oracle – – – – 62.50 –" in text
    assert "mean of the 46 printed rows published, ViT-B, oracle 42.76" in text
    assert "not a target" in text


def test_a_structure_of_the_same_name_is_set_beside_the_published_one():
    text = text_of(published_section(Digest.of([a_row(dice=0.5)])))
    assert "liver this run, oracle – – – – 50.00 – Liver-CT published, ViT-B, oracle 37.56" in text
    assert "spleen this run" not in text


def test_a_promptless_model_stands_beside_what_others_reached_without_prompts():
    text = text_of(published_section(Digest.of([a_row(strategy="S0", dice=0.625)])))
    assert "all objects of this run – 62.50 DRIVE 22.67 77.33" in text
    assert "Shi et al. 2023" in text and "not a target" in text
    assert "46 printed rows" not in text


def test_without_a_dice_the_published_values_stay():
    text = text_of(published_section(Digest.of([a_row(strategy="S0", dice=float("nan"))])))
    assert "all objects of this run – – DRIVE" in text


def test_without_rows_the_published_values_stay():
    assert "87.55" in text_of(published_section(Digest.of([])))


def test_protocols_stand_beside_their_published_tables():
    header = ("structure", "clicks", "n", "iou_percent_mean")
    points = Table.from_rows("mazurowski-points_first", "", header, [(MACRO, 1, 4, 55.0)])
    text = text_of(published_section(Digest.of([]), beside_published([points])))
    assert "Mazurowski et al. 2023, Fig 4 CSV" in text and "0.460" in text and "0.550" in text
    assert "not a target" in text and "87.55" not in text  # nothing of S1 to S6 was evaluated
