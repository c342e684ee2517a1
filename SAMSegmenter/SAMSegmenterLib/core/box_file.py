"""Boxes of structures from a JSON text, schema `sam-boxes/1`: drawn by another program, or by hand.

    {"schema": "sam-boxes/1", "axis": "axial",
     "structures": [{"name": "liver", "value": 1, "slices": [{"index": 40, "box": [102, 80, 260, 214]}]},
                    {"name": "spleen", "box_ijk": [310, 220, 30, 380, 300, 62]},
                    {"name": "left kidney", "box_ras": [[-80, -60, 10], [-20, 5, 120]]},
                    {"name": "aorta", "extreme_points_ras": [[-12, 3, 4], [9, 3, 5], ...]}]}

Each structure says in one of four ways where it is: `slices`, boxes [x0, y0, x1, y1] on columns and rows of slices,
inclusive maxima; `box_ijk`, first and last voxel of a 3D box; `box_ras`, two opposite corners in mm; or
`extreme_points_ras`, usually six points in mm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Matrix4
from SAMSegmenterLib.core.checked_json import Checked
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slab_boxes import extreme_point_boxes, roi_boxes

SCHEMA = "sam-boxes/1"
_WAYS = ("slices", "box_ijk", "box_ras", "extreme_points_ras")


@dataclass(frozen=True, eq=False)
class StructureBoxes:
    """Where one structure is.

    Args:
        name: shown to the user.
        value: its label value, from 1 up.
        way: which of the four ways below it is told by.
        slices: pairs of slice index and (4,) box, for "slices".
        points: (N, 3) points: voxels (i, j, k) for "box_ijk", else RAS in mm.
    """

    name: str
    value: int
    way: str
    slices: tuple[tuple[int, np.ndarray], ...] = ()
    points: np.ndarray | None = None

    def boxes(
        self, ijk_to_ras: Matrix4, shape_kji: tuple[int, int, int], axis: int, margin: float = 0.0
    ) -> list[tuple[int, np.ndarray]]:
        """Boxes of slices.

        Args:
            ijk_to_ras, shape_kji: of the volume.
            axis: array axis that slices are stacked along (0 = k, 1 = j, 2 = i).
            margin: voxels added to every side in the slice.

        Returns:
            Slice index and (4,) float64 [x0, y0, x1, y1] on the slice's voxels, clipped to it, by index; a slice may
            have several.

        Raises:
            InputError: a box lies outside the volume.
        """
        if self.way == "slices":
            found = [self._checked(index, box, shape_kji, axis) for index, box in self.slices]
        elif self.way == "box_ras":
            found = list(self._named(roi_boxes, _corners(self.points), ijk_to_ras, shape_kji, axis).items())
        else:
            points = self.points
            if self.way == "box_ijk":
                points = points @ ijk_to_ras[:3, :3].T + ijk_to_ras[:3, 3]
            found = list(self._named(extreme_point_boxes, points, ijk_to_ras, shape_kji, axis).items())
        height, width = (n for other, n in enumerate(shape_kji) if other != axis)
        grown = np.array([-margin, -margin, margin, margin])
        limits = np.array([width - 1, height - 1, width - 1, height - 1])
        return sorted(((index, np.clip(box + grown, 0, limits)) for index, box in found), key=lambda pair: pair[0])

    def _checked(
        self, index: int, box: np.ndarray, shape_kji: tuple[int, int, int], axis: int
    ) -> tuple[int, np.ndarray]:
        height, width = (n for other, n in enumerate(shape_kji) if other != axis)
        if index >= shape_kji[axis]:
            raise InputError(
                f"A box of '{self.name}' is on slice {index}, but the volume has {shape_kji[axis]} slices, from 0.",
                "Check the axis of the slices, and that boxes and volume belong together.",
            )
        if box[2] < -0.5 or box[3] < -0.5 or box[0] >= width - 0.5 or box[1] >= height - 0.5:
            raise InputError(
                f"A box of '{self.name}' lies outside slice {index}, which has {width} columns and {height} rows.",
                "Check the axis of the slices, and that boxes and volume belong together.",
            )
        return index, box

    def _named(self, make: object, *arguments: object) -> dict[int, np.ndarray]:
        try:
            return make(*arguments)  # type: ignore[operator]
        except InputError as error:
            raise InputError(f"Structure '{self.name}': {error.message}", error.hint) from error


@dataclass(frozen=True, eq=False)
class BoxFile:
    """All structures of a file.

    Args:
        structures: at least one, with values of their own.
        axis: name of the plane or axis that boxes of slices belong to, None when the file does not say.
    """

    structures: tuple[StructureBoxes, ...]
    axis: str | None = None


def read_box_file(text: str) -> BoxFile:
    """Boxes from their text.

    Raises:
        InputError: not JSON, another schema, or a value that is missing, unknown or wrong; the message names the place.
    """
    whole = Checked.parse(text, "The box file")
    if not isinstance(whole.value, dict) or whole.value.get("schema") != SCHEMA:
        raise InputError(f"This is no box file of schema {SCHEMA}.", "'sam-segment --help' shows how one looks.")
    fields = whole.fields(("schema", "structures"), ("axis",))
    structures = tuple(_structure(place, n) for n, place in enumerate(fields["structures"].items(), start=1))
    if not structures:
        raise fields["structures"].wrong("no structure is named")
    values = [structure.value for structure in structures]
    if len(set(values)) < len(values):
        raise fields["structures"].wrong("two structures have the same value")
    return BoxFile(structures, fields["axis"].text() if "axis" in fields else None)


def _structure(place: Checked, number: int) -> StructureBoxes:
    fields = place.fields(("name",), ("value", *_WAYS))
    ways = [way for way in _WAYS if way in fields]
    if len(ways) != 1:
        raise place.wrong(f"one of {', '.join(_WAYS)} is expected")
    way = ways[0]
    name = fields["name"].text()
    value = fields["value"].whole(1, 65535) if "value" in fields else number
    if way == "slices":
        slices = tuple(_slice(item) for item in fields[way].items())
        if not slices:
            raise fields[way].wrong("no slice is named")
        return StructureBoxes(name, value, way, slices)
    if way == "box_ijk":
        points = np.array(fields[way].numbers(6)).reshape(2, 3)
    else:
        points = np.array([item.numbers(3) for item in fields[way].items()]).reshape(-1, 3)
    if way == "box_ras" and len(points) != 2:
        raise fields[way].wrong("two corners are expected")
    if len(points) < 2:
        raise fields[way].wrong("at least two points are expected")
    return StructureBoxes(name, value, way, points=points)


def _slice(place: Checked) -> tuple[int, np.ndarray]:
    fields = place.fields(("index", "box"))
    box = np.array(fields["box"].numbers(4))
    if (box[2:] < box[:2]).any():
        raise fields["box"].wrong("[x0, y0, x1, y1] with x0 <= x1 and y0 <= y1 are expected")
    return fields["index"].whole(0), box


def _corners(ends: np.ndarray) -> np.ndarray:
    """(8, 3) corners of a box along R, A and S."""
    return np.array([[ends[a, 0], ends[b, 1], ends[c, 2]] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
