"""Images and labels are brought together, or refused when they are no pair."""

import numpy as np
import pytest
import SimpleITK
from PIL import Image

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.pairing import load_pair
from SAMSegmenterLib.files.writing import write_labels
from support.dicom_files import write_series
from support.phantoms import matrix, oblique_matrix, sphere_volume


@pytest.fixture
def case(tmp_path):
    """A sphere as image and label file, and a function that writes other labels."""
    volume, segmentation = sphere_volume(shape_kji=(8, 20, 24), ijk_to_ras=oblique_matrix((2, 1, 1)), radius_mm=6)
    write_labels(tmp_path / "image.nii.gz", volume.array, volume.ijk_to_ras)
    write_labels(tmp_path / "labels.seg.nrrd", segmentation)
    return volume, segmentation


def test_a_pair_on_one_lattice_stays_as_it_is(tmp_path, case):
    volume, segmentation = case
    pair = load_pair(tmp_path / "image.nii.gz", tmp_path / "labels.seg.nrrd", names={1: "ball"})
    assert np.array_equal(pair.frames[0].array, volume.array)
    assert np.array_equal(pair.segmentations[0].layers[0], segmentation.layers[0])
    assert pair.segmentations[0].structures[0].name == "ball" and pair.notes == ()


def test_labels_on_another_lattice_are_resampled_with_a_note(tmp_path, case):
    volume, segmentation = case
    coarse = segmentation.layers[0][:, ::2, ::2]
    write_labels(tmp_path / "coarse.nrrd", coarse, volume.ijk_to_ras @ np.diag([2, 2, 1, 1]))
    pair = load_pair(tmp_path / "image.nii.gz", tmp_path / "coarse.nrrd")
    (brought,) = pair.segmentations
    assert brought.shape_kji == volume.shape_kji
    assert np.array_equal(brought.layers[0][:, ::2, ::2], coarse)
    assert any(
        "resampled by nearest neighbour" in note and "(12 x 10 x 8, 2 x 2 x 2 mm)" in note for note in pair.notes
    )


def test_a_cropped_label_file_is_copied_exactly(tmp_path, case):
    volume, segmentation = case
    shift = np.eye(4)
    shift[:3, 3] = 3, 2, 1
    write_labels(tmp_path / "crop.nrrd", segmentation.layers[0][1:, 2:, 3:], volume.ijk_to_ras @ shift)
    pair = load_pair(tmp_path / "image.nii.gz", tmp_path / "crop.nrrd")
    expected = np.zeros_like(segmentation.layers[0])
    expected[1:, 2:, 3:] = segmentation.layers[0][1:, 2:, 3:]
    assert np.array_equal(pair.segmentations[0].layers[0], expected)
    assert pair.notes == ("The labels cover another part of the volume's lattice; they were copied voxel by voxel.",)


def test_lost_voxels_and_structures_are_told(tmp_path, case):
    volume, _ = case
    larger = np.zeros((10, 20, 24), np.uint8)
    larger[1, 3, 3:7], larger[9, 4, 4:9] = 1, 2
    write_labels(tmp_path / "larger.nrrd", larger, volume.ijk_to_ras, {2: "above"})
    notes = load_pair(tmp_path / "image.nii.gz", tmp_path / "larger.nrrd").notes
    assert "5 labelled voxels lie outside the volume and were lost." in notes
    assert "Nothing is left on the volume's lattice of: above." in notes


def test_labels_of_another_patient_are_refused(tmp_path, case):
    volume, segmentation = case
    far = volume.ijk_to_ras.copy()
    far[:3, 3] += 500
    write_labels(tmp_path / "far.nrrd", segmentation.layers[0], far)
    with pytest.raises(InputError, match="do not overlap") as caught:
        load_pair(tmp_path / "image.nii.gz", tmp_path / "far.nrrd")
    assert "different patients" in caught.value.hint


def write_frames(path, arrays):
    SimpleITK.WriteImage(SimpleITK.JoinSeries([SimpleITK.GetImageFromArray(array) for array in arrays]), str(path))


