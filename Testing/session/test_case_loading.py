from __future__ import annotations

from dataclasses import replace

import pytest

from SAMBenchmarkLib.session.case_loading import load_case
from SAMSegmenterLib.core.errors import InputError
from support.case_files import SLICES, write_case
from support.faulty_predictors import OPTIONS


def test_a_case_is_read_and_planned(tmp_path):
    loaded = load_case(write_case(tmp_path), OPTIONS)
    assert [(frame, task.plane, task.index) for frame, task in loaded.slices] == [(0, "axial", n) for n in (2, 3, 4, 5)]
    assert [structure.name for structure in loaded.segmentations[0].structures] == ["left box", "right box"]


def test_given_names_go_before_those_in_the_file(tmp_path):
    case = replace(write_case(tmp_path), label_names=((1, "liver"),))
    names = [structure.name for structure in load_case(case, OPTIONS).segmentations[0].structures]
    assert names == ["liver", "right box"]


def test_structures_that_are_named_are_loaded_and_planned_alone(tmp_path):
    loaded = load_case(write_case(tmp_path), replace(OPTIONS, structures=("RIGHT box", "spleen")))
    assert [structure.name for structure in loaded.segmentations[0].structures] == ["right box"]
    assert "The reference has no structure 'spleen'." in loaded.notes
    assert len(loaded.slices) == SLICES


def test_a_case_without_the_structures_that_are_named_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="no structure 'spleen'") as caught:
        load_case(write_case(tmp_path), replace(OPTIONS, structures=("spleen",)))
    assert caught.value.hint == "It has: left box, right box."


def test_nothing_large_enough_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="No label has more than 1000 pixels"):
        load_case(write_case(tmp_path), replace(OPTIONS, min_object_pixels=1000))
