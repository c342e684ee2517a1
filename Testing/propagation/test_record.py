"""The figures of one structure: stored, found again, and as a row."""

import json
import math

import pytest

from SAMBenchmarkLib.propagation.record import OWN, Record


def test_a_record_survives_as_json_with_its_undefined_figures(a_record):
    record = a_record(low=math.nan, same_prompt=0.4)
    text = json.dumps(record.to_json(), allow_nan=False)
    again = Record.from_json(json.loads(text))
    assert again.about == record.about and math.isnan(again.methods[OWN].overrun_low)
    assert again.keyframes == record.keyframes and again.cost == record.cost and again.trust == record.trust
    assert again.dice("same prompt") == 0.4 and math.isnan(again.dice("box chain"))


def test_a_failure_survives_too(a_record):
    again = Record.from_json(a_record(failure="nothing there").to_json())
    assert again.failure == "nothing there" and not again.methods and math.isnan(again.chosen)


def test_other_figures_are_refused(a_record):
    data = a_record().to_json()
    data["cost"]["watts"] = 3
    with pytest.raises(KeyError):
        Record.from_json(data)


def test_a_row_has_a_column_for_every_figure_and_nothing_for_undefined_ones(a_record):
    row = a_record(own=0.75, low=math.nan, same_prompt=0.4, ends=("a mark", "the end of the volume")).flat()
    assert row["propagation: dice"] == 0.75 and row["propagation: overrun_low"] == ""
    assert row["same prompt: dice"] == 0.4 and row["ended_high"] == "the end of the volume"
    assert (row["slices"], row["dice_after"], row["visited"]) == ("3 9", pytest.approx(0.77), 12)
