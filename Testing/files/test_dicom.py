"""DICOM folders and files come out as volumes with their place, their values and what there is to say about them."""

import logging

import numpy as np
import pydicom
import pytest
from pydicom.uid import generate_uid

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.dicom import read_dicom
from SAMSegmenterLib.files.images import read_image
from support.dicom_files import PATIENT_WORDS, write_enhanced, write_series


def ramp(slices=4, rows=3, columns=5, dtype=np.int16):
    return np.arange(slices * rows * columns).reshape(slices, rows, columns).astype(dtype)


def test_a_folder_is_sorted_by_position_and_placed_in_ras(tmp_path):
    array = ramp()
    write_series(tmp_path, array)
    image = read_image(tmp_path)
    (volume,) = image.frames
    assert np.array_equal(volume.array, array) and volume.array.dtype == np.int16
    expected = np.diag([-0.75, -0.5, 2.0, 1.0])  # LPS (10, 20, 30) is RAS (-10, -20, 30)
    expected[:3, 3] = -10, -20, 30
    assert np.allclose(volume.ijk_to_ras, expected)
    assert volume.has_spacing and volume.spacing_kji == pytest.approx((2.0, 0.5, 0.75))
    assert image.notes == ()


def test_subfolders_are_searched_and_other_files_are_counted(tmp_path):
    write_series(tmp_path / "a" / "b", ramp())
    (tmp_path / "readme.txt").write_text("no DICOM", encoding="utf-8")
    (tmp_path / "a" / "empty").write_bytes(b"")
    stored = read_dicom(tmp_path)
    assert stored.frames[0].shape == (4, 3, 5)
    assert any(note.startswith("2 files that cannot be read") for note in stored.notes)


def test_an_oblique_series_keeps_its_directions(tmp_path):
    angle = np.radians(30)
    orientation = (np.cos(angle), np.sin(angle), 0.0, 0.0, 0.0, -1.0)  # a turned coronal
    write_series(tmp_path, ramp(), orientation=orientation)
    matrix = read_dicom(tmp_path).ijk_to_ras
    row, column = np.array(orientation[:3]), np.array(orientation[3:])
    lps = np.diag([-1, -1, 1, 1]) @ matrix
    assert np.allclose(lps[:3, 0], 0.75 * row)
    assert np.allclose(lps[:3, 1], 0.5 * column)
    assert np.allclose(lps[:3, 2], 2.0 * np.cross(row, column))


def test_the_same_slices_in_two_folders_count_once(tmp_path):
    write_series(tmp_path / "one", ramp())
    (tmp_path / "two").mkdir()
    for path in list((tmp_path / "one").iterdir()):
        (tmp_path / "two" / path.name).write_bytes(path.read_bytes())
    stored = read_dicom(tmp_path)
    assert len(stored.frames) == 1 and stored.frames[0].shape[0] == 4
    assert "4 copies of images were ignored." in stored.notes


def test_enhanced_multi_frame_uses_positions_and_rescale_of_each_frame(tmp_path):
    array = ramp()
    order = [2, 0, 3, 1]
    positions = np.array([[10.0, 20.0, 30.0 + 2 * k] for k in order])
    rescale = [(1.0 + k, -10.0 * k) for k in order]
    path = write_enhanced(tmp_path / "mf.dcm", array[order], positions, rescale)
    image = read_image(path)
    (volume,) = image.frames
    expected = np.stack([array[k] * (1.0 + k) - 10.0 * k for k in range(4)])
    assert np.array_equal(volume.array, expected) and volume.array.dtype == np.int16
    assert np.allclose(volume.ijk_to_ras[:3, 2], [0, 0, 2]) and volume.ijk_to_ras[2, 3] == 30
    assert any("rescale slope" in note for note in image.notes)


def test_one_file_of_a_series_is_a_volume_of_one_slice(tmp_path):
    write_series(tmp_path, ramp())
    path = sorted(tmp_path.iterdir())[0]
    image = read_image(path)
    assert image.frames[0].array.shape == (1, 3, 5)
    assert any("choose its folder" in note for note in image.notes)


def test_a_file_without_ending_is_recognised_by_its_content(tmp_path):
    write_series(tmp_path, ramp(slices=1))
    path = next(tmp_path.iterdir()).rename(tmp_path / "IM0001")
    assert read_image(path).frames[0].array.shape == (1, 3, 5)


def test_nothing_that_identifies_the_patient_comes_out(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    uid = write_series(tmp_path / "ct", ramp(), number=1)
    write_series(tmp_path / "ct", ramp(), number=2)
    broken = tmp_path / "ct" / "Mustermann_Erika_19640812.dcm"
    next((tmp_path / "ct").glob("1_*.dcm")).rename(broken)
    said = []
    with pytest.raises(InputError) as listing:
        read_dicom(tmp_path / "ct")
    said.append(str(listing.value))
    stored = read_dicom(tmp_path / "ct", series=uid)
    said += [stored.name, *stored.notes]
    broken.write_bytes(broken.read_bytes()[:-20])
    with pytest.raises(InputError) as damage:
        read_dicom(tmp_path / "ct", series="1")
    said += [str(damage.value), caplog.text]
    assert "Thorax B30f" in said[0] and "Thorax B30f" in stored.name
    assert "damaged or cut short" in str(damage.value)
    text = " ".join(said)
    assert not [word for word in (*PATIENT_WORDS, "29.02.2024") if word.lower() in text.lower()]


def test_images_of_cine_at_one_position_are_frames(tmp_path):
    positions = np.repeat([[0.0, 0.0, 5.0]], 3, axis=0)
    write_series(tmp_path, ramp(slices=3), positions=positions, reverse_names=False)
    image = read_image(tmp_path)
    assert [frame.array.shape for frame in image.frames] == [(1, 3, 5)] * 3
    assert [int(frame.array[0, 0, 0]) for frame in image.frames] == [0, 15, 30]
    assert image.frames[1].name.endswith("frame 2")


def test_a_folder_without_images_is_an_input_error(tmp_path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG")
    with pytest.raises(InputError, match="holds no DICOM images"):
        read_dicom(tmp_path)


def test_time_points_are_frames_in_their_order(tmp_path):
    array = ramp(slices=6)
    positions = np.array([[0.0, 0.0, 2.0 * (k % 3)] for k in range(6)])
    fields = [{"TemporalPositionIdentifier": 2 if k < 3 else 1} for k in range(6)]
    write_series(tmp_path, array, positions=positions, fields=fields, series_uid=generate_uid())
    stored = read_dicom(tmp_path)
    assert np.array_equal(stored.frames[0], array[3:]) and np.array_equal(stored.frames[1], array[:3])
    assert any("each is a frame of its own" in note for note in stored.notes)


def test_a_header_without_preamble_of_an_old_file_is_read(tmp_path):
    write_series(tmp_path, ramp(slices=1))
    path = next(tmp_path.iterdir())
    dataset = pydicom.dcmread(path)
    del dataset.file_meta
    path.unlink()
    pydicom.dcmwrite(tmp_path / "old", dataset, implicit_vr=True, little_endian=True)
    assert read_image(tmp_path / "old").frames[0].array[0, 2, 4] == 14
