"""The demonstration's case: the MNI152 brain template with white matter and lateral ventricles.

The template is a real, averaged T1-weighted MR that the package nilearn carries as files; nothing of it is imported.
It is a tour of the tool, not evidence: one image, an average of many people, with labels from tissue maps.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import ndimage

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.files.images import read_image
from SAMSegmenterLib.files.writing import write_labels

NAME = "MNI152-T1"
WHITE_MATTER, VENTRICLES = 1, 2
NAMES = {WHITE_MATTER: "white matter", VENTRICLES: "lateral ventricles"}

_SULCUS_RADIUS = 6
"""Voxels (mm): wide enough to close the sulci."""

_SHELL = 8
"""Voxels (mm) taken off the closed brain, so that the fluid around it does not count."""


@dataclass(frozen=True)
class TemplateFiles:
    """Files of the template and its tissue maps."""

    t1: Path
    grey_matter: Path
    white_matter: Path


def template_files() -> TemplateFiles:
    """Where nilearn keeps the template.

    Raises:
        DependencyError: nilearn is not installed, or does not carry the files.
    """
    spec = importlib.util.find_spec("nilearn")
    folder = Path(spec.origin).parent / "datasets" / "data" if spec and spec.origin else None
    names = ("t1", "gm", "wm")
    paths = [folder / f"mni_icbm152_{name}_tal_nlin_sym_09a_converted.nii.gz" for name in names] if folder else []
    if not paths or not all(path.is_file() for path in paths):
        raise DependencyError(
            "The brain template of the package nilearn is not installed.",
            "Install it with: pip install --no-deps nilearn==0.14.1, or use --volume and --labels with your own case.",
        )
    return TemplateFiles(*paths)


def write_brain_labels(files: TemplateFiles, path: Path) -> None:
    """Write the template's reference segmentation (white matter, lateral ventricles) as a label file."""
    grey, white = (_fractions(file) for file in (files.grey_matter, files.white_matter))
    ijk_to_ras = read_image(files.t1).frames[0].ijk_to_ras
    write_labels(path, brain_labels(grey, white), ijk_to_ras, NAMES)


def brain_labels(grey_matter: np.ndarray, white_matter: np.ndarray) -> np.ndarray:
    """Label map (K, J, I) uint8 from tissue fractions (K, J, I), 0 to 1."""
    labels = np.zeros(grey_matter.shape, np.uint8)
    labels[white_matter > 0.5] = WHITE_MATTER
    labels[lateral_ventricles(grey_matter + white_matter > 0.5)] = VENTRICLES
    return labels


def lateral_ventricles(tissue: Mask) -> Mask:
    """The largest pocket of fluid inside the brain that has no way out to its surface.

    Args:
        tissue: (K, J, I) bool, grey or white matter, on a 1 mm grid.
    """
    closed = ndimage.binary_closing(tissue, iterations=_SULCUS_RADIUS)
    filled = np.stack([ndimage.binary_fill_holes(layer) for layer in closed])
    inside = ndimage.binary_erosion(filled, iterations=_SHELL)
    pockets, _count = ndimage.label(inside & ~tissue)
    rim = inside & ~ndimage.binary_erosion(inside)
    sizes = np.bincount(pockets.ravel())
    sizes[0] = 0
    sizes[np.unique(pockets[rim])] = 0
    return pockets == int(np.argmax(sizes)) if sizes.any() else np.zeros_like(tissue)


def _fractions(path: Path) -> np.ndarray:
    volume: Volume = read_image(path).frames[0]
    return volume.array / np.float32(volume.array.max())
