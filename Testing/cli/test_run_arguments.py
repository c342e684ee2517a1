from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from SAMBenchmarkLib.cli.run_arguments import add_run_arguments, case_name, cases_from, options_from
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_run_arguments(parser)
    return parser.parse_args(["--output", "out", *arguments])


@pytest.fixture
def files(tmp_path) -> list[str]:
    for name in ("ct.nii.gz", "labels.nrrd"):
        (tmp_path / name).touch()
    return ["--volume", str(tmp_path / "ct.nii.gz"), "--labels", str(tmp_path / "labels.nrrd")]


def test_without_options_the_defaults_of_the_protocol_hold():
    assert options_from(parsed()) == BenchmarkOptions()


def test_every_option_reaches_the_protocol():
    arguments = (
        "--strategies s1,S5 --plane coronal --stride 3 --max-slices 7 --preset authors_code --mask-selection first "
        "--window abdomen --minmax-scope volume --points-per-side 8 --seed 5 --timing-repeats 0 --min-object-pixels 9 "
        "--structures liver;aorta+portal_vein"
    )
    expected = BenchmarkOptions(
        strategies=("S1", "S5"), plane="coronal", stride=3, max_slices=7, preset="authors_code", selections=("first",),
        window="abdomen", minmax_scope="volume", points_per_side=8, seed=5, timing_repeats=0, min_object_pixels=9,
        structures=("liver", "aorta+portal_vein"),
    )  # fmt: skip
    assert options_from(parsed(*arguments.split())) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--strategies", "S7"], "no strategy 'S7'"),
        (["--strategies", ","], "at least one"),
        (["--plane", "oblique"], "no plane 'oblique'"),
        (["--preset", "mine"], "no preset 'mine'"),
        (["--mask-selection", "best"], "no mask selection 'best'"),
        (["--window", "liver"], "no window 'liver'"),
        (["--stride", "0"], "stride is 1 or more"),
        (["--structures", "+"], "no name"),
    ],
)
def test_options_that_do_not_exist_are_refused_in_words(arguments, expected):
    with pytest.raises(InputError, match=expected):
        options_from(parsed(*arguments))


def test_a_single_case_is_named_by_its_files(files):
    (case,) = cases_from(
        parsed(*files, "--name", "p1", "--label-names", "1=liver", "--series", "2", "--modality", "CT")
    )
    assert (case.name, case.volume, case.series, case.modality) == ("p1", Path(files[1]), "2", "CT")
    assert case.label_names == ((1, "liver"),)


def test_a_name_that_was_not_given_tells_nothing_of_the_file(files, tmp_path):
    (case,) = cases_from(parsed(*files))
    assert case.name == case_name(Path(files[1]))
    assert case.name.startswith("case-")
    assert "ct" not in case.name.removeprefix("case-")
    assert case_name(tmp_path / "other.nrrd") != case.name


def test_a_manifest_gives_its_cases(files, tmp_path):
    manifest = tmp_path / "cases.csv"
    manifest.write_text("name,volume,labels\nA,ct.nii.gz,labels.nrrd\n", encoding="utf-8")
    assert [case.name for case in cases_from(parsed("--manifest", str(manifest)))] == ["A"]


def test_what_to_evaluate_must_be_said_once(files):
    for arguments in ([], files[:2], files[2:]):
        with pytest.raises(InputError, match="Nothing to evaluate"):
            cases_from(parsed(*arguments))
    with pytest.raises(InputError, match="does not go with"):
        cases_from(parsed(*files, "--manifest", "cases.csv"))


@pytest.mark.parametrize("which", [1, 3])
def test_a_missing_file_is_named(files, which):
    files[which] = "nowhere.nrrd"
    with pytest.raises(InputError, match=r"no file nowhere\.nrrd"):
        cases_from(parsed(*files))


def test_strategies_that_are_not_named_are_left_to_the_model():
    assert options_from(parsed()).strategies is None
    assert options_from(parsed("--strategies", "s0")).strategies == ("S0",)
    assert options_from(parsed("--structures", " left kidney + right kidney ; liver;")).structures == (
        "left kidney + right kidney",
        "liver",
    )


def test_capital_letters_do_not_matter():
    arguments = "--plane Axial --preset PAPER --mask-selection Oracle --window Abdomen --minmax-scope Volume"
    expected = BenchmarkOptions(plane="axial", selections=("oracle",), window="abdomen", minmax_scope="volume")
    assert options_from(parsed(*arguments.split())) == expected
