"""Windows to learn from, as arrays: what the picture shows, what the model answered, and the truth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch

from SAMSegmenterLib.models.refining.appearance import Look
from SAMSegmenterLib.models.refining.marks import Marks
from SAMSegmenterLib.models.refining.window import SIDE, Pyramid, Window

MOST_POINTS = 12
"""Of each label; further ones are left out."""

BOX, POINT, CLICKS = range(3)
"""Prompts that were answered."""

_WHOLE = Window(0.5, 0.5, 1.0)  # a sample is a picture of its own, and all of it is the window
_LAYOUT: dict[str, tuple[tuple[int, ...], type[np.generic]]] = {
    "colours": ((3, SIDE, SIDE), np.int16),
    "valid": ((SIDE, SIDE), np.bool_),
    "logits": ((SIDE, SIDE), np.float16),
    "truth": ((SIDE, SIDE), np.uint8),
    "box": ((4,), np.float32),
    "clicked": ((MOST_POINTS, 2), np.float32),
    "excluded": ((MOST_POINTS, 2), np.float32),
    "window": ((3,), np.float32),
    "overlap": ((), np.float32),
    "prompt": ((), np.uint8),
    "candidate": ((), np.uint8),
    "best": ((), np.bool_),
}
NAMES = tuple(_LAYOUT)


class Samples:
    """A number of windows, all zero until they are put in.

    Attributes:
        arrays: by name, N first. `colours` (3, S, S) int16 as in `Look`; `valid` (S, S) bool; `logits` (S, S) float16
            of the mask; `truth` (S, S) uint8, 255 inside; `box` (4,), and `clicked` and `excluded` (12, 2), float32
            shares of the window, NaN where there is none; `window` (3,) its centre and side; `overlap` float32, IoU of
            the answer on the whole picture; `prompt` BOX, POINT or CLICKS; `candidate` 0 to 3; `best` whether it is
            the best of the candidates 1 to 3.
    """

    def __init__(self, count: int) -> None:
        self.arrays = {name: np.zeros((count, *shape), kind) for name, (shape, kind) in _LAYOUT.items()}

    def __len__(self) -> int:
        return len(self.arrays["best"])

    def put(self, start: int, values: Mapping[str, Any]) -> None:
        """Put in windows from a row on; each value has them first.

        Raises:
            ValueError: values are missing, or of another shape.
        """
        if values.keys() != self.arrays.keys():
            raise ValueError("other values than those of samples")
        for name, array in self.arrays.items():
            given = np.asarray(values[name])
            if given.shape[1:] != array.shape[1:] or start + len(given) > len(array):
                raise ValueError(f"{name} has the shape {given.shape}")
            array[start : start + len(given)] = given

    def looks(self, rows: Sequence[int]) -> Look:
        """What is known of some windows, as the refiner is told."""
        return Look.together(self._look(row) for row in rows)

    def _look(self, row: int) -> Look:
        colours, valid, logits, box = (self.arrays[name][row] for name in ("colours", "valid", "logits", "box"))
        clicked, excluded = (_points(self.arrays[name][row]) for name in ("clicked", "excluded"))
        planes = np.concatenate([colours.astype(np.float32), valid[None].astype(np.float32)])
        marks = Marks(None if np.isnan(box).any() else tuple(box.tolist()), clicked, excluded)
        return marks.look(Pyramid(torch.from_numpy(planes)), torch.from_numpy(logits.astype(np.float32)), _WHOLE)


def padded_points(points: Iterable[Sequence[float]]) -> np.ndarray:
    """(12, 2) float32 of points (x, y), NaN in the rows that are left."""
    rows = np.full((MOST_POINTS, 2), np.nan, np.float32)
    for row, point in zip(rows, points, strict=False):
        row[:] = point
    return rows


def _points(rows: np.ndarray) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in rows[~np.isnan(rows[:, 0])].tolist())
