"""How two readers are compared."""

from __future__ import annotations

from dataclasses import dataclass

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.errors import InputError


@dataclass(frozen=True)
class ReaderOptions:
    """How two readers are compared.

    Args:
        structures: names to compare, also where one reader has none of that name; empty for all that both readers use.
        label_names: names of label values, for files that carry none.
        plane: "auto" (across the thickest slices), "axial", "sagittal" or "coronal".
        tolerance_mm: of surface DICE.
        correction_effort: count what a person would have to correct of the second reader's outlines (HCE).
        window: intensities shown in pictures.
    """

    structures: tuple[str, ...] = ()
    label_names: tuple[tuple[int, str], ...] = ()
    plane: str = "auto"
    tolerance_mm: float = 1.0
    window: str = "minmax"
    correction_effort: bool = False

    def __post_init__(self) -> None:
        if not self.tolerance_mm >= 0:
            raise InputError(f"The tolerance is 0 mm or more; got {self.tolerance_mm}.")
        BenchmarkOptions(plane=self.plane, window=self.window)  # refuses what does not exist
