"""Free text of DICOM headers and file names without what identifies the patient."""

from __future__ import annotations

import re
from typing import Any

_IDENTIFYING = (
    "PatientName", "PatientID", "OtherPatientIDs", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName",
    "AccessionNumber", "StudyID", "ReferringPhysicianName", "PatientBirthDate", "StudyDate", "SeriesDate",
    "AcquisitionDate", "ContentDate",
)  # fmt: skip
_DATE = re.compile(r"(?<!\d)(\d{8}|\d{1,4}[-./]\d{1,2}[-./]\d{2,4})(?!\d)")
_SHORTEST_WORD = 3  # shorter parts of a name ("Al") would tear holes into ordinary words and numbers


def safe_text(text: Any, dataset: Any) -> str:
    """A description or file name without dates and without words of the patient's name, IDs and dates.

    Args:
        text: as it stands in the header; may be None.
        dataset: the pydicom header that says what identifies the patient.

    Returns:
        The rest, white space collapsed; "" when nothing is left.
    """
    words = {word for tag in _IDENTIFYING for word in _words(dataset.get(tag)) if len(word) >= _SHORTEST_WORD}
    result = _DATE.sub(" ", str(text or ""))
    for word in sorted(words, key=len, reverse=True):
        result = re.sub(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", " ", result, flags=re.IGNORECASE)
    return " ".join("".join(character if character.isprintable() else " " for character in result).split())


def _words(value: Any) -> list[str]:
    text = str(value or "")
    return [text.strip(), *re.split(r"[\s^=,;\\_]+", text)]
