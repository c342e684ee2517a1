"""Segments in a file of our own: with the ids that marks know them by, quick to write and read."""

from __future__ import annotations

import json
import zipfile
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.prompt_file import voxel_probe
from SAMSegmenterLib.core.reference import Segmentation, Structure

_SCHEMA = "sam-workspace-segments/1"
_MATRIX_TOLERANCE = 1e-4
_DAMAGED = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True)
class Look:
    """A segment's id and how it is shown."""

    id: str
    colour: tuple[float, float, float]
    visible: bool = True


@dataclass(frozen=True, eq=False)
class KeptSegments:
    """Segments, and the volume that they belong to.

    Args:
        segmentation: on the volume's voxels.
        looks: one per structure, in order.
        probe: of the volume's voxels, see `core.prompt_records.voxel_probe`.
    """

    segmentation: Segmentation
    looks: tuple[Look, ...]
    probe: str

    @property
    def voxels(self) -> int:
        """How many voxels are in any segment."""
        return sum(int(np.count_nonzero(layer)) for layer in self.segmentation.layers)

    def is_of(self, volume: Volume) -> bool:
        """Whether they were made on this volume."""
        mine = self.segmentation
        return (
            mine.shape_kji == volume.shape_kji
            and np.allclose(mine.ijk_to_ras, volume.ijk_to_ras, atol=_MATRIX_TOLERANCE)
            and self.probe == voxel_probe(volume)
        )


def write_kept(path: Path, kept: KeptSegments) -> None:
    """Write segments; the file appears whole or not at all.

    Raises:
        StoreError: the folder cannot be written, or the disk is full.
    """
    segmentation = kept.segmentation
    facts = {
        "schema": _SCHEMA,
        "probe": kept.probe,
        "has_spacing": segmentation.has_spacing,
        "structures": [asdict(structure) for structure in segmentation.structures],
        "looks": [asdict(look) for look in kept.looks],
    }
    layers = {f"layer{number}": layer for number, layer in enumerate(segmentation.layers)}
    with atomic_path(path) as temporary, temporary.open("wb") as file:
        text = np.frombuffer(json.dumps(facts).encode(), np.uint8)
        np.savez_compressed(file, facts=text, ijk_to_ras=segmentation.ijk_to_ras, **layers)


def read_kept(path: Path) -> KeptSegments:
    """Inverse of `write_kept`.

    Raises:
        InputError: the file is damaged or of another kind.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            facts = json.loads(bytes(file["facts"]))
            layers = tuple(file[f"layer{number}"] for number in range(len(file.files) - 2))
            matrix = file["ijk_to_ras"]
        if facts["schema"] != _SCHEMA or not layers or len({layer.shape for layer in layers}) != 1:
            raise ValueError("another kind of file")
        structures = tuple(_structure(values, len(layers)) for values in facts["structures"])
        looks = tuple(_look(values) for values in facts["looks"])
        if len(looks) != len(structures) or matrix.shape != (4, 4) or layers[0].ndim != 3:
            raise ValueError("parts are missing")
        return KeptSegments(Segmentation(layers, matrix, structures, bool(facts["has_spacing"])), looks, facts["probe"])
    except _DAMAGED as error:
        raise InputError(f"The kept segments in {path.name} are damaged.") from error


def _structure(values: dict[str, Any], layers: int) -> Structure:
    tags = tuple((str(name), str(text)) for name, text in values.pop("tags"))
    found = Structure(**values, tags=tags)
    if not 0 <= found.layer < layers:
        raise ValueError("no such layer")
    return found


def _look(values: dict[str, Any]) -> Look:
    red, green, blue = map(float, values["colour"])
    return Look(str(values["id"]), (red, green, blue), bool(values["visible"]))
