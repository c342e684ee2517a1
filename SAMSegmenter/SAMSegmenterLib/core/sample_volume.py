"""A synthetic CT of an abdomen: ellipsoids in Hounsfield units, so that one can try the tools without patient data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation

SHAPE_KJI = (32, 160, 192)
SPACING_KJI = (5.0, 2.0, 2.0)
NOISE_HU = 8.0
"""Standard deviation of the noise."""


@dataclass(frozen=True)
class _Organ:
    """An ellipsoid.

    Args:
        name: as a segment.
        hounsfield: its intensity.
        centre, radii: mm in array order (K, J, I) from the middle of the volume.
    """

    name: str
    hounsfield: float
    centre: tuple[float, float, float]
    radii: tuple[float, float, float]


_BODY = _Organ("body", 40.0, (0, 0, 0), (400, 115, 165))
_ORGANS = (
    _Organ("liver", 110.0, (10, -20, -70), (70, 65, 70)),
    _Organ("spleen", 130.0, (15, 30, 105), (45, 30, 28)),
    _Organ("right kidney", 180.0, (-25, 62, -62), (52, 24, 26)),
    _Organ("left kidney", 180.0, (-15, 62, 62), (52, 24, 26)),
    _Organ("aorta", 250.0, (0, 42, 12), (400, 11, 11)),
    _Organ("spine", 400.0, (0, 75, 0), (400, 22, 24)),
)
_FAT_HU, _AIR_HU, _FAT_MM = -100.0, -1000.0, 14.0


def sample_volume(seed: int = 0) -> tuple[Volume, Segmentation]:
    """The volume and its true segmentation; the same bits for the same seed.

    Returns:
        A volume of `SHAPE_KJI`, int16, in Hounsfield units, and its organs; where two overlap the later one counts.
    """
    axes = [(np.arange(size) - (size - 1) / 2) * spacing for size, spacing in zip(SHAPE_KJI, SPACING_KJI, strict=True)]
    grid = np.meshgrid(*axes, indexing="ij")
    fat = _Organ("fat", _FAT_HU, _BODY.centre, (_BODY.radii[0], *(radius + _FAT_MM for radius in _BODY.radii[1:])))
    image = np.full(SHAPE_KJI, _AIR_HU)
    labels = np.zeros(SHAPE_KJI, np.uint8)
    for organ in (fat, _BODY):
        image[_inside(organ, grid)] = organ.hounsfield
    for value, organ in enumerate(_ORGANS, start=1):
        inside = _inside(organ, grid)
        image[inside], labels[inside] = organ.hounsfield, value
    image += np.random.default_rng(seed).normal(0.0, NOISE_HU, SHAPE_KJI)
    to_ras = _to_ras()
    names = {value: organ.name for value, organ in enumerate(_ORGANS, start=1)}
    volume = Volume(np.round(image).astype(np.int16), to_ras)
    return volume, Segmentation.from_labels(labels, to_ras, names)


def _inside(organ: _Organ, grid: list[np.ndarray]) -> np.ndarray:
    parts = zip(grid, organ.centre, organ.radii, strict=True)
    return sum(((axis - middle) / radius) ** 2 for axis, middle, radius in parts) <= 1.0


def _to_ras() -> np.ndarray:
    """Axial slices of a patient on their back: columns run to the left, rows to the back; the origin in the middle."""
    k, j, i = SPACING_KJI
    to_ras = np.diag([-i, -j, k, 1.0])
    middle = to_ras[:3, :3] @ [(size - 1) / 2 for size in reversed(SHAPE_KJI)]
    to_ras[:3, 3] = -middle
    return to_ras
