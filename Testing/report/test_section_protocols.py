import re

from SAMBenchmarkLib.report.section_protocols import protocols_section
from support.outcomes import a_row
from support.slice_models import protocol_options


def click_rows():
    return [
        a_row(variant="huang-rounds", round=n, dice=n / 4, strategy="clicks", selection=way)
        for n in (1, 2, 3)
        for way in ("oracle", "predicted_iou")
    ]


def test_each_protocol_has_a_table_for_every_selection_and_clicks_have_a_curve():
    text = str(protocols_section(click_rows(), protocol_options("huang-rounds", click_rounds=3)))
    assert text.count("<table") == 2 and text.count("<svg") == 1
    assert "Interactive clicks" in text and "25.00 (0.00)" in text and "75.00 (0.00)" in text
    assert "huang-rounds, oracle: 25.0 after the first click, 75.0 after the last" in text


def test_drops_are_shown_where_there_is_something_to_compare_with():
    rows = [a_row(dice=0.9), *(a_row(variant="sam-md-jitter:0.1", repeat=n, dice=0.8) for n in (1, 2))]
    text = str(protocols_section(rows, protocol_options("sam-md-jitter")))
    assert "Drop of DICE" in text and "10.00 (0.00)" in text and "<svg" not in text


def test_a_run_without_protocols_has_no_section():
    assert protocols_section([a_row()], protocol_options()) is None


def test_the_same_rows_give_the_same_bytes():
    options = protocol_options("huang-rounds", click_rounds=3)
    assert str(protocols_section(click_rows(), options)) == str(protocols_section(click_rows(), options))


def two_structures(variant, **known):
    return [
        a_row(variant=variant, label_value=label, structure=name, **known) for label, name in ((1, "head"), (2, "tail"))
    ]


def test_a_structure_heads_all_its_lines_once_and_averages_come_first():
    rows = [row for repeat in (1, 2, 3) for row in two_structures("sam-md-jitter:0.1", repeat=repeat, strategy="S5")]
    text = str(protocols_section(rows, protocol_options("sam-md-jitter")))
    names = re.findall(r'<th scope="rowgroup" rowspan="4">([^<]*)</th>', text)
    assert names == ["Average over objects (micro)", "Average over structures (macro)", "head", "tail"]


def test_settings_bear_their_unit_and_strategies_their_name():
    rows = two_structures("huang-shift:0-10", strategy="S5")
    text = str(protocols_section(rows, protocol_options("huang-shift")))
    assert '<th scope="col">Shift (px)</th>' in text and '<td class="way">S5 box</td>' in text


def test_an_average_over_structures_has_no_count_of_objects():
    text = str(protocols_section(two_structures("roi-crop:0.5", strategy="S5"), protocol_options("roi-crop")))
    macro = text.partition("Average over structures (macro)")[2].partition("</tr>")[0]
    assert re.findall(r'<td class="number">([^<]*)</td>', macro)[0] == "–"


def test_the_legend_of_the_curve_stands_below_the_axes():
    text = str(protocols_section(click_rows(), protocol_options("huang-rounds", click_rounds=3)))
    places = {
        said: float(y) for y, said in re.findall(r'y="([\d.]+)"[^>]*>(clicks|huang-rounds, \w+[^<]*)</text>', text)
    }
    assert len(places) == 3, places
    assert min(y for said, y in places.items() if said != "clicks") > places["clicks"]


def test_a_table_of_clicks_does_not_name_the_clicks_twice():
    text = str(protocols_section(click_rows(), protocol_options("huang-rounds", click_rounds=3)))
    assert ">Clicks</th>" in text and ">Strategy</th>" not in text


def test_masks_as_in_use_come_before_those_of_the_oracle():
    text = str(protocols_section(click_rows(), protocol_options("huang-rounds", click_rounds=3)))
    assert 0 < text.index("Mask chosen by predicted IoU") < text.index("Mask chosen by oracle")
