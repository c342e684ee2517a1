"""The tables of a measurement."""

from SAMBenchmarkLib.propagation.sections import criteria_section, sections


def test_every_table_has_as_many_cells_in_each_row_as_in_its_header(a_record):
    others = {"same_prompt": 0.5, "projection_box_0.8_0.025": 0.6}
    records = [a_record(source, subject, 0.9, **others) for source in "ab" for subject in "st"]
    tables = sections([*records, a_record(failure="empty")])
    assert [one.title for one in tables] == [
        "Criteria",
        "Volumetric Dice",
        "Volumetric Dice, told where the structure ends",
        "Ends",
        "Two keyframes more",
        "Slice confidence",
        "Cost",
        "Ways of projection",
    ]
    assert all(len(row) == len(one.header) for one in tables for row in one.rows)
    assert [row[:3] for row in tables[1].rows] == [("a", "2", "2"), ("b", "2", "2"), ("mean of datasets", "4", "4")]
    assert tables[1].rows[-1][-1] == "+0.300"


def test_without_other_methods_their_tables_are_left_out(a_record):
    titles = [one.title for one in sections([a_record()])]
    assert "Ways of projection" not in titles and "Ends" in titles


def test_the_ends_of_every_method_are_told(a_record):
    (ends,) = (one for one in sections([a_record(same_prompt=0.4)]) if one.title == "Ends")
    assert [row[0] for row in ends.rows] == ["a", "mean of datasets: propagation", "same prompt"]
    assert ends.rows[0][1:] == ("0", "1", "0", "0") and ends.rows[2][1:] == ("-", "-", "-", "-")


def test_criteria_are_rows_with_their_answers(a_record):
    rows = criteria_section([a_record()]).rows
    assert ("slices beyond an end: median", "1 or less", "0.000", "met") in rows
