from dataclasses import fields, replace

import pytest

from SAMBenchmarkLib.core.options import Arithmetic, BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import SETTING_NAMES
from SAMBenchmarkLib.report.option_texts import (
    AUTHORS_CODE_DEFECTS,
    OPTION_TEXTS,
    known_defects,
    option_value,
)


def test_every_option_is_explained():
    named = {field.name for kind in (BenchmarkOptions, Arithmetic) for field in fields(kind)}
    named = named - {"protocol_settings"} | set(SETTING_NAMES)
    assert named - set(OPTION_TEXTS) == set()
    assert all(text.endswith(".") for text in OPTION_TEXTS.values())


def test_defects_are_those_of_the_options_as_they_were_used():
    everything = BenchmarkOptions(preset="authors_code")
    text = " ".join(known_defects(everything.to_json()))
    assert "six foreground points" in text and "distances of an empty prediction are 0" in text
    assert len(known_defects(everything.to_json())) == len(AUTHORS_CODE_DEFECTS) == 4
    fewer = " ".join(known_defects(replace(everything, hd_empty="nan", encode_clip=False).to_json()))
    assert "six foreground points" in fewer and "distances" not in fewer and "percentiles" not in fewer
    assert known_defects(BenchmarkOptions().to_json()) == []
    [one] = known_defects(BenchmarkOptions(hd_empty="zero").to_json())
    assert "empty prediction" in one


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "yes"),
        (False, "no"),
        (("S1", "S2"), "S1, S2"),
        (["a"], "a"),
        ([], "not set"),
        (None, "not set"),
        (0, "0"),
        (1.5, "1.5"),
    ],
)
def test_values_are_shown_in_words(value, text):
    assert option_value(value) == text
