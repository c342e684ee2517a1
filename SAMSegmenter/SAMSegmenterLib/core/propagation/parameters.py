"""How a mask travels to the neighbouring slices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import MinMax, Window


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
        margin: pixels added to every side of the box that is carried.
        min_overlap: intersection over union with the slice before that ends a direction, 0 to 1.
        max_area_ratio: factor between two neighbouring areas, either way, that ends a direction.
        window: intensities shown to the model.
    """

    axis: int = 0
    plane: SlicePlane | None = None
    step_mm: float | None = None
    square_pixels: bool = True
    first: int | None = None
    last: int | None = None
    stop_marks: Mapping[str, frozenset[int]] = field(default_factory=dict)
    margin: int = 2
    min_overlap: float = 0.4
    max_area_ratio: float = 2.5
    window: Window = MinMax()  # noqa: RUF009 - frozen, without state

    def __post_init__(self) -> None:
        if self.axis not in (0, 1, 2):
            raise InputError(f"A slice axis is 0, 1 or 2; got {self.axis}.")
        if self.margin < 0 or not 0 <= self.min_overlap <= 1 or self.max_area_ratio < 1:
            raise InputError("The margin is 0 or more, the overlap 0 to 1 and the area ratio 1 or more.")

    @property
    def stacked_along(self) -> SlicePlane:
        """A slice of the stack."""
        return self.plane if self.plane is not None else SlicePlane.lattice(self.axis, 0)
