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
    assert "huang-rounds oracle: 25.0 after the first click, 75.0 after the last" in text


def test_drops_are_shown_where_there_is_something_to_compare_with():
    rows = [a_row(dice=0.9), *(a_row(variant="sam-md-jitter:0.1", repeat=n, dice=0.8) for n in (1, 2))]
    text = str(protocols_section(rows, protocol_options("sam-md-jitter")))
    assert "Drop of DICE" in text and "10.00 (0.00)" in text and "<svg" not in text


def test_a_run_without_protocols_has_no_section():
    assert protocols_section([a_row()], protocol_options()) is None


def test_the_same_rows_give_the_same_bytes():
    options = protocol_options("huang-rounds", click_rounds=3)
    assert str(protocols_section(click_rows(), options)) == str(protocols_section(click_rows(), options))
