"""Measure one structure: propagation and the other methods from the same seed, on the same embeddings."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from SAMBenchmarkLib.core.simulated_prompts import tight_box
from SAMBenchmarkLib.propagation.box_chain import MEDSAM, MEDSAM_LITE, box_chain
from SAMBenchmarkLib.propagation.cases import PreparedCase
from SAMBenchmarkLib.propagation.chain import Chain
from SAMBenchmarkLib.propagation.choosing import ChosenPart
from SAMBenchmarkLib.propagation.metering import MeteredPredictor
from SAMBenchmarkLib.propagation.own import OwnRun, run_own, told_the_ends
from SAMBenchmarkLib.propagation.projection import PROJECTIONS, projection_chain
from SAMBenchmarkLib.propagation.record import (
    OWN,
    About,
    CostFigures,
    KeyframeFigures,
    MethodFigures,
    Record,
    TrustFigures,
)
from SAMBenchmarkLib.propagation.same_prompt import same_prompt
from SAMBenchmarkLib.propagation.scoring import (
    Masks,
    end_figures,
    flagged_is_among_worst,
    rank_correlation,
    slice_dice,
    volume_dice,
    worst_slices,
)
from SAMBenchmarkLib.propagation.signed_distance import interpolate
from SAMBenchmarkLib.propagation.slices import ModelSlices
from SAMBenchmarkLib.propagation.structures import StructurePart, part_stack
from SAMBenchmarkLib.propagation.windows import with_one_window
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation import PropagationParameters

SAME_PROMPT, BOX_CHAIN, BOX_CHAIN_LITE = "same prompt", "box chain", "box chain lite"
MORE_KEYFRAMES = 2


@dataclass(frozen=True, eq=False)
class Subject:
    """A structure with everything that the methods need.

    Args:
        reference: (slices, H, W) bool.
        prompts: the tight box on the start slice.
        seed: (H, W) bool, the model's answer to it.
    """

    case: PreparedCase
    part: StructurePart
    reference: Mask
    slices: ModelSlices
    prompts: Prompts
    seed: Mask


@dataclass(frozen=True, eq=False)
class Measured:
    """Figures, and what propagation found, for a picture; None where there was no seed."""

    record: Record
    subject: Subject
    masks: dict[int, Mask] | None


def measure_part(
    case: PreparedCase,
    chosen: ChosenPart,
    predictor: MeteredPredictor,
    parameters: PropagationParameters,
    with_baselines: bool = True,
) -> Measured:
    """Measure a structure.

    Args:
        case: that the structure belongs to.
        predictor: keeps embeddings for all methods.
        parameters: of propagation; axis and square pixels are set here, and one window for all slices.
        with_baselines: run the other methods, too.

    Returns:
        A record with a failure in words where the model finds nothing in the box.
    """
    start = np.take(case.volume.array, chosen.part.start, axis=case.axis)
    parameters = with_one_window(parameters, case.volume.array, start, case.case.modality)
    parameters = replace(parameters, axis=case.axis, square_pixels=False)
    subject = _subject(case, chosen, predictor, parameters)
    try:
        return _measured(subject, chosen, predictor, parameters, with_baselines)
    except InputError as error:
        return Measured(Record(About.of(chosen), failure=str(error)), subject, None)


def _measured(
    subject: Subject,
    chosen: ChosenPart,
    predictor: MeteredPredictor,
    parameters: PropagationParameters,
    with_baselines: bool,
) -> Measured:
    start = chosen.part.start
    own = run_own(subject.case.volume, {start: subject.seed}, predictor, parameters)
    record = Record(
        About.of(chosen),
        slice_dice({start: subject.seed}, subject.reference, start),
        {OWN: _own_figures(subject, own, predictor, parameters)},
        _keyframe_figures(subject, own, predictor, parameters),
        _trust_figures(subject, own),
        _cost_figures(own, predictor),
        _ends(own, start),
    )
    if with_baselines:
        record = replace(record, methods={**record.methods, **_baseline_figures(subject)})
    return Measured(record, subject, own.masks)


def _subject(
    case: PreparedCase, chosen: ChosenPart, predictor: MeteredPredictor, parameters: PropagationParameters
) -> Subject:
    reference = part_stack(case.segmentation, chosen.part, case.axis)
    slices = ModelSlices(case.volume, case.axis, predictor, parameters.window)
    prompts = Prompts.of(box=tight_box(reference[chosen.part.start]))
    answer = slices.candidates(chosen.part.start, prompts)
    return Subject(case, chosen.part, reference, slices, prompts, answer.masks[answer.best])


def _own_figures(
    subject: Subject, own: OwnRun, predictor: MeteredPredictor, parameters: PropagationParameters
) -> MethodFigures:
    part = subject.part
    told = told_the_ends(parameters, part.first, part.last)
    within = run_own(subject.case.volume, {part.start: subject.seed}, predictor, told).masks
    return _figures(subject, own.masks, within)


def _baseline_figures(subject: Subject) -> dict[str, MethodFigures]:
    start = (subject.slices, subject.part.start, subject.seed)
    endless = {
        SAME_PROMPT: same_prompt(*start, subject.prompts),
        BOX_CHAIN: box_chain(*start, subject.prompts, MEDSAM),
        BOX_CHAIN_LITE: box_chain(*start, subject.prompts, MEDSAM_LITE),
    }
    ends = (subject.slices.first, subject.slices.last)
    found = {name: _chain_figures(subject, chain, chain.within(*ends)) for name, chain in endless.items()}
    chains: dict[tuple[str, float], Chain] = {}
    for one in PROJECTIONS:
        chain = chains.setdefault((one.mode, one.extension), projection_chain(*start, one.mode, one.extension))
        found[one.name] = _chain_figures(subject, chain, chain.until_overlap_below(one.overlap, *ends))
    return found


def _chain_figures(subject: Subject, chain: Chain, masks: Masks) -> MethodFigures:
    return _figures(subject, masks, chain.within(subject.part.first, subject.part.last))


def _figures(subject: Subject, masks: Masks, within: Masks) -> MethodFigures:
    ends = end_figures(masks, subject.part)
    dice, told = (volume_dice(found, subject.reference) for found in (masks, within))
    return MethodFigures(dice, told, ends.overrun_low, ends.overrun_high, ends.missed)


def _keyframe_figures(
    subject: Subject, own: OwnRun, predictor: MeteredPredictor, parameters: PropagationParameters
) -> KeyframeFigures:
    part, reference = subject.part, subject.reference
    worst = worst_slices(own.masks, reference, part, MORE_KEYFRAMES)
    keyframes = {part.start: subject.seed, **{index: reference[index] for index in worst}}
    again = run_own(subject.case.volume, keyframes, predictor, parameters).masks
    changed = sum(
        int(np.count_nonzero(again.get(index, np.zeros_like(mask)) != mask)) for index, mask in keyframes.items()
    )
    filled = interpolate(keyframes)
    low, high = min(keyframes), max(keyframes)
    between = {index: mask for index, mask in again.items() if low <= index <= high}
    only_between = np.zeros_like(reference)
    only_between[low : high + 1] = reference[low : high + 1]
    return KeyframeFigures(
        tuple(worst),
        volume_dice(own.masks, reference),
        volume_dice(again, reference),
        changed,
        volume_dice(between, only_between),
        volume_dice(filled, only_between),
        volume_dice(filled, reference),
        volume_dice(interpolate({index: reference[index] for index in (part.first, part.last)}), reference),
    )


def _trust_figures(subject: Subject, own: OwnRun) -> TrustFigures:
    masks = own.masks
    judged = [index for index in masks if index != subject.part.start]
    confidence = [float(own.results[index].slice_confidence) for index in judged]
    quality = [slice_dice(masks, subject.reference, index) for index in judged]
    return TrustFigures(rank_correlation(confidence, quality), flagged_is_among_worst(confidence, quality))


def _cost_figures(own: OwnRun, predictor: MeteredPredictor) -> CostFigures:
    """The model's part is counted at mean times, so that embeddings found in the cache do not make it look small."""
    model = predictor.model_seconds(own.usage)
    rest = max(0.0, own.usage.seconds - own.usage.inside_seconds)
    known = model if model > 0 else math.nan
    return CostFigures(len(own.results), own.usage.encodes, own.usage.decodes, known + rest, known)


def _ends(own: OwnRun, start: int) -> tuple[str, str]:
    low = "; ".join(reason for index, reason in sorted(own.reasons.items()) if index <= start)
    high = "; ".join(reason for index, reason in sorted(own.reasons.items()) if index > start)
    return low, high
