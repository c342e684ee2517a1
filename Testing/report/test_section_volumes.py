from SAMBenchmarkLib.core.rows import VOLUME, WHOLE_VOLUME
from SAMBenchmarkLib.core.tables import Table
from SAMBenchmarkLib.core.volume_tables import volume_tables
from SAMBenchmarkLib.report.section_volumes import effort_section, volumes_section
from support.html_check import Page
from support.outcomes import a_row


def volume(**changes):
    return a_row(variant=VOLUME, slice=WHOLE_VOLUME, **changes)


def test_figures_in_space_stand_by_structure_strategy_and_selection():
    rows = [
        volume(dice=0.8, hd95_mm=4.0, selection=selection, strategy=strategy)
        for selection in ("oracle", "predicted_iou")
        for strategy in ("S5", "GrabCut")
    ]
    page = Page("<!DOCTYPE html>" + str(volumes_section(volume_tables(rows, 1.0))))
    assert page.text.count("80.00") == 4 and "surface DICE at 1 mm" in page.text and "GrabCut" in page.text
    assert len(page.all("table")) == 2


def test_flat_images_have_no_part():
    assert volumes_section(volume_tables([a_row()], 1.0)) is None


def test_undefined_distances_say_why():
    text = str(volumes_section(volume_tables([volume(dice=0.8, undefined_reason="no pixel size")], 1.0)))
    assert "no pixel size: 1" in text and "80.00" in text


def test_the_correction_effort_has_a_part_where_it_was_counted():
    table = Table.from_rows(
        "hce_oracle", "Effort", ("structure", "strategy", "n", "hce_mean", "hce_std"), [("liver", "S5", 3, 4.8, 1.0)]
    )
    assert "4.80" in str(effort_section([table]))
    assert effort_section([]) is None
