"""DICOM SEG files become structures with names, on the lattice of their series."""

import numpy as np
import pydicom
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.images import read_image
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.pairing import load_pair
from support.dicom_files import write_segmentation, write_series


@pytest.fixture
def masks():
    liver, tumour = np.zeros((6, 4, 8), bool), np.zeros((6, 4, 8), bool)
    liver[1:5, 1:3, 2:6] = True
    tumour[[2, 4], 1, 3] = True  # inside the liver, and not in the slice between
    return {1: liver, 2: tumour}


def test_segments_keep_numbers_names_and_overlap(tmp_path, masks):
    path = write_segmentation(tmp_path / "seg.dcm", masks, {1: "Liver", 2: "Tumour"})
    segmentation = read_labels(path)
    assert [(s.value, s.name) for s in segmentation.structures] == [(1, "Liver"), (2, "Tumour")]
    assert len(segmentation.layers) == 2
    for structure in segmentation.structures:
        assert np.array_equal(segmentation.mask(structure), masks[structure.value][1:5])
    assert np.allclose(segmentation.ijk_to_ras @ [0, 0, 0, 1], [-10, -20, 32, 1])


def test_segments_lie_on_their_series(tmp_path, masks):
    write_series(tmp_path / "ct", np.arange(6 * 4 * 8).reshape(6, 4, 8))
    path = write_segmentation(tmp_path / "seg.dcm", masks, {1: "Liver", 2: "Tumour"})
    pair = load_pair(tmp_path / "ct", path)
    (segmentation,) = pair.segmentations
    assert np.array_equal(segmentation.mask(segmentation.structures[0]), masks[1])
    assert np.array_equal(segmentation.mask(segmentation.structures[1]), masks[2])
    assert any("copied voxel by voxel" in note for note in pair.notes)


def test_a_segmentation_is_no_image(tmp_path, masks):
    path = write_segmentation(tmp_path / "seg.dcm", masks, {1: "Liver", 2: "Tumour"})
    with pytest.raises(InputError, match="DICOM without an image"):
        read_image(path)


@pytest.mark.parametrize(
    ("field", "value"), [("SegmentationType", "FRACTIONAL"), ("SharedFunctionalGroupsSequence", [])]
)
def test_rare_kinds_are_refused_with_a_way_out(tmp_path, masks, field, value):
    path = write_segmentation(tmp_path / "seg.dcm", masks, {1: "Liver", 2: "Tumour"})
    dataset = pydicom.dcmread(path)
    setattr(dataset, field, value)
    dataset.save_as(path)
    with pytest.raises(InputError) as caught:
        read_labels(path)
    assert "3D Slicer" in caught.value.hint


def test_frames_that_are_not_described_are_refused(tmp_path, masks):
    path = write_segmentation(tmp_path / "seg.dcm", masks, {1: "Liver", 2: "Tumour"})
    dataset = pydicom.dcmread(path)
    dataset.PerFrameFunctionalGroupsSequence = dataset.PerFrameFunctionalGroupsSequence[:-1]
    dataset.save_as(path)
    with pytest.raises(InputError, match="each of its frames"):
        read_labels(path)
