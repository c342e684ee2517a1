"""A segmentation as it was loaded: named structures that may overlap, on one lattice."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from SAMSegmenterLib.core.arrays import Mask, Matrix4
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.resampling import nearest_onto, overlap_in_space, same_lattice

TAG_PREFIX = "SAMSegmenter."
"""Begins the names of this extension's tags, which are saved with scenes and with segmentation files."""


@dataclass(frozen=True)
class Structure:
    """One structure of a segmentation.

    Args:
        value: its label value in results; unique within the segmentation.
        name: shown to the user.
        layer: array that holds it.
        layer_value: its value there.
        tags: facts that are written with it, name and text (model, how it came about).
    """

    value: int
    name: str
    layer: int = 0
    layer_value: int = 0
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, eq=False)
class Segmentation:
    """Structures on one lattice.

    Args:
        layers: one or more (K, J, I) integer arrays; several when structures overlap.
        ijk_to_ras: (4, 4) of their common lattice.
        structures: what is in them.
        has_spacing: False for plain images.
    """

    layers: tuple[np.ndarray, ...]
    ijk_to_ras: Matrix4
    structures: tuple[Structure, ...]
    has_spacing: bool = True

    @classmethod
    def from_labels(
        cls, labels: np.ndarray, ijk_to_ras: Matrix4, names: dict[int, str] | None = None, has_spacing: bool = True
    ) -> Segmentation:
        """Segmentation of a label map (K, J, I): every value but 0, named "label N" where no name is given."""
        values = [int(value) for value in np.unique(labels) if value != 0]
        structures = tuple(Structure(value, (names or {}).get(value, f"label {value}"), 0, value) for value in values)
        return cls((labels,), np.asarray(ijk_to_ras, np.float64), structures, has_spacing)

    @property
    def shape_kji(self) -> tuple[int, int, int]:
        """Shape of every layer."""
        k, j, i = self.layers[0].shape
        return k, j, i

    def mask(self, structure: Structure, axis: int | None = None, index: int = 0) -> Mask:
        """Voxels of a structure: the whole (K, J, I) volume, or one slice of it (rows, columns)."""
        layer = self.layers[structure.layer]
        return (layer if axis is None else np.take(layer, index, axis=axis)) == structure.layer_value

    def pixels_per_slice(self, structure: Structure, axis: int) -> np.ndarray:
        """(slices,) number of pixels of a structure in each slice along an array axis."""
        others = tuple(other for other in (0, 1, 2) if other != axis)
        return np.count_nonzero(self.layers[structure.layer] == structure.layer_value, axis=others)

    def onto(self, volume: Volume) -> tuple[Segmentation, bool]:
        """This segmentation on a volume's lattice.

        Returns:
            The segmentation, and whether it had to be resampled (nearest neighbour).

        Raises:
            InputError: the two do not meet in space, or lie on different pixel grids without positions.
        """
        if same_lattice(self.shape_kji, self.ijk_to_ras, volume.shape_kji, volume.ijk_to_ras):
            return self, False
        if not (self.has_spacing and volume.has_spacing):
            return self._on_pixel_grid_of(volume), False
        if not overlap_in_space(self.shape_kji, self.ijk_to_ras, volume.shape_kji, volume.ijk_to_ras):
            raise _no_overlap()
        layers = tuple(
            nearest_onto(layer, self.ijk_to_ras, volume.shape_kji, volume.ijk_to_ras) for layer in self.layers
        )
        if any(layer.any() for layer in self.layers) and not any(layer.any() for layer in layers):
            raise _no_overlap()  # the boxes around two tilted lattices may meet where the lattices do not
        return replace(self, layers=layers, ijk_to_ras=volume.ijk_to_ras), True

    def _on_pixel_grid_of(self, volume: Volume) -> Segmentation:
        """Without positions in the files, equal size is all that can tell that two images are a pair."""
        if self.shape_kji != volume.shape_kji:
            raise InputError(
                f"The labels have {self.shape_kji} pixels (slices, rows, columns), the image {volume.shape_kji}.",
                "Without positions in the files the two must have the same size.",
            )
        return replace(self, ijk_to_ras=volume.ijk_to_ras)


def _no_overlap() -> InputError:
    return InputError(
        "The labels and the volume do not overlap in space.",
        "They may belong to different patients or examinations; check that the files are a pair.",
    )
