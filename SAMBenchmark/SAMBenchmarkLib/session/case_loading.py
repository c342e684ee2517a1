"""A case read from its files and planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluated_structures import evaluated_structures, missing_structures
from SAMBenchmarkLib.core.evaluation import SliceTask, plan_case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation


@dataclass(frozen=True, eq=False)
class LoadedCase:
    """A case in memory.

    Args:
        frames: its volumes, several for a 4D file.
        segmentations: one per frame, on its lattice, with the structures to evaluate.
        notes: what the user should know about the files.
        slices: what is to be evaluated: number of the frame, and the slice.
    """

    case: Case
    frames: tuple[Volume, ...]
    segmentations: tuple[Segmentation, ...]
    notes: tuple[str, ...]
    slices: tuple[tuple[int, SliceTask], ...]


def load_case(case: Case, options: BenchmarkOptions) -> LoadedCase:
    """Read the files of a case and plan its slices.

    Args:
        options: with the strategies chosen for a model, see `BenchmarkOptions.for_model`.

    Raises:
        InputError: a file is not usable, the two are no pair, the reference has none of the structures named, or no
            object is large enough.
    """
    from SAMSegmenterLib.files.pairing import load_pair

    pair = load_pair(case.volume, case.labels, case.series, dict(case.label_names) or None, case.nan_as_background)
    return planned_case(case, pair.frames, pair.segmentations, pair.notes, options)


def planned_case(
    case: Case,
    frames: Sequence[Volume],
    references: Sequence[Segmentation],
    notes: Sequence[str],
    options: BenchmarkOptions,
) -> LoadedCase:
    """Plan the slices of a case that is in memory already.

    Args:
        frames: its volumes.
        references: one per frame, on its lattice, with all structures.
        notes: what the user should know about it.
        options: with the strategies chosen for a model.

    Raises:
        InputError: the reference has none of the structures named, or no object is large enough.
    """
    segmentations = evaluated_structures(references, options)
    missing = missing_structures(references, options)
    said = [*notes, *(f"The reference has no structure '{name}'." for name in missing)]
    slices = plan_case(frames, segmentations, options.resolved())
    return LoadedCase(case, tuple(frames), tuple(segmentations), tuple(said), tuple(slices))
