"""From cases on disk to the slices and objects that fine-tuning learns from: the same that the benchmark measures."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.evaluation import SliceTask, model_image, slice_targets
from SAMBenchmarkLib.core.options import PROMPTLESS, BenchmarkOptions
from SAMBenchmarkLib.session.case_loading import LoadedCase, load_case
from SAMSegmenterLib.core.errors import Cancelled, InputError, SAMError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.core.slicing import SliceImage, SlicePlane, extract
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample, compact

logger = logging.getLogger(__name__)

_MOST_LISTED = 10


@dataclass(frozen=True, eq=False)
class SlicePlace:
    """Where a sample's pixels lie: size along rows and columns in mm, and (4, 4) to RAS; both None without spacing."""

    spacing_yx: tuple[float, float] | None = None
    pixel_to_ras: np.ndarray | None = None


@dataclass(frozen=True, eq=False)
class LoadedSamples:
    """What was read.

    Args:
        samples: slices of all cases, in the order of cases, frames and slices.
        places: one per sample.
        notes: what the card and the report must say; they name no case.
        messages: what the user should know, with the names of cases.
    """

    samples: list[Sample]
    places: list[SlicePlace]
    notes: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()


def load_samples(
    cases: Sequence[Case],
    options: BenchmarkOptions,
    promptless: bool = False,
    skip_unusable: bool = False,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> LoadedSamples:
    """Read all cases and cut out the slices that show an object large enough.

    A case without a patient of its own counts as one patient.

    Args:
        options: plane, window, structures, least size of objects, and how slices are thinned out.
        promptless: label values of the same name are then one object.
        skip_unusable: leave out cases that cannot be used; else nothing is read until they are corrected.

    Raises:
        InputError: naming every case that cannot be used, and why.
        Cancelled: `should_stop` said so.
    """
    if promptless:
        options = replace(options, strategies=(PROMPTLESS,))
    samples: list[Sample] = []
    places: list[SlicePlace] = []
    told: dict[str, list[str]] = {}
    problems: dict[str, SAMError] = {}
    meter = ProgressMeter("reading cases", len(cases), on_progress)
    for case in cases:
        if should_stop():
            raise Cancelled
        try:
            loaded = load_case(case, options)
        except SAMError as error:
            problems[f"{case.name} ({case.volume.name})"] = error
        else:
            for note in loaded.notes:
                told.setdefault(note, []).append(case.name)
            for sample, place in (_sample(loaded, frame, task, options) for frame, task in loaded.slices):
                samples.append(sample)
                places.append(place)
        meter.advance(case.name)
    if problems and (not skip_unusable or not samples):
        raise _unusable(problems, len(cases))
    notes = [f"{len(problems)} of {len(cases)} cases could not be used."] if problems else []
    messages = [f"{_names(names)}: {note}" for note, names in told.items()]
    for one in problems.items():
        logger.warning("left out: %s", _told(*one))
    return LoadedSamples(samples, places, tuple(notes), tuple(messages))


def describe_images(options: BenchmarkOptions) -> str:
    """How slices are cut and shown to the model, in words that stay the same for the same options."""
    parts = [
        f"plane {options.plane}",
        f"window {options.window}{f' per {options.minmax_scope}' if options.window == 'minmax' else ''}",
        f"objects of more than {options.min_object_pixels} pixels",
    ]
    if options.stride > 1:
        parts.append(f"stride {options.stride}")
    if options.max_slices:
        parts.append(f"at most {options.max_slices} slices per volume")
    if options.structures:
        parts.append(f"structures {'; '.join(options.structures)}")
    return ", ".join(parts)


def _sample(loaded: LoadedCase, frame: int, task: SliceTask, options: BenchmarkOptions) -> tuple[Sample, SlicePlace]:
    volume, segmentation = loaded.frames[frame], loaded.segmentations[frame]
    image = extract(volume, SlicePlane.lattice(task.axis, task.index), square_pixels=False)
    targets = slice_targets(segmentation, task, options)
    objects = tuple(ObjectMask.of(structure.name, target.mask) for structure, target in targets)
    case = loaded.case
    patient = case.patient or f"case {case.name}"
    sample = Sample(compact(model_image(volume, image, options)), objects, patient, case.name, task.index)
    return sample, _place(volume.ijk_to_ras, image, volume.has_spacing)


def _place(ijk_to_ras: np.ndarray, image: SliceImage, has_spacing: bool) -> SlicePlace:
    return SlicePlace(image.spacing_yx, ijk_to_ras @ image.pixel_to_ijk) if has_spacing else SlicePlace()


def _names(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _told(name: str, error: SAMError) -> str:
    return f"{name}: {error.message}"


def _unusable(problems: Mapping[str, SAMError], cases: int) -> InputError:
    listed = "\n  ".join(_told(*one) for one in list(problems.items())[:_MOST_LISTED])
    more = f"\n  and {len(problems) - _MOST_LISTED} more" if len(problems) > _MOST_LISTED else ""
    hints = list(dict.fromkeys(error.hint for error in problems.values() if error.hint))
    if len(problems) < cases:
        hints = [*hints[:2], "Cases that cannot be corrected are left out with --skip-unusable."]
    hint = " ".join(hints[:3]) or "Check that images and labels belong together."
    return InputError(f"{len(problems)} of {cases} cases cannot be used:\n  {listed}{more}", hint)
