"""Kinds of images by name, and the numbers that a study gave them."""

from __future__ import annotations

import re
from collections.abc import Iterable

MODALITIES = (
    "CT",
    "MRI",
    "T1W",
    "T2W",
    "ADC",
    "Cine",
    "CMR",
    "DW",
    "T1-GD",
    "T2-FLAIR",
    "Histopathology",
    "EM",
    "US",
    "X-ray",
    "Fundus",
    "Colonoscopy",
    "Dermoscopy",
    "Microscopy",
)
"""Numbered from 1 in the order of figure 1 of Huang et al. 2024, which gives no numbers of its own."""

_ALIASES = {
    "mr": "MRI",
    "t1": "T1W",
    "t2": "T2W",
    "flair": "T2-FLAIR",
    "t1gd": "T1-GD",
    "t1c": "T1-GD",
    "dwi": "DW",
    "ultrasound": "US",
    "cr": "X-ray",
    "dx": "X-ray",
    "radiograph": "X-ray",
    "electronmicroscopy": "EM",
    "pathology": "Histopathology",
    "endoscopy": "Colonoscopy",
}
NOT_RECORDED = "not recorded"


def modality_name(text: str) -> str:
    """One spelling for every modality of the list ("mr" and "MRI" are "MRI"); others stay as they are.

    Returns:
        `NOT_RECORDED` for an empty text.
    """
    text = text.strip()
    plain = re.sub(r"[\W_]+", "", text.casefold())
    known = {re.sub(r"\W+", "", name.casefold()): name for name in MODALITIES}
    return known.get(plain) or _ALIASES.get(plain) or text or NOT_RECORDED


def modality_codes(names: Iterable[str]) -> dict[str, int]:
    """Number of each modality: those of the list have its numbers, others follow in alphabetical order.

    Args:
        names: as `modality_name` gives them; `NOT_RECORDED` has no number.
    """
    found = set(names) - {NOT_RECORDED}
    order = [*MODALITIES, *sorted(found - set(MODALITIES))]
    return {name: number for number, name in enumerate(order, start=1) if name in found}
