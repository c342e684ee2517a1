"""Free text loses what identifies the patient, and nothing else."""

import pytest
from pydicom.dataset import Dataset

from SAMSegmenterLib.files.dicom_privacy import safe_text


@pytest.fixture
def header():
    dataset = Dataset()
    dataset.PatientName = "van der Berg^Li^Maria"
    dataset.PatientID = "X-99/3"
    dataset.PatientBirthDate = "19500131"
    dataset.AccessionNumber = "A1B2C3"
    return dataset


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("t2_tse sag BERG Maria", "t2_tse sag"),
        ("CT X-99/3 Abdomen", "CT Abdomen"),
        ("Abdomen_berg_1.dcm", "Abdomen_ _1.dcm"),
        ("follow-up 2023-05-17", "follow-up"),
        ("follow-up 17.05.23 pv", "follow-up pv"),
        ("scan 20230517", "scan"),
        ("A1B2C3 liver", "liver"),
        ("Liver arterial 5.0 B30f", "Liver arterial 5.0 B30f"),
        ("Bergstrasse", "Bergstrasse"),
        ("line\nbreak\x00", "line break"),
        (None, ""),
    ],
)
def test_identifying_words_and_dates_are_cut_out(header, text, expected):
    assert safe_text(text, header) == expected
