from __future__ import annotations

import numpy as np
import pytest

from SAMBenchmarkLib.core.store import ResultStore
from SAMBenchmarkLib.session.case_loading import load_case
from SAMBenchmarkLib.session.slice_pictures import SlicePictures, picture_of_row
from support.case_files import write_case
from support.faulty_predictors import OPTIONS
from support.outcomes import a_row


@pytest.fixture
def a_case(tmp_path):
    return write_case(tmp_path)


@pytest.fixture
def a_store(tmp_path):
    with ResultStore(tmp_path / "results.sqlite") as store:
        yield store


def test_a_picture_shows_the_slice_as_the_model_saw_it_and_the_reference(a_case):
    loaded = load_case(a_case, OPTIONS)
    picture = picture_of_row(a_row(case_id="boxes", slice=3, label_value=2), loaded, OPTIONS)
    assert picture is not None
    assert picture.rgb8.shape == (24, 32, 3)
    assert sorted(np.unique(picture.rgb8)) == [0, 119, 255]  # 50, 120 and 200 stretched from 0 to 255
    assert (picture.reference.sum(), picture.spacing_yx) == (15 * 8, (1.0, 0.5))
    centre = picture.pixel_to_ras @ [2, 5, 0, 1]
    np.testing.assert_allclose(centre[:3], loaded.frames[0].ijk_to_ras[:3] @ [2, 5, 3, 1])


@pytest.mark.parametrize("changes", [{"label_value": 9}, {"slice": 99}, {"frame": 1}])
def test_an_object_that_the_case_does_not_have_has_no_picture(a_case, changes):
    row = a_row(**{"case_id": "boxes", "slice": 3, **changes})
    assert picture_of_row(row, load_case(a_case, OPTIONS), OPTIONS) is None


def test_a_picture_made_once_is_found_without_the_files(a_case, a_store):
    row = a_row(case_id="boxes", slice=3)
    first = SlicePictures(a_store, OPTIONS, {"boxes": a_case})(row)
    kept = SlicePictures(a_store, OPTIONS)(row)
    assert first is not None and kept is not None
    np.testing.assert_array_equal(kept.rgb8, first.rgb8)
    np.testing.assert_array_equal(kept.reference, first.reference)
    np.testing.assert_array_equal(kept.pixel_to_ras, first.pixel_to_ras)
    assert kept.spacing_yx == first.spacing_yx


def test_without_files_and_without_a_kept_picture_there_is_none(a_store):
    assert SlicePictures(a_store, OPTIONS)(a_row()) is None


def test_a_case_that_cannot_be_read_has_no_pictures(a_case, a_store):
    a_case.volume.write_bytes(b"broken")
    pictures = SlicePictures(a_store, OPTIONS, {"boxes": a_case})
    assert pictures(a_row(case_id="boxes")) is None
    assert pictures(a_row(case_id="boxes", slice=4)) is None
