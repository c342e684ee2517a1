"""Published values stand beside those of a run only where they mean the same."""

from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core.published_beside import beside_published, same_structure
from SAMBenchmarkLib.core.published_values import HUANG
from SAMBenchmarkLib.core.summary import MACRO, MICRO
from SAMBenchmarkLib.core.tables import Table


def summary(selection="oracle", **dice):
    """A summary table: structure -> (n, mean DICE) under S5."""
    header = ["structure", "strategy", "n", *("dice_percent_mean", "dice_percent_undefined")]
    header += ["hd_px_mean", "hd_px_undefined"]
    rows = [(name.replace("_", " "), "S5", n, mean, 0, math.nan, n) for name, (n, mean) in dice.items()]
    return Table.from_rows(f"summary_{selection}", "", header, rows)


def protocol(name, header, *rows):
    return Table.from_rows(name, "", header.split(), rows)


def lines(tables, run_model="", **about):
    table = beside_published(tables, run_model)
    rows = [dict(zip(table.header, values, strict=True)) for values in table.rows]
    return [row for row in rows if all(row[name] == value for name, value in about.items())]


@pytest.mark.parametrize(
    ("name", "item", "same"),
    [
        ("left kidney", "Kidney-CT", True),
        ("kidney_right", "CT-Organ: Kidney", True),
        ("Spleen", "CT-Spleen", True),
        ("spleen", "Spleen-MRI", True),
        ("kidney tumor", "Kidney-CT", False),
        ("kidney", "Kidney Tumor-CT", False),
        ("left ventricle", "Left Ventricle-Cine-MRI", True),
        ("left", "Kidney-CT", False),
        ("", "Kidney-CT", False),
    ],
)
def test_structures_match_by_their_full_names(name, item, same):
    assert same_structure(name, item) is same


def test_nothing_in_the_run_has_no_rows():
    assert beside_published([]).rows == []


def test_a_structure_stands_beside_its_published_lines_and_averages():
    tables = [summary(left_kidney=(3, 90.0), thing=(1, 50.0))]
    [row] = lines(tables, table="Table 2", item="Kidney-CT", model="ViT-B")
    assert (row["strategy"], row["published"], row["of"], row["objects"]) == ("S5", 93.60, "left kidney", 3)
    assert row["this_run_oracle"] == 90 and math.isnan(row["this_run_predicted_iou"])
    [mean] = lines(tables, table="Table 2", item="mean of 46 lines", model="ViT-H")
    assert (mean["published"], mean["of"], mean["this_run_oracle"]) == (pytest.approx(87.22, abs=0.005), MACRO, 70)
    assert not lines(tables, table="Table 3")  # no distance is defined
    assert not lines(tables, table="Section 4.4")  # of S2 and S4 alone


def test_averages_over_objects_weigh_objects():
    header = summary(a=(1, 1.0)).header
    rows = [("a", "S2", 3, 90.0, 0, 10.0, 1), ("b", "S2", 1, 50.0, 0, 40.0, 0)]
    tables = [Table.from_rows("summary_oracle", "", header, rows)]
    [row] = lines(tables, table="Section 4.4", model="ViT-B")
    assert (row["of"], row["this_run_oracle"], row["objects"]) == (MICRO, 80, 4)
    assert lines(tables, table="Table 3", model="ViT-B")[0]["this_run_oracle"] == 25  # (10 + 40) / 2 structures


def test_a_model_of_the_papers_meets_its_own_values_alone():
    tables = [summary(liver=(3, 90.0))]
    assert {row["model"] for row in lines(tables, "vit_b")} == {"ViT-B"}
    assert {row["model"] for row in lines(tables, "sam-small")} == {"ViT-B", "ViT-H"}


def test_every_protocol_meets_its_table():
    tables = [
        protocol("huang-grid_oracle", "structure setting n dice_percent_mean", (MICRO, "16", 4, 61.0)),
        protocol("huang-shift_oracle", "structure strategy setting repeat n dice_drop_mean",
                 (MICRO, "S5", "10-20", "all", 4, 9.0), (MICRO, "S5", "10-20", "2", 4, 8.0)),
        protocol("mazurowski-modes_first", "structure strategy n iou_percent_mean",
                 ("spleen", "mode 4", 2, 70.0), (MACRO, "mode 4", 1, 66.0)),
        protocol("mazurowski-points_first", "structure clicks n iou_percent_mean",
                 (MACRO, 3, 2, 50.0), (MICRO, 3, 4, 55.0)),
        protocol("shi-contours_predicted_iou", "structure n dice_percent_mean iou_percent_mean",
                 (MICRO, 4, 40.0, 30.0)),
        protocol("timing", "stage seconds slices", ("embedding", 0.5, 1)),
        protocol("correlation_oracle", "strategy attribute rho n",
                 ("S5", "size", 0.3, 40), ("S6", "size", math.nan, 2)),
    ]  # fmt: skip
    assert {row["this_run_oracle"] for row in lines(tables, paper=HUANG, table="Table 5")} == {61}
    mean, second = lines(tables, table="Table 8", item="Mean shift 10-20 px") + lines(
        tables, table="Table 8", item="Random 2 shift 10-20 px"
    )
    assert (mean["published"], mean["this_run_oracle"], second["this_run_oracle"]) == (10.50, 9, 8)
    boxes = lines(tables, table="Fig 2 CSV", strategy="mode 4", metric="IoU (oracle)")
    assert [(row["of"], row["this_run_first"]) for row in boxes] == [("spleen", 0.7), (MACRO, 0.66)]
    points = lines(tables, table="Fig 4 CSV", model="RITM")
    assert [(row["strategy"], row["published"], row["of"], row["this_run_first"]) for row in points] == [
        ("3 point(s)", 0.4538, MACRO, 0.5)  # printed as the mean of tasks, not of objects
    ]
    [amos] = lines(tables, item="AMOS CT Average", metric="Dice")
    assert (amos["published"], amos["this_run_predicted_iou"]) == (0.2105, 0.4)
    assert not lines(tables, item="AMOS CT class #1")  # whose number is not the user's
    assert [row["published"] for row in lines(tables, paper=HUANG, table="Table 4")] == [0.1276, 0.4718]
    assert {row["strategy"] for row in lines(tables, paper=HUANG, table="Table 6")} == {"S5"}  # S6 has no correlation


def test_a_model_without_prompts_meets_those_that_were_trained_so():
    header = ["structure", "strategy", "n", "dice_percent_mean", "dice_percent_undefined"]
    tables = [Table.from_rows("summary_predicted_iou", "", header, [("vessels", "S0", 4, 70.0, 0)])]
    [row] = lines(tables, table="Table 10", item="DRIVE", metric="Dice")
    assert (row["strategy"], row["published"], row["this_run_predicted_iou"]) == ("fine-tuned", 0.7733, 0.7)
