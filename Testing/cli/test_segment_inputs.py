from __future__ import annotations

import argparse

import numpy as np
import pytest

from SAMSegmenterLib.cli.segment_inputs import axis_of, frame_index, path_of, read_text, read_volume
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from support.case_files import write_volume
from support.phantoms import matrix, two_boxes_volume


def given(**options):
    return argparse.Namespace(**{"volume": None, "series": None, "frame": None, "nan_as_background": False, **options})


@pytest.mark.parametrize(
    ("name", "axis"), [("k", 0), ("J", 1), (" i ", 2), ("axial", 0), ("coronal", 1), ("sagittal", 2), ("auto", 0)]
)
def test_planes_and_axes_of_the_file_are_known_by_name(name, axis):
    assert axis_of(Volume(np.zeros((3, 4, 5), np.uint8), matrix((3.0, 1.0, 1.0))), name) == axis


def test_an_unknown_axis_is_refused_with_all_that_there_are():
    with pytest.raises(InputError, match="'up'") as caught:
        axis_of(two_boxes_volume()[0], "up")
    assert caught.value.hint == "Choose one of: auto, axial, sagittal, coronal, k, j, i."


def test_of_several_volumes_one_must_be_chosen():
    assert frame_index(given(), 1) == 0 and frame_index(given(frame=3), 3) == 2
    with pytest.raises(InputError, match="holds 3 volumes"):
        frame_index(given(), 3)
    for wrong in (0, 4, -1):
        with pytest.raises(InputError, match=f"no volume {wrong}"):
            frame_index(given(frame=wrong), 3)


def test_a_volume_is_read_with_its_place(tmp_path):
    volume = two_boxes_volume()[0]
    write_volume(tmp_path / "v.nrrd", volume)
    read, notes = read_volume(given(volume=str(tmp_path / "v.nrrd")))
    np.testing.assert_array_equal(read.array, volume.array)
    np.testing.assert_allclose(read.ijk_to_ras, volume.ijk_to_ras)
    assert isinstance(notes, tuple)


def test_files_that_are_missing_or_no_text_are_refused(tmp_path):
    for text in (None, ""):
        with pytest.raises(InputError, match="--boxes is missing"):
            path_of(text, "--boxes")
    with pytest.raises(InputError, match="no file") as caught:
        path_of(str(tmp_path / "gone"), "--boxes")
    assert "--boxes" in caught.value.hint
    with pytest.raises(InputError, match="is a folder"):
        read_text(tmp_path)
    (tmp_path / "b.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="no text in UTF-8"):
        read_text(tmp_path / "b.json")
    (tmp_path / "b.json").write_bytes(b"\xef\xbb\xbf{}")
    assert read_text(tmp_path / "b.json") == "{}"
