"""Small volumes with a catalogue, for the measurement of propagation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import SimpleITK

from support.masks import disk


def write_cylinders(folder: Path, cases: int = 3) -> Path:
    """Volumes of 16 slices with a bright cylinder in noise on slices 3 to 12: sources "rods" and, the last, "tubes"."""
    folder.mkdir()
    entries = []
    for number in range(cases):
        labels = np.zeros((16, 40, 48), np.uint8)
        labels[3:13] = disk((40, 48), (20 + 3 * number, 20), 8)
        noise = np.random.default_rng(number).integers(0, 90, labels.shape)
        _write(folder / f"{number}.nrrd", np.where(labels, 200, noise).astype(np.int16))
        _write(folder / f"{number}_label.nrrd", labels)
        entries.append(
            {
                "id": f"rods/{number}",
                "source": "rods" if number < cases - 1 else "tubes",
                "subject": f"s{number}",
                "image": f"{number}.nrrd",
                "label": f"{number}_label.nrrd",
                "license": "CC0",
                "label_kind": "automatic" if number == cases - 1 else "manual",
                "dim": 3,
                "slice_axis": "z",
            }
        )
    (folder / "catalog.json").write_text(json.dumps({"cases": entries}), encoding="utf-8")
    return folder


def _write(path: Path, array: np.ndarray) -> None:
    image = SimpleITK.GetImageFromArray(array)
    image.SetSpacing((1.0, 1.0, 2.0))
    SimpleITK.WriteImage(image, str(path))
