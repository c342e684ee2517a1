from __future__ import annotations

import argparse

import pytest

from SAMBenchmarkLib.cli.preset_arguments import add_preset_arguments, preset_choices_from
from SAMBenchmarkLib.core.options import PRESETS, BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError


def chosen(*arguments: str, preset: str = "paper") -> BenchmarkOptions:
    parser = argparse.ArgumentParser()
    add_preset_arguments(parser)
    return BenchmarkOptions(preset=preset, **preset_choices_from(parser.parse_args(arguments))).resolved()


@pytest.mark.parametrize("preset", PRESETS)
def test_the_preset_decides_what_is_not_chosen(preset):
    found = chosen(preset=preset)
    assert {name: getattr(found, name) for name in PRESETS[preset]} == PRESETS[preset]


def test_each_can_be_chosen_by_itself_against_the_preset():
    arguments = "--hd-empty Diagonal --encode-clip no --centre-inside yes --s2-outside mid --slice-filter value_sum"
    found = chosen(*arguments.split(), preset="authors_code")
    assert (found.hd_empty, found.encode_clip, found.com_must_be_inside, found.s2_outside, found.slice_filter) == (
        "diagonal", False, True, "mid", "value_sum",
    )  # fmt: skip
    one = chosen("--hd-empty", "nan", preset="authors_code")
    assert (one.hd_empty, one.s2_outside, one.encode_clip) == ("nan", "first", True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--encode-clip", "perhaps"), "--encode-clip is yes or no"),
        (("--hd-empty", "one"), "nan, zero, diagonal"),
        (("--slice-filter", "colour"), "pixel_count, value_sum"),
    ],
)
def test_what_does_not_exist_is_refused_in_words(arguments, said):
    with pytest.raises(InputError) as error:
        chosen(*arguments)
    assert said in str(error.value)
