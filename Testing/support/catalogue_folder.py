"""A folder of small images with a catalogue, as `sam-train` reads it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image


def write_disks(folder: Path) -> Path:
    """Four images of a bright disk under CC0: three subjects of the source "disks", one of "elsewhere"."""
    folder.mkdir()
    rows, columns = np.ogrid[:48, :64]
    cases = []
    for number in range(4):
        mask = (rows - 24) ** 2 + (columns - 20 - 6 * number) ** 2 <= 12**2
        Image.fromarray(np.where(mask, 200, 60).astype(np.uint8)).save(folder / f"{number}.png")
        Image.fromarray(mask.astype(np.uint8)).save(folder / f"{number}_label.png")
        cases.append(
            {
                "id": f"disks/{number}",
                "source": "disks" if number < 3 else "elsewhere",
                "subject": f"s{number}",
                "image": f"{number}.png",
                "label": f"{number}_label.png",
                "license": "CC0",
                "dim": 2,
            }
        )
    (folder / "catalog.json").write_text(json.dumps({"cases": cases}), encoding="utf-8")
    return folder
