from dataclasses import replace

import numpy as np
import pytest

from SAMBenchmarkLib.core.row_batches import batches_of_rows
from SAMBenchmarkLib.core.statistics.run_comparison import (
    DICE_COLUMNS,
    HEADER,
    comparison_tables,
    differences,
    joined,
    keyed_dice,
    run_statistics,
)
from SAMBenchmarkLib.core.store import RunRecord
from support.outcomes import HASH, a_row
from support.statistic_rows import study_cases, study_rows

OTHER = "f" * 16


class TwoRuns:
    """A store with a run and another of a model that is worse by a tenth, without its first case."""

    def __init__(self, more=()):
        self.here = list(study_rows())
        self.there = [replace(row, option_hash=OTHER, dice=row.dice - 0.1 - 0.01 * row.slice) for row in self.here[16:]]
        self.there += more

    def columns(self, option_hash, names, plain=False):
        return batches_of_rows(self.here if option_hash == HASH else self.there, names, plain)

    def runs(self):
        about = {"options": {"preset": "paper"}, "arithmetic": {"model": "large"}}
        small = {"options": {"preset": "paper"}, "arithmetic": {"model": "small"}}
        return [RunRecord(HASH, about, {}), RunRecord(OTHER, small, {})]

    def cases(self, option_hash):
        return study_cases()


def test_models_are_compared_on_the_objects_that_both_have():
    oracle, in_use = comparison_tables(TwoRuns(), HASH)
    assert (oracle.name, in_use.name, tuple(oracle.header)) == ("models_oracle", "models_predicted_iou", HEADER)
    rows = [dict(zip(HEADER, row, strict=True)) for row in oracle.rows]
    assert [row["strategy"] for row in rows] == ["S2", "S5"]
    assert (rows[0]["other_model"], rows[0]["model"], rows[0]["differs_in"]) == ("small", "large", "model")
    assert (rows[0]["objects"], rows[0]["patients"]) == (44, 11)
    assert rows[0]["difference_percent"] == pytest.approx(10.5)
    assert rows[0]["p"] == pytest.approx(2 / 2**11) and rows[0]["p_holm"] == pytest.approx(4 / 2**11)


def test_the_statistics_of_a_run_include_the_comparison():
    names = [table.name for table in run_statistics(TwoRuns(), HASH)]
    assert "intervals_oracle" in names and names[-2:] == ["models_oracle", "models_predicted_iou"]


def test_a_run_alone_is_compared_with_nothing():
    store = TwoRuns()
    store.there = []
    assert comparison_tables(store, HASH) == [] and comparison_tables(store, "unknown") == []


def test_figures_join_where_their_keys_agree():
    first = [((n, "S5"), n / 10) for n in (1, 2, 4, 5)]
    second = [((n, "S5"), n / 100) for n in (0, 2, 3, 5, 6)]
    assert list(joined(first, second)) == [((2, "S5"), 0.2, 0.02), ((5, "S5"), 0.5, 0.05)]
    assert list(joined(first, [])) == [] and list(joined([], second)) == []


def test_dice_stand_under_keys_in_words():
    (batch,) = batches_of_rows([a_row(dice=0.25), a_row(slice=4)], DICE_COLUMNS)
    assert list(keyed_dice([batch])) == [
        (("case a", 0, "axial", 3, 1, "S5", "oracle"), 0.25),
        (("case a", 0, "axial", 4, 1, "S5", "oracle"), 0.5),
    ]


def test_what_differs_is_named():
    one = RunRecord("a", {"options": {"preset": "paper", "seed": 1}, "arithmetic": {"model_sha256": "x"}}, {})
    other = RunRecord("b", {"options": {"preset": "authors_code", "seed": 1}, "arithmetic": {"model_sha256": "y"}}, {})
    assert differences(one, other) == "preset" and differences(one, one) == "nothing that was recorded"


def test_other_protocols_are_left_out():
    shifted = [replace(row, variant="shift") for row in TwoRuns().here]
    store = TwoRuns()
    store.here = shifted
    store.there = [replace(row, option_hash=OTHER) for row in shifted]
    assert comparison_tables(store, HASH) == []
    assert np.isfinite(shifted[0].dice)
