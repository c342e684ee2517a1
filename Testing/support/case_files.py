"""Cases written to files, for tests of everything that starts from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import SimpleITK

from SAMBenchmarkLib.core.cases import Case
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.files.writing import write_labels
from support.phantoms import two_boxes_volume

SLICES = 4
"""Axial slices of `write_case` that show its structures."""


def write_case(folder: Path, name: str = "boxes", shift: int = 1) -> Case:
    """The two boxes, small, as NRRD files; the reference lies `shift` columns to the right of what the image shows.

    With (8, 24, 32) voxels box 1 has 9 x 8 pixels and box 2 15 x 8 in `SLICES` slices; pixels are 1 mm high and
    0.5 mm wide, slices 2 mm thick.
    """
    volume, segmentation = two_boxes_volume((8, 24, 32), (2.0, 1.0, 0.5))
    labels = np.roll(segmentation.layers[0], shift, axis=2)
    names = {1: "left box", 2: "right box"}
    shifted = Segmentation.from_labels(labels, segmentation.ijk_to_ras, names)
    write_volume(folder / f"{name}.nrrd", volume)
    write_labels(folder / f"{name}.seg.nrrd", shifted)
    return Case(name, folder / f"{name}.nrrd", folder / f"{name}.seg.nrrd", "CT")


def write_wide_case(folder: Path, name: str = "wide") -> Case:
    """A case on which the faulty predictors fail: more than 40 columns."""
    case = write_case(folder, name)
    labels = np.zeros((4, 20, 48), np.uint8)
    labels[:, 4:16, 10:30] = 1
    write_volume(case.volume, Volume(np.where(labels, 200, 50).astype(np.int16)))
    write_volume(folder / f"{name}-labels.nrrd", Volume(labels))
    return replace(case, labels=folder / f"{name}-labels.nrrd")


def write_volume(path: Path, volume: Volume) -> None:
    """A volume whose axes follow R, A and S; the ending chooses the format."""
    image = SimpleITK.GetImageFromArray(volume.array)
    image.SetSpacing(volume.spacing_kji[::-1])
    to_lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ volume.ijk_to_ras
    image.SetDirection((to_lps[:3, :3] / np.linalg.norm(to_lps[:3, :3], axis=0)).reshape(-1).tolist())
    image.SetOrigin(to_lps[:3, 3].tolist())
    SimpleITK.WriteImage(image, str(path))


def write_manifest(folder: Path, cases: list[Case]) -> Path:
    """A manifest of cases beside their files."""
    lines = ["name,volume,labels,modality"]
    lines += [f"{case.name},{case.volume.name},{case.labels.name},{case.modality}" for case in cases]
    path = folder / "cases.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
