"""Values of headers are found where they stand, and damaged ones count as missing."""

from pathlib import Path

import pytest
from pydicom.uid import generate_uid

from SAMSegmenterLib.files.dicom_headers import file_header, is_image
from support.dicom_files import base, item


def header(**fields):
    return base(generate_uid(), 4, 3, 5, **fields)


def only_record(dataset):
    (record,) = file_header(Path("x.dcm"), dataset).records
    return record


def test_a_plain_header_is_taken_over():
    dataset = header(
        PixelSpacing=[0.5, 0.75], ImagePositionPatient=[1, 2, 3], ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        SpacingBetweenSlices=3, SliceThickness=5, RescaleSlope=2, RescaleIntercept=-5,
    )  # fmt: skip
    record = only_record(dataset)
    assert (record.size, record.position, record.pixel_spacing) == ((3, 5), (1, 2, 3), (0.5, 0.75))
    assert (record.slice_distance, record.rescale, record.localiser) == (3, (2, -5), False)


@pytest.mark.parametrize(
    ("field", "value", "name"),
    [
        ("PixelSpacing", [0, 0], "pixel_spacing"),
        ("PixelSpacing", [1], "pixel_spacing"),
        ("ImageOrientationPatient", [0] * 6, "orientation"),
        ("ImageOrientationPatient", [1, 0, 0, 1, 0, 0], "orientation"),
        ("ImagePositionPatient", [1, 2], "position"),
        ("SliceThickness", 0, "slice_distance"),
    ],
)
def test_values_that_cannot_be_used_count_as_missing(field, value, name):
    assert getattr(only_record(header(**{field: value})), name) is None


def test_a_slope_of_zero_is_not_believed():
    assert only_record(header(RescaleSlope=0, RescaleIntercept=3)).rescale == (1.0, 3.0)


def test_detector_spacing_is_marked():
    record = only_record(header(ImagerPixelSpacing=[0.14, 0.14]))
    assert record.pixel_spacing == (0.14, 0.14) and record.detector_spacing


def test_groups_of_a_frame_go_before_shared_ones_and_the_top_level():
    dataset = header(NumberOfFrames=2, RescaleSlope=9)
    shared = item(PixelValueTransformationSequence=[item(RescaleSlope=3, RescaleIntercept=1)])
    own = item(PixelValueTransformationSequence=[item(RescaleSlope=2, RescaleIntercept=0)])
    dataset.SharedFunctionalGroupsSequence = [shared]
    dataset.PerFrameFunctionalGroupsSequence = [own, item()]
    first, second = file_header(Path("x.dcm"), dataset).records
    assert (first.rescale, second.rescale) == ((2.0, 0.0), (3.0, 1.0))
    assert (first.frame, second.frame) == (0, 1)


def test_old_multi_frame_files_have_no_positions():
    records = file_header(Path("x.dcm"), header(NumberOfFrames=3, ImagePositionPatient=[1, 2, 3])).records
    assert [record.position for record in records] == [None] * 3


@pytest.mark.parametrize("modality", ["SR", "SEG", "RTSTRUCT"])
def test_reports_plans_and_segmentations_are_no_images(modality):
    assert is_image(header())
    assert not is_image(header(Modality=modality))
