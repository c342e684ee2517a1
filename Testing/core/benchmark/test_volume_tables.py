import math

import pytest

from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.volume_tables import ALL_STRUCTURES, VOLUME_TABLES, volume_tables
from support.outcomes import a_row


def volume(dice, **more):
    return a_row(variant=VOLUME, slice=WHOLE_VOLUME, dice=dice, **more)


def records(table):
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


def test_means_and_deviations_are_over_volumes_by_structure_and_strategy():
    rows = [volume(0.8, hd95_mm=4.0, case_id="a"), volume(0.6, case_id="b", undefined_reason="no pixel size")]
    rows += [volume(0.4, case_id="a", strategy="GrabCut")]
    summary, each = volume_tables(rows, 2.0)
    assert {summary.name, each.name} <= set(VOLUME_TABLES) and "2 mm" in summary.title
    box, cut = records(summary)
    assert (box["strategy"], box["volumes"], box["note"]) == ("S5", 2, "no pixel size: 1")
    assert box["dice_percent_mean"] == pytest.approx(70) and box["dice_percent_std"] == pytest.approx(10)
    assert (box["hd95_mm_mean"], box["hd95_mm_undefined"]) == (4.0, 1)
    assert (cut["strategy"], cut["dice_percent_mean"]) == ("GrabCut", 40)
    assert [(r["case"], r["dice_percent"]) for r in records(each)] == [("a", 80), ("b", 60), ("a", 40)]


def test_several_structures_have_a_line_for_all():
    rows = [volume(0.8), volume(0.2, structure="spleen", label_value=2)]
    found = {r["structure"]: r["dice_percent_mean"] for r in records(volume_tables(rows, 1.0)[0])}
    assert found == {"liver": pytest.approx(80), "spleen": pytest.approx(20), ALL_STRUCTURES: pytest.approx(50)}


def test_selections_have_tables_of_their_own_and_rows_of_slices_do_not_count():
    rows = [a_row(), volume(0.8), volume(0.7, selection="predicted_iou")]
    assert [table.name for table in volume_tables(rows, 1.0)] == [
        "volumes_oracle", "volume_by_volume_oracle", "volumes_predicted_iou", "volume_by_volume_predicted_iou"
    ]  # fmt: skip
    assert volume_tables([a_row()], 1.0) == []


def test_undefined_figures_stay_undefined():
    [record] = records(volume_tables([volume(0.0, undefined_reason="empty prediction")], 1.0)[0])
    assert record["dice_percent_mean"] == 0 and math.isnan(record["assd_mm_mean"]) and record["assd_mm_undefined"] == 1
