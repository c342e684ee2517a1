from dataclasses import fields

import pytest

from SAMBenchmarkLib.core.options import Arithmetic, BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import SETTING_NAMES
from SAMBenchmarkLib.report.option_texts import AUTHORS_CODE_DEFECTS, OPTION_TEXTS, option_value


def test_every_option_is_explained():
    named = {field.name for kind in (BenchmarkOptions, Arithmetic) for field in fields(kind)}
    named = named - {"protocol_settings"} | set(SETTING_NAMES)
    assert named - set(OPTION_TEXTS) == set()
    assert all(text.endswith(".") for text in OPTION_TEXTS.values())


def test_the_known_defects_are_named():
    text = " ".join(AUTHORS_CODE_DEFECTS)
    assert "six foreground points" in text
    assert "distances of an empty prediction are 0" in text


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
