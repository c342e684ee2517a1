"""What the user types becomes cases and options, or a sentence that says what is wrong."""

import argparse

import pytest

from SAMBenchmarkLib.cli.train_fine_tune_arguments import add_fine_tune_arguments, images_from, training_cases
from SAMSegmenterLib.core.errors import InputError
from support.case_files import write_case, write_manifest


def parse(*arguments):
    parser = argparse.ArgumentParser()
    add_fine_tune_arguments(parser)
    return parser.parse_args(["--output", "out", *map(str, arguments)])


@pytest.fixture
def cases(tmp_path):
    return [write_case(tmp_path, name) for name in ("one", "two")]


def pairs(cases, *more):
    given = [part for case in cases for part in ("--volume", case.volume, "--labels", case.labels)]
    return parse(*given, *more)


def test_volumes_and_labels_go_in_pairs(cases):
    found = training_cases(pairs(cases, "--label-names", "1=left;2=right"))
    assert [(case.volume, case.labels) for case in found] == [(case.volume, case.labels) for case in cases]
    assert len({case.name for case in found}) == 2 and "one" not in found[0].name
    assert found[0].label_names == ((1, "left"), (2, "right")) and found[0].patient == ""


def test_patients_belong_to_the_volumes_in_their_order(cases):
    found = training_cases(pairs(cases, "--patient", "A", "--patient", "B"))
    assert [case.patient for case in found] == ["A", "B"]


def test_a_table_is_read_as_the_benchmark_reads_it(tmp_path, cases):
    found = training_cases(parse("--cases", write_manifest(tmp_path, cases), "--nan-as-background"))
    assert [case.name for case in found] == ["one", "two"]
    assert all(case.nan_as_background for case in found)


def test_nothing_to_learn_from_is_said():
    with pytest.raises(InputError, match="Nothing to learn from"):
        training_cases(parse())


def test_a_table_and_single_volumes_exclude_each_other(tmp_path, cases):
    with pytest.raises(InputError, match="--cases does not go with"):
        training_cases(pairs(cases, "--cases", write_manifest(tmp_path, cases)))


def test_labels_and_patients_must_be_as_many_as_volumes(cases):
    with pytest.raises(InputError, match="2 --volume came with 1 --labels"):
        training_cases(parse("--volume", "a", "--volume", "b", "--labels", "c"))
    with pytest.raises(InputError, match="2 --volume came with 1 --patient"):
        training_cases(pairs(cases, "--patient", "A"))


def test_the_same_volume_twice_is_refused(cases):
    with pytest.raises(InputError, match="given twice"):
        training_cases(pairs([cases[0], cases[0]]))


def test_a_missing_file_is_named(tmp_path, cases):
    with pytest.raises(InputError, match=r"no file .*absent\.nrrd"):
        training_cases(parse("--volume", cases[0].volume, "--labels", tmp_path / "absent.nrrd"))


def test_how_images_are_shown_follows_the_options():
    options = images_from(
        parse("--plane", "AXIAL", "--window", "abdomen", "--structures", "liver; a + b", "--stride", 2)
    )
    assert (options.plane, options.window, options.structures, options.stride) == (
        "axial",
        "abdomen",
        ("liver", "a + b"),
        2,
    )
    assert images_from(parse()).structures == ()


def test_a_window_that_does_not_exist_is_refused():
    with pytest.raises(InputError, match="no window 'brightest'"):
        images_from(parse("--window", "brightest"))


def test_a_model_and_a_file_exclude_each_other():
    with pytest.raises(SystemExit):
        parse("--model", "sam-small", "--weights", "w.pth")
