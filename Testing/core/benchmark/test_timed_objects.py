"""Objects with and without SAM, compared pair by pair."""

from __future__ import annotations

import math

import pytest

from SAMBenchmarkLib.core.timed_objects import STOPWATCH_TABLES, TimedObject, pairs_of, stopwatch_tables
from SAMSegmenterLib.core.timed_task import WITH, WITHOUT


def timed(condition, seconds, case="a", name="liver", reader="anna", corrections=0):
    return TimedObject(reader, case, name, condition, seconds, corrections=corrections)


def rows(objects, which="stopwatch"):
    table = next(table for table in stopwatch_tables(objects) if table.name == which)
    return [dict(zip(table.header, values, strict=True)) for values in table.rows]


FOUR = [
    one
    for case, (without, with_sam) in {"a": (240, 180), "b": (300, 210), "c": (120, 60), "d": (180, 150)}.items()
    for one in (timed(WITHOUT, without, case, corrections=4), timed(WITH, with_sam, case, corrections=1))
]


def test_only_objects_under_both_conditions_are_pairs():
    objects = [*FOUR[:2], timed(WITH, 5, "b"), timed(WITHOUT, 5, "c"), timed(WITH, 9, "a", "spleen")]
    [pair] = pairs_of(objects)
    assert (pair.case, pair.seconds, pair.corrections) == ("a", (240, 180), (4, 1))
    notes = {(row["case"], row["object"], row["condition"]): row["note"] for row in rows(objects, "stopwatch_objects")}
    assert notes["b", "liver", WITH] == "only timed under this condition: not compared"
    assert notes["a", "liver", WITH] == ""


def test_what_one_reader_did_is_not_compared_with_another_one():
    assert pairs_of([timed(WITH, 5, reader="anna"), timed(WITHOUT, 5, reader="bert")]) == []


def test_repeated_objects_are_averaged():
    [pair] = pairs_of([timed(WITH, 10), timed(WITH, 20), timed(WITHOUT, 60)])
    assert pair.seconds == (60, 15)


def test_differences_are_with_sam_less_without_in_minutes():
    minutes, corrections = rows(FOUR)
    assert (minutes["pairs"], minutes["cases"], minutes["unit"]) == (4, 4, "minutes")
    assert (minutes["without_sam"], minutes["with_sam"]) == pytest.approx((3.5, 2.5))
    assert minutes["difference"] == pytest.approx(-1.0)
    assert minutes["change_percent"] == pytest.approx(100 * (2.5 / 3.5 - 1))
    assert minutes["bca_low"] < -1 < minutes["bca_high"] < 0
    assert minutes["p"] == pytest.approx(2 / 16)  # all four signs alike
    assert corrections["difference"] == -3 and math.isnan(corrections["bca_low"])
    assert "the same in every case" in corrections["note"]


def test_readers_and_objects_have_lines_of_their_own_and_p_is_corrected_for_all():
    more = [timed(one.condition, one.seconds + 6, one.case, "spleen", "bert", one.corrections) for one in FOUR]
    lines = rows([*FOUR, *more])
    assert [(line["measure"], line["reader"], line["object"]) for line in lines[:5]] == [
        ("time", "all readers", "all objects"),
        ("time", "anna", "all objects"),
        ("time", "bert", "all objects"),
        ("time", "all readers", "liver"),
        ("time", "all readers", "spleen"),
    ]
    assert all(line["p_holm"] >= line["p"] for line in lines)


def test_nothing_to_compare_is_said_in_words():
    for line in rows([timed(WITH, 5)]):
        assert line["pairs"] == 0 and line["note"] == "no object was timed both with and without SAM"
        assert math.isnan(line["difference"])


def test_one_pair_has_no_interval_and_no_test():
    line = rows(FOUR[:2])[0]
    assert line["difference"] == -1 and math.isnan(line["p"]) and "1 case only" in line["note"]


def test_no_corrections_at_all_give_no_percentage():
    line = rows([timed(WITH, 5), timed(WITHOUT, 6)])[1]
    assert math.isnan(line["change_percent"]) and line["difference"] == 0


def test_the_tables_are_those_that_are_listed():
    assert tuple(table.name for table in stopwatch_tables(FOUR)) == STOPWATCH_TABLES
