from __future__ import annotations

import pytest

from SAMSegmenterLib.cli.sam_segment import build_parser
from SAMSegmenterLib.cli.segment_arguments import MODES, cleanup_from, mode_of
from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import InputError


def given(*words):
    return build_parser().parse_args([*words, "--output", "x.seg.nrrd"])


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_is_told_by_its_file(mode):
    assert mode_of(given(f"--{mode}", "file")) == mode


def test_a_margin_is_none_by_default_and_a_window_is_named_in_any_letters():
    options = given("--boxes", "b.json", "--window", " Lung ")
    assert mode_of(options) == "boxes" and options.margin == 0.0 and options.window == "lung"


def test_no_clean_up_is_none_and_options_become_one():
    assert cleanup_from(given("--boxes", "b")) is None
    words = ("--keep", "largest", "--fill-holes", "--minimum-px", "3", "--minimum-mm2", "2.5", "--smooth-px", "1")
    assert cleanup_from(given("--boxes", "b", *words)) == CleanUp("largest", True, 3, 2.5, 1.0)
    assert cleanup_from(given("--boxes", "b", "--minimum-px", "0")) == CleanUp()


@pytest.mark.parametrize(
    ("mode", "option"),
    [
        ("prompts", ("--margin", "2")),
        ("prompts", ("--each-part",)),
        ("prompts", ("--segmentation", "x")),
        ("replay", ("--volume", "v")),
        ("replay", ("--any-values",)),
        ("replay", ("--margin", "0")),
        ("boxes", ("--refine-with", "box")),
        ("boxes", ("--any-values",)),
        ("refine", ("--segmentation", "x")),
    ],
)
def test_options_of_another_mode_are_refused_and_not_passed_over(mode, option):
    with pytest.raises(InputError, match=f"{option[0]} does nothing with --{mode}") as caught:
        mode_of(given(f"--{mode}", "file", *option))
    assert "it goes with --" in caught.value.hint
