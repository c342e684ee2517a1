from __future__ import annotations

import dataclasses

import pytest

from SAMSegmenterLib.cli.sam_segment import build_parser
from SAMSegmenterLib.cli.segment_arguments import mode_of
from SAMSegmenterLib.cli.segment_propagate_arguments import (
    kinds_of,
    range_of,
    slices_of,
    stops_of,
    tunable,
    tuned,
)
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.propagation import PropagationParameters


def given(*words):
    return build_parser().parse_args([*words, "--output", "x.seg.nrrd"])


def test_every_parameter_that_can_be_written_down_can_be_tuned_by_its_default():
    defaults = tunable()
    assert "margin" in defaults and not {"axis", "window", "first", "stop_marks"} & set(defaults)
    for name, value in defaults.items():
        text = ("no", "yes")[value] if isinstance(value, bool) else "none" if value is None else value
        assert tuned([f"{name}={text}"]) == {name: value}
    PropagationParameters(**defaults)


def test_the_help_names_the_parameters_with_their_defaults():
    told = " ".join(build_parser().format_help().split())
    margin = next(field.default for field in dataclasses.fields(PropagationParameters) if field.name == "margin")
    assert f"margin={margin}" in told


def test_values_have_the_kind_of_their_parameter():
    assert tuned(["margin = 4"]) == {"margin": 4} and int in kinds_of("margin")
    for wrong in ("margin=4.5", "margin=", "margin=none"):
        with pytest.raises(InputError, match="'margin' cannot be"):
            tuned([wrong])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, (None, None)),
        ("3:9", (3, 9)),
        (":9", (None, 9)),
        ("-4:", (-4, None)),
        (":", (None, None)),
        ("5:5", (5, 5)),
    ],
)
def test_a_range_may_be_open(text, expected):
    assert range_of(text) == expected


@pytest.mark.parametrize("text", ["", "5", "a:b", "1:2:3", "1.5:3", "9:3"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(InputError) as caught:
        range_of(text)
    assert caught.value.hint


def test_stop_marks_are_gathered_by_structure_whatever_its_name():
    assert stops_of(["liver=12", "liver=40", "a=b=3", "left kidney = -2"]) == {
        "liver": [12, 40],
        "a=b": [3],
        "left kidney": [-2],
    }
    assert stops_of(None) == {}
    for wrong in ("liver", "=3", "liver=", "liver=2.5"):
        with pytest.raises(InputError, match="SEGMENT=N"):
            stops_of([wrong])


def test_keyframes_are_slice_numbers():
    assert slices_of("40, 12,12") == [12, 40]
    for wrong in ("", "a", "1,", "-1", "1.5"):
        with pytest.raises(InputError, match="slice numbers"):
            slices_of(wrong)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--prompts", "p", "--range", "1:2"), "--range does nothing without --propagate"),
        (("--boxes", "b", "--confidence-table", "t.tsv"), "--confidence-table does nothing without"),
        (("--refine", "l", "--keyframes", "3"), "--keyframes does nothing without"),
        (("--replay", "s", "--propagate"), "--propagate does nothing with --replay"),
        (("--refine", "l", "--propagate"), "not said which slices"),
        (("--refine", "l", "--propagate", "--keyframes", "x"), "slice numbers"),
        (("--refine", "l", "--propagate", "--keyframes", "3", "--margin", "2"), "--margin does nothing"),
        (("--refine", "l", "--propagate", "--keyframes", "3", "--each-part"), "--each-part does nothing"),
        (("--prompts", "p", "--propagate", "--step", "nan"), "more than 0 mm"),
        (("--prompts", "p", "--axis", "k"), "--axis does nothing with --prompts"),
    ],
)
def test_options_that_would_do_nothing_are_refused(words, said):
    with pytest.raises(InputError, match=said):
        mode_of(given(*words))


def test_an_axis_may_choose_among_prompts_that_are_propagated():
    assert mode_of(given("--prompts", "p", "--propagate", "--axis", "k")) == "prompts"
