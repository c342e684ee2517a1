"""How a mask travels to the neighbouring slices."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import MinMax, Window

MOST_SEARCHED_PX = 32
"""The time that the comparison of patches takes grows with the square of their range."""


@dataclass(frozen=True)
class PropagationParameters:
    """How a mask travels to the neighbouring slices.

    Args:
        axis: array axis that slices are stacked along (0 = k, 1 = j, 2 = i).
        plane: an oblique slice along whose normal slices are stacked, with number 0; then `axis` has no meaning.
        step_mm: distance of oblique slices, mm; the volume's smallest spacing when None.
        square_pixels: as for `core.slicing.extract`; keyframes and results are masks on that grid.
        first, last: range of slices that may be visited, inclusive; None for the volume's ends.
        stop_marks: segment -> numbers of slices that it does not reach, as marked by the user.
        box: whether the box around the moved neighbour is carried.
        margin: pixels added to every side of that box.
        point: whether the innermost point of the moved neighbour is carried.
        negative: whether a point beside it is carried whose intensity is most unlike the structure's.
        logits: whether the moved neighbour itself is carried, as low-resolution logits.
        multimask: three candidates of the model to choose from, instead of its single one.
        zoom: the model is shown a part of the slice with sides of so many lengths of the structure, where that is much
            smaller than the slice; 0 always shows whole slices.
        motion: share of the newest step in the motion that is expected for the next one, 0 to 1; 0 expects none.
        model_weight, shape_weight, intensity_weight, texture_weight: how much the model's logits, the moved
            neighbour, the likelihood of the intensities and the comparison of small patches count, pixel by pixel.
        search_px: how far patches are looked for in the slice before, pixels.
        keyframe_share: weight of the nearest keyframe's patches beside those of the slice before.
        learning: share of the newest slice in what is known about the structure's intensities, 0 to 1.
        min_evidence: probability that the structure reaches a slice, below which the slice is rejected, 0 to 1;
            0 rejects empty masks alone.
        patience: slices in a row that are rejected before a direction ends.
        window: intensities shown to the model.
    """

    axis: int = 0
    plane: SlicePlane | None = None
    step_mm: float | None = None
    square_pixels: bool = True
    first: int | None = None
    last: int | None = None
    stop_marks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    box: bool = False
    margin: int = 2
    point: bool = True
    negative: bool = True
    logits: bool = True
    multimask: bool = False
    zoom: float = 2.0
    motion: float = 0.5
    model_weight: float = 0.3
    shape_weight: float = 1.0
    intensity_weight: float = 1.0
    texture_weight: float = 1.5
    search_px: int = 3
    keyframe_share: float = 0.5
    learning: float = 0.3
    min_evidence: float = 0.6
    patience: int = 2
    window: Window = MinMax()  # noqa: RUF009 - frozen, without state

    def __post_init__(self) -> None:
        if self.axis not in (0, 1, 2):
            raise InputError(f"A slice axis is 0, 1 or 2; got {self.axis}.")
        if not (self.box or self.point or self.logits):
            raise InputError("Nothing is carried to the next slice.", "Carry the box, the point or the logits.")
        if self.margin < 0 or not 0 <= self.search_px <= MOST_SEARCHED_PX or self.patience < 1:
            raise InputError(
                f"The margin is 0 or more, the search range 0 to {MOST_SEARCHED_PX} pixels, the patience 1 or more."
            )
        if self.zoom and not 1.5 <= self.zoom <= 100:
            raise InputError(f"The zoom is 0 for none, or 1.5 or more; got {self.zoom}.")
        for name in ("motion", "keyframe_share", "learning", "min_evidence"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"'{name}' lies between 0 and 1; got {getattr(self, name)}.")
        weights = (self.model_weight, self.shape_weight, self.intensity_weight, self.texture_weight)
        if not all(math.isfinite(weight) and weight >= 0 for weight in weights) or not any(weights):
            raise InputError(f"Weights are finite, 0 or more, and one of them is above 0; got {weights}.")
        if self.first is not None and self.last is not None and self.first > self.last:
            raise InputError(f"The range of slices from {self.first} to {self.last} is empty.")

    @property
    def stacked_along(self) -> SlicePlane:
        """A slice of the stack."""
        return self.plane if self.plane is not None else SlicePlane.lattice(self.axis, 0)
