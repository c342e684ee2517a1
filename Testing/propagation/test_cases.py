"""The cases of a measurement."""

import pytest

from SAMBenchmarkLib.propagation.cases import axes_of, catalogue_cases, pair_cases, prepared_case, read_case
from SAMSegmenterLib.core.errors import InputError
from support.propagation_files import write_cylinders


@pytest.fixture
def folder(tmp_path):
    return write_cylinders(tmp_path / "data")


def test_a_catalogue_gives_its_volumes_with_dataset_subject_and_axis(folder):
    cases = catalogue_cases(folder)
    assert [(one.name, one.dataset, one.subject, one.axis) for one in cases][:1] == [("rods/0", "rods", "s0", 0)]
    assert [one.automatic for one in cases] == [False, False, True]
    assert [one.name for one in catalogue_cases(folder, ["tubes"])] == ["rods/2"]


def test_unseen_cases_are_those_that_training_leaves_out(folder):
    names = {one.name for one in catalogue_cases(folder, unseen=True)}
    assert len(names) == 1 and names < {"rods/0", "rods/1"}


def test_pairs_are_named_by_their_files(folder):
    pair = (str(folder / "0.nrrd"), str(folder / "0_label.nrrd"))
    assert [(one.name, one.dataset) for one in pair_cases(pair[:1], pair[1:])] == [("0", "data")]
    assert [one.name for one in pair_cases(pair[:1] * 2, pair[1:] * 2)] == ["0 1", "0 2"]
    with pytest.raises(InputError, match="2 volumes came with 1"):
        pair_cases(pair[:1] * 2, pair[1:])


def test_axes_are_the_catalogues_the_coarsest_or_those_asked_for(folder):
    case = catalogue_cases(folder)[0]
    volume, segmentation = read_case(case)
    assert axes_of(case, volume, "auto") == [0] and axes_of(case, volume, "2") == [2]
    assert axes_of(case, volume, "all") == [0, 1, 2]
    (pair,) = pair_cases([str(case.volume)], [str(case.labels)])
    assert axes_of(pair, volume, "auto") == [0]
    ready = prepared_case(case, volume, segmentation, 1, 2)
    assert ready.axis == 1 and ready.volume.shape_kji == (31, 20, 48)  # slices of 2 mm made square
