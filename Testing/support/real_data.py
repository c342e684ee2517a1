"""Real images with masks for tests that want them, from the folder that SAM_TEST_DATA names."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class RealCase:
    """One image with its reference.

    Args:
        id: name in the catalogue.
        image, label: the two files.
        labels: names by label value.
        modality: in words.
        entry: everything that the catalogue says about it.
    """

    id: str
    image: Path
    label: Path
    labels: dict[int, str]
    modality: str
    entry: dict[str, Any]


def find_real_case(name: str) -> RealCase | str:
    """The case with an id, or in words why there is none."""
    folder = os.environ.get("SAM_TEST_DATA", "")
    if not folder:
        return "SAM_TEST_DATA is not set"
    catalogue = Path(folder, "catalog.json")
    if not catalogue.is_file():
        return f"there is no {catalogue}"
    cases = json.loads(catalogue.read_text(encoding="utf-8"))["cases"]
    entry = next((case for case in cases if case["id"] == name), None)
    if entry is None:
        return f"{catalogue} has no case '{name}'"
    image, label = Path(folder, entry["image"]), Path(folder, entry["label"])
    if not image.is_file() or not label.is_file():
        return f"a file of '{name}' is missing in {folder}"
    names = {int(value): text for value, text in entry["labels"].items()}
    return RealCase(name, image, label, names, entry["modality"], entry)
