"""Gaps, tilt, doubled positions and missing geometry are noticed, and the matrix is exact where it can be."""

from pathlib import Path

import numpy as np
import pytest

from SAMSegmenterLib.files.dicom_geometry import arrange
from SAMSegmenterLib.files.dicom_headers import ImageRecord

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


def record(position, number=0, orientation=AXIAL, spacing=(0.5, 0.75), distance=None):
    place = None if position is None else tuple(map(float, position))
    return ImageRecord(
        Path(f"{number}.dcm"), 0, (3, 5), 1, orientation, place, spacing, distance, (1.0, 0.0), (float(number),), False
    )


def heights(arrangement, frame=0):
    return [r.position[2] for r in arrangement.frames[frame]]


def test_slices_are_sorted_along_the_normal_whatever_their_numbers():
    result = arrange([record((0, 0, z), number=-z) for z in (4, 0, 6, 2)])
    assert heights(result) == [0, 2, 4, 6]
    assert result.notes == () and result.has_spacing
    assert np.allclose(result.ijk_to_ras, np.diag([-0.75, -0.5, 2, 1]))


def test_a_normal_that_points_down_sorts_from_top_to_bottom():
    feet_first = (1.0, 0.0, 0.0, 0.0, -1.0, 0.0)
    result = arrange([record((0, 0, z), orientation=feet_first) for z in (0, 2, 4)])
    assert heights(result) == [4, 2, 0]
    assert np.linalg.det((np.diag([-1, -1, 1, 1]) @ result.ijk_to_ras)[:3, :3]) > 0
    assert result.ijk_to_ras[2, 2] == -2


def test_a_gap_is_told_in_mm_with_its_place():
    result = arrange([record((0, 0, z)) for z in (0, 5, 10, 25, 30)])
    assert len(result.frames[0]) == 5
    assert "15 mm between slices 2 and 3" in result.notes[0] and "usual distance is 5 mm" in result.notes[0]
    assert "5.00 mm from their true position" in result.notes[1]  # slice 2 lies at 10, on the even grid at 15
    assert result.ijk_to_ras[2, 2] == pytest.approx(7.5)


def test_uneven_distances_are_told_and_their_mean_is_used():
    result = arrange([record((0, 0, z)) for z in (0, 2, 4.4, 6)])
    assert "uneven, 1.6 to 2.4 mm; the mean of 2 mm" in result.notes[0]
    assert result.ijk_to_ras[2, 2] == pytest.approx(2)


def test_rounded_positions_are_not_called_uneven():
    assert arrange([record((0, 0, round(0.7 * k, 2))) for k in range(20)]).notes == ()


def test_gantry_tilt_is_told_and_kept_in_the_matrix():
    shift = np.tan(np.radians(12.0)) * 3
    result = arrange([record((7, shift * k, 3 * k)) for k in range(5)])
    assert "Gantry tilt of 12.0 degrees" in result.notes[0] and len(result.notes) == 1
    for k in range(5):
        ras = result.ijk_to_ras @ [0, 0, k, 1]
        assert np.allclose(ras[:3], [-7, -shift * k, 3 * k])


def test_equal_numbers_of_images_at_every_position_are_frames():
    records = [record((0, 0, z), number=10 * t + z) for t in (1, 0) for z in (0, 2, 4)]
    result = arrange(records)
    assert [[r.order[0] for r in frame] for frame in result.frames] == [[0, 2, 4], [10, 12, 14]]
    assert result.notes[0].startswith("2 images lie at every position")


def test_single_doubled_positions_are_told_and_the_first_is_kept():
    records = [record((0, 0, z), number=z) for z in (0, 2, 4)] + [record((0, 0, 2), number=9)]
    result = arrange(records)
    assert [r.order[0] for r in result.frames[0]] == [0, 2, 4]
    assert result.notes[0].startswith("1 image lies at a position that another one already holds")


def test_without_positions_slices_follow_their_numbers_and_have_no_spacing():
    result = arrange([record(None, number=n) for n in (3, 1, 2)])
    assert [r.order[0] for r in result.frames[0]] == [1, 2, 3]
    assert not result.has_spacing and "hold no positions" in result.notes[0]


def test_a_single_image_without_position_keeps_its_pixel_size():
    result = arrange([record(None, orientation=None)])
    assert result.has_spacing
    assert np.allclose(np.abs(np.diag(result.ijk_to_ras)), [0.75, 0.5, 1, 1])


def test_without_pixel_spacing_there_is_no_spacing():
    result = arrange([record((0, 0, z), spacing=None) for z in (0, 1)])
    assert not result.has_spacing


def test_a_single_slice_takes_its_thickness_from_the_header():
    assert arrange([record((0, 0, 0), distance=4.0)]).ijk_to_ras[2, 2] == 4
