"""What the user says about a structure in one slice: points, a box, a mask."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError


@dataclass(frozen=True, eq=False)
class Prompts:
    """Prompts for one object in one slice, in the slice's own pixel grid; nothing is said by default.

    Args:
        points: (N, 2) float64, (x, y), pixel centres at integers.
        labels: (N,) int64, 1 inside the structure, 0 outside it.
        box: (4,) float64 [x0, y0, x1, y1], inclusive maxima, or None.
        mask_prior: (H, W) float32 logits on the slice grid, or None; the predictor resizes and pads them.
    """

    points: np.ndarray = field(default_factory=lambda: np.zeros((0, 2)))
    labels: np.ndarray = field(default_factory=lambda: np.zeros(0, np.int64))
    box: np.ndarray | None = None
    mask_prior: np.ndarray | None = None

    def __post_init__(self) -> None:
        points = np.asarray(self.points, np.float64).reshape(-1, 2)
        labels = np.asarray(self.labels, np.int64).reshape(-1)
        if len(points) != len(labels):
            raise InputError(f"{len(points)} points came with {len(labels)} labels.")
        if not np.isin(labels, (0, 1)).all() or not np.isfinite(points).all():
            raise InputError("Point labels are 0 or 1 and positions are finite numbers.")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "labels", labels)
        if self.box is not None:
            object.__setattr__(self, "box", _checked_box(self.box))
        if self.mask_prior is not None:
            object.__setattr__(self, "mask_prior", np.asarray(self.mask_prior, np.float32))

    @classmethod
    def of(
        cls,
        positives: Sequence[Sequence[float]] = (),
        negatives: Sequence[Sequence[float]] = (),
        box: Sequence[float] | None = None,
        mask_prior: np.ndarray | None = None,
    ) -> Prompts:
        """Prompts from lists of (x, y): positives first, then negatives."""
        points = np.array([*positives, *negatives], dtype=np.float64).reshape(-1, 2)
        labels = np.array([1] * len(positives) + [0] * len(negatives))
        return cls(points, labels, None if box is None else np.asarray(box, np.float64), mask_prior)

    @property
    def is_empty(self) -> bool:
        """True when nothing was said."""
        return not len(self.points) and self.box is None and self.mask_prior is None

    def to_json(self) -> dict[str, Any]:
        """Points and box as plain numbers; the mask prior is not part of it."""
        points = [{"xy": xy.tolist(), "label": int(label)} for xy, label in zip(self.points, self.labels, strict=True)]
        return {"points": points, "box": None if self.box is None else self.box.tolist()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Prompts:
        """Inverse of `to_json`."""
        points = data.get("points", [])
        return cls([p["xy"] for p in points], [p["label"] for p in points], data.get("box"))


def _checked_box(box: Any) -> np.ndarray:
    box = np.asarray(box, np.float64).reshape(-1)
    if box.shape != (4,) or not np.isfinite(box).all() or box[0] > box[2] or box[1] > box[3]:
        raise InputError(f"A box is [x0, y0, x1, y1] with x0 <= x1 and y0 <= y1; got {box.tolist()}.")
    return box