def test_one_label_volume_serves_every_frame_and_several_go_one_to_one(tmp_path):
    volumes = [np.arange(60, dtype=np.int16).reshape(3, 4, 5) + t for t in range(3)]
    labels = [np.zeros((3, 4, 5), np.uint8) for _ in range(3)]
    labels[0][1, 1, 1], labels[2][2, 2, 2] = 1, 2  # no label at the second time point
    write_frames(tmp_path / "image.nii.gz", volumes)
    write_frames(tmp_path / "labels.nii.gz", labels)
    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(labels[0]), str(tmp_path / "one.nii.gz"))
    each = load_pair(tmp_path / "image.nii.gz", tmp_path / "labels.nii.gz")
    assert [[s.value for s in segmentation.structures] for segmentation in each.segmentations] == [[1], [], [2]]
    shared = load_pair(tmp_path / "image.nii.gz", tmp_path / "one.nii.gz")
    assert len(shared.frames) == 3
    assert all(np.array_equal(segmentation.layers[0], labels[0]) for segmentation in shared.segmentations)
    write_frames(tmp_path / "two.nii.gz", labels[::2])
    with pytest.raises(InputError, match="3 volumes, the label file 2"):
        load_pair(tmp_path / "image.nii.gz", tmp_path / "two.nii.gz")


def save_picture(path, shape):
    array = np.zeros(shape, np.uint8)
    array[1:3, 1:4] = 1
    Image.fromarray(array).save(path)
    return path


def test_pictures_of_one_size_are_a_pair_and_others_are_not(tmp_path):
    image = save_picture(tmp_path / "image.png", (6, 8))
    pair = load_pair(image, save_picture(tmp_path / "labels.png", (6, 8)))
    assert pair.segmentations[0].pixels_per_slice(pair.segmentations[0].structures[0], 0).tolist() == [6]
    with pytest.raises(InputError, match="same size") as caught:
        load_pair(image, save_picture(tmp_path / "other.png", (8, 6)))
    assert "(1, 8, 6)" in caught.value.message


def test_labels_without_place_share_the_grid_of_a_volume_of_their_size(tmp_path, case):
    volume, segmentation = case
    write_labels(tmp_path / "plain.nrrd", Segmentation(segmentation.layers, np.eye(4), segmentation.structures, False))
    pair = load_pair(tmp_path / "image.nii.gz", tmp_path / "plain.nrrd")
    assert np.array_equal(pair.segmentations[0].layers[0], segmentation.layers[0])
    assert np.allclose(pair.segmentations[0].ijk_to_ras, volume.ijk_to_ras, atol=1e-4)


def test_names_of_values_that_do_not_occur_are_told(tmp_path, case):
    pair = load_pair(tmp_path / "image.nii.gz", tmp_path / "labels.seg.nrrd", names={1: "ball", 5: "cube"})
    assert pair.notes == ("The labels hold no voxels of value 5 (cube).",)


def test_a_dicom_series_takes_labels_of_its_lattice(tmp_path):
    write_series(tmp_path / "ct", np.arange(60).reshape(4, 3, 5), number=8)
    place = matrix((2.0, 0.5, 0.75), (-10, -20, 30), lps=True)
    labels = np.zeros((4, 3, 5), np.uint8)
    labels[2, 1] = 3
    write_labels(tmp_path / "labels.nii.gz", labels, place)
    pair = load_pair(tmp_path / "ct", tmp_path / "labels.nii.gz", series=8)
    assert pair.notes == () and np.array_equal(pair.segmentations[0].layers[0], labels)


@pytest.mark.parametrize("case_id", ["msd_hippocampus/hippocampus_096", "wbc_tecom/161"])
def test_real_cases_are_pairs(real_case, case_id):
    found = real_case(case_id)
    pair = load_pair(found.image, found.label, names=found.labels)
    assert pair.segmentations[0].shape_kji == pair.frames[0].shape_kji
    assert len(pair.segmentations[0].structures) > 0


def test_a_lattice_of_the_same_size_that_lies_elsewhere_is_called_shifted(tmp_path, case):
    volume, segmentation = case
    shift = np.eye(4)
    shift[:3, 3] = 0.4, 0, 0
    write_labels(tmp_path / "moved.nrrd", segmentation.layers[0], volume.ijk_to_ras @ shift)
    (note,) = load_pair(tmp_path / "image.nii.gz", tmp_path / "moved.nrrd").notes
    assert note == (
        "The labels were resampled by nearest neighbour: their lattice (24 x 20 x 8, 1 x 1 x 2 mm) is shifted against "
        "the volume's."
    )
