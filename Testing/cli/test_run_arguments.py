from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from SAMBenchmarkLib.cli.run_arguments import add_run_arguments, case_name, cases_from, options_from
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import PROTOCOL_TITLES, ProtocolSettings
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


def test_classical_methods_and_further_figures_reach_the_run():
    options = options_from(
        parsed("--volume", "a", "--labels", "b", "--baselines", "region-growing", "grabcut,random_walker",
               "--correction-effort", "--surface-tolerance", "2.5", "--fourier-patience", "2")
    )  # fmt: skip
    assert options.baselines == ("GrabCut", "region growing", "random walker")
    assert (options.correction_effort, options.surface_tolerance_mm, options.fourier_patience) == (True, 2.5, 2)


def test_every_setting_of_the_protocols_reaches_them():
    arguments = (
        "--protocols Huang-Rounds,shi-contours --click-rounds 4 --feed-previous-logits --shift-edges 0,5,15 "
        "--shift-repeats 2 --box-jitter move --jitter-points all --grid-sizes 8,16 --point-rounds 3 --distance cv2_5x5 "
        "--label-source any --modes 1,5 --contour-merge last --shi-window ct --roi-margin 0.25 --relative-jitter 0.1 "
        "--relative-repeats 1 --uncertainty-boxes 3 --uncertainty-share 0.2 --medlsam-margin 4 --medlsam-slab 3 "
        "--scribble-points 4 --scribble-repeats 2"
    )
    settings = ProtocolSettings(
        click_rounds=4, feed_previous_logits=True, shift_edges=(0, 5, 15), shift_repeats=2, box_jitter="move",
        jitter_points="all", grid_sizes=(8, 16), point_rounds=3, distance="cv2_5x5", label_source="any", modes=(1, 5),
        contour_merge="last", shi_window="ct", roi_margin=0.25, relative_jitter=(0.1,), relative_repeats=1,
        uncertainty_boxes=3, uncertainty_share=0.2, medlsam_margin=4.0, medlsam_slab=3, scribble_points=4,
        scribble_repeats=2,
    )  # fmt: skip
    options = options_from(parsed(*arguments.split()))
    assert options == BenchmarkOptions(protocols=("huang-rounds", "shi-contours"), protocol_settings=settings)
    assert options_from(parsed("--protocols", "all")).protocols == tuple(PROTOCOL_TITLES)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--protocols", "huang"], "no protocol 'huang'"),
        (["--shift-edges", "10,0"], "rising"),
        (["--grid-sizes", "8,many"], "takes numbers by comma"),
        (["--grid-sizes", "512"], "from 1 to 256"),
        (["--modes", "0"], "from 1 to 5"),
        (["--box-jitter", "shrink"], "no box jitter 'shrink'"),
        (["--click-rounds", "0"], "click_rounds is 1 or more"),
        (["--strategies", "S7"], "no strategy 'S7'"),
        (["--strategies", ","], "Neither a strategy nor a protocol"),
        (["--plane", "oblique"], "'plane' has no choice 'oblique'"),
        (["--preset", "mine"], "'preset' has no choice 'mine'"),
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


def test_protocols_may_go_without_strategies():
    chosen = options_from(parsed("--strategies", "none", "--protocols", "huang-rounds"))
    assert chosen.strategies == () and chosen.resolved().strategies == ()
    with pytest.raises(InputError, match="Neither a strategy nor a protocol"):
        options_from(parsed("--strategies", "none"))
    assert options_from(parsed("--structures", " left kidney + right kidney ; liver;")).structures == (
        "left kidney + right kidney",
        "liver",
    )


def test_capital_letters_do_not_matter():
    arguments = "--plane Axial --preset PAPER --mask-selection Oracle --window Abdomen --minmax-scope Volume"
    expected = BenchmarkOptions(plane="axial", selections=("oracle",), window="abdomen", minmax_scope="volume")
    assert options_from(parsed(*arguments.split())) == expected
