"""Several series are listed, and localisers and strays are set apart."""

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.dicom_series import choose_series, find_series
from support.dicom_files import write_series

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
LOCALISER = {"ImageType": ["ORIGINAL", "PRIMARY", "LOCALIZER"]}


def block(slices=4, rows=3, columns=5):
    return np.zeros((slices, rows, columns), np.int16)


def test_several_series_are_listed_with_number_text_count_and_size(tmp_path):
    write_series(tmp_path, block(), number=2)
    write_series(tmp_path, block(slices=6, rows=8), number=7, fields={"SeriesDescription": "Leber"})
    with pytest.raises(InputError) as caught:
        choose_series(find_series(tmp_path)[0], None)
    assert "2: CT Thorax B30f (4 images of 5 x 3)" in caught.value.message
    assert "7: CT Leber (6 images of 5 x 8)" in caught.value.message
    assert "--series 2" in caught.value.hint


@pytest.mark.parametrize("wanted", ["7", 7, " 7 "])
def test_a_series_is_chosen_by_its_number(tmp_path, wanted):
    write_series(tmp_path, block(), number=2)
    write_series(tmp_path, block(slices=6), number=7)
    chosen, _ = choose_series(find_series(tmp_path)[0], wanted)
    assert chosen.key == "7" and len(chosen.records) == 6


def test_series_of_the_same_number_get_keys_of_their_own_and_their_uid_works_too(tmp_path):
    write_series(tmp_path / "a", block(slices=4), number=3)
    uid = write_series(tmp_path / "b", block(slices=5), number=3)
    found, _ = find_series(tmp_path)
    assert [series.key for series in found] == ["3.1", "3.2"]
    assert len(choose_series(found, uid)[0].records) == 5
    assert len(choose_series(found, "3.1")[0].records) == 4
    with pytest.raises(InputError, match="2 series"):
        choose_series(found, "3")


def test_a_number_that_does_not_exist_lists_what_does(tmp_path):
    write_series(tmp_path, block(), number=2)
    with pytest.raises(InputError, match=r"no series 9\..*2: CT"):
        choose_series(find_series(tmp_path)[0], 9)


def test_a_localiser_series_is_left_out_and_told(tmp_path):
    write_series(tmp_path, block(slices=1), number=1, fields=LOCALISER, orientation=SAGITTAL)
    write_series(tmp_path, block(), number=2)
    chosen, notes = choose_series(find_series(tmp_path)[0], None)
    assert chosen.key == "2"
    assert [note for note in notes if "Localiser left out: series 1" in note]


def test_a_localiser_can_still_be_asked_for_and_is_taken_when_alone(tmp_path):
    write_series(tmp_path, block(slices=1), number=1, fields=LOCALISER)
    assert choose_series(find_series(tmp_path)[0], None)[0].is_localiser
    write_series(tmp_path, block(), number=2)
    assert choose_series(find_series(tmp_path)[0], 1)[0].is_localiser


def test_a_stray_image_of_another_direction_is_left_out_of_its_series(tmp_path):
    uid = write_series(tmp_path, block(slices=8), number=2)
    write_series(tmp_path / "stray", block(slices=1), number=2, series_uid=uid, orientation=SAGITTAL)
    chosen, notes = choose_series(find_series(tmp_path)[0], None)
    assert len(chosen.records) == 8
    assert notes == ["1 image of another direction or size was left out."]


def test_a_series_of_two_directions_offers_both(tmp_path):
    uid = write_series(tmp_path / "a", block(slices=4), number=2)
    write_series(tmp_path / "b", block(slices=5), number=2, series_uid=uid, orientation=SAGITTAL)
    found, _ = find_series(tmp_path)
    assert [(series.key, len(series.records)) for series in found] == [("2.1", 5), ("2.2", 4)]


def test_files_without_pixels_are_counted_apart(tmp_path):
    write_series(tmp_path, block())
    write_series(tmp_path / "report", block(slices=1), number=9, fields={"Modality": "SR"})
    found, notes = find_series(tmp_path)
    assert len(found) == 1
    assert notes == ["1 DICOM file without an image (report, plan, segmentation) was ignored."]
