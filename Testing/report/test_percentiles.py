import math

from SAMBenchmarkLib.core.rows import KEY_COLUMNS
from SAMBenchmarkLib.report import digest_group
from SAMBenchmarkLib.report.digest import Digest
from SAMBenchmarkLib.report.percentiles import choose
from support.outcomes import a_row


def chosen(dice):
    given = [a_row(slice=n, dice=value) for n, value in enumerate(dice)]
    return {one.title: one.ordinal for one in choose(Digest.of(given), "S5", "oracle")}


def test_places_are_those_of_nearest_rank():
    dice = [0.9, 0.1, 0.5, 0.3, 0.7, 0.2, 0.8, 0.4]
    assert chosen(dice) == {"worst": 1, "25th percentile": 5, "median": 7, "75th percentile": 4}


def test_objects_come_by_rising_dice():
    given = [a_row(slice=n, dice=value) for n, value in enumerate([0.9, 0.1, 0.5, 0.3])]
    ordinals = [one.ordinal for one in choose(Digest.of(given), "S5", "oracle")]
    assert ordinals == [1, 3, 2]


def test_a_single_object_holds_every_place_once():
    assert chosen([0.4]) == {"worst, 25th percentile, median, 75th percentile": 0}


def test_equal_objects_follow_the_order_of_the_rows():
    assert chosen([0.5] * 8) == {"worst": 0, "25th percentile": 1, "median": 3, "75th percentile": 5}


def test_objects_without_dice_are_left_out():
    assert chosen([math.nan, 0.4, math.nan]) == {"worst, 25th percentile, median, 75th percentile": 1}
    assert chosen([math.nan]) == {}


def test_a_strategy_without_rows_has_nothing_to_show():
    assert choose(Digest.of([a_row()]), "S1", "oracle") == []


def test_all_structures_compete():
    given = [a_row(dice=0.9), a_row(label_value=2, structure="spleen", dice=0.2)]
    worst = choose(Digest.of(given), "S5", "oracle")[0]
    assert worst.ordinal == 1


def test_the_row_of_a_chosen_object_is_named_by_its_key():
    given = [a_row(slice=n, dice=value, case_id="b", label_value=4) for n, value in enumerate([0.9, 0.1])]
    worst = choose(Digest.of(given), "S5", "oracle")[0]
    assert all(getattr(given[1], name) == value for name, value in worst.where.items())
    assert set(worst.where) == set(KEY_COLUMNS) - {"option_hash"}


def test_the_worst_object_of_a_large_study_is_that_of_all(monkeypatch):
    monkeypatch.setattr(digest_group, "MOST_OBJECTS", 20)
    given = [a_row(slice=n, dice=0.5 + n / 1000 if n != 123 else 0.01) for n in range(300)]
    places = {one.title: one for one in choose(Digest.of(given), "S5", "oracle")}
    assert places["worst"].ordinal == 123
    assert 60 < places["median"].ordinal < 240
