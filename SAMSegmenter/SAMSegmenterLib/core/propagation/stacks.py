"""The slices that propagation walks through."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane, extract, slice_grid


class SliceStack(Protocol):
    """Parallel slices of one size, numbered from `first` to `last`.

    Attributes:
        spacing_mm: distance between slices, mm; None when the volume has no spacing.
        drift_yx: how far the image content moves from a slice to the next in pixels, where slices are not stacked along
            their normal (gantry tilt); otherwise (0, 0).
    """

    first: int
    last: int
    spacing_mm: float | None
    drift_yx: tuple[float, float]

    def plane(self, index: int) -> SlicePlane:
        """Where a slice is cut."""
        ...

    def grid(self, index: int) -> SliceImage:
        """Where the pixels of a slice lie, with zeros for intensities; looks at no voxel."""
        ...

    def image(self, index: int) -> SliceImage:
        """A slice with its intensities."""
        ...


class VolumeStack:
    """Slices of a volume along one of its axes, or along the normal of an oblique plane.

    Args:
        volume: what is cut.
        plane: one of the slices. A lattice plane names the axis, and slices have the numbers they have in the volume.
            An oblique plane is slice 0; the others lie `step_mm` apart along its normal, as far as the volume reaches.
        step_mm: distance of oblique slices, mm; the volume's smallest spacing when None.
        square_pixels: as for `extract`.

    Attributes:
        first, last: numbers of the outermost slices, inclusive.
        spacing_mm: distance between slices, mm; None when the volume has no spacing.
        drift_yx: pixels that content moves by from slice to slice in a slanted stack.
    """

    def __init__(
        self, volume: Volume, plane: SlicePlane, step_mm: float | None = None, square_pixels: bool = True
    ) -> None:
        self._volume, self._plane, self._square_pixels = volume, plane, square_pixels
        self._step_mm = float(min(volume.spacing_kji)) if step_mm is None else float(step_mm)
        if self._step_mm <= 0:
            raise InputError(f"Slices lie more than 0 mm apart; got {step_mm}.")
        if plane.axis is not None:
            self.first, self.last = 0, volume.shape_kji[plane.axis] - 1
            spacing = float(volume.spacing_kji[plane.axis])
        else:
            self.first, self.last = _oblique_range(volume, plane, self._step_mm)
            spacing = self._step_mm
        self.spacing_mm = spacing if volume.has_spacing else None
        self.drift_yx = self._drift() if plane.axis is not None and volume.has_spacing else (0.0, 0.0)

    def plane(self, index: int) -> SlicePlane:
        """Where a slice is cut."""
        if self._plane.axis is not None:
            return SlicePlane.lattice(self._plane.axis, index)
        origin = np.array(self._plane.origin_ras) + index * self._step_mm * _normal(self._plane)
        return replace(self._plane, origin_ras=tuple(float(value) for value in origin))

    def grid(self, index: int) -> SliceImage:
        """Where the pixels of a slice lie, with zeros for intensities; looks at no voxel."""
        return slice_grid(self._volume, self.plane(index), self._square_pixels)

    def image(self, index: int) -> SliceImage:
        """A slice with its intensities."""
        return extract(self._volume, self.plane(index), self._square_pixels)

    def _drift(self) -> tuple[float, float]:
        """From one slice to the next, content that runs along the normal appears to move against the stack's slant."""
        grid = self.grid(self.first)
        to_ras = self._volume.ijk_to_ras @ grid.pixel_to_ijk
        across, down = to_ras[:3, 0], to_ras[:3, 1]
        normal = np.cross(across, down)
        stacked = self._volume.ijk_to_ras[:3, 2 - self._plane.axis]
        aside = stacked - normal * (stacked @ normal) / (normal @ normal)
        dx, dy = np.linalg.lstsq(np.column_stack([across, down]), -aside, rcond=None)[0]
        return float(dy), float(dx)


def _normal(plane: SlicePlane) -> np.ndarray:
    normal = np.cross(np.array(plane.x_ras), np.array(plane.y_ras))
    return normal / np.linalg.norm(normal)


def _oblique_range(volume: Volume, plane: SlicePlane, step_mm: float) -> tuple[int, int]:
    """Numbers of the slices whose plane touches the volume; slice 0 is always one of them."""
    corners = np.array(np.meshgrid(*((-0.5, count - 0.5) for count in volume.shape_kji[::-1]))).reshape(3, -1)
    ras = volume.ijk_to_ras[:3, :3] @ corners + volume.ijk_to_ras[:3, 3:]
    along = _normal(plane) @ (ras - np.array(plane.origin_ras)[:, None]) / step_mm
    return min(0, int(np.ceil(along.min()))), max(0, int(np.floor(along.max())))
