"""Measure a model, a second one if wanted, and the classical methods on the same objects."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from SAMBenchmarkLib.baselines.registry import baselines_for, check_packages
from SAMBenchmarkLib.core.mask_codec import encode_mask
from SAMBenchmarkLib.core.metrics import dice, jaccard
from SAMBenchmarkLib.core.targets import largest_part_share
from SAMBenchmarkLib.validation.prompting import BASELINE_PROMPT, Answer, answers
from SAMBenchmarkLib.validation.scores import MeasuredObject, PromptScore
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.training.held_back import choose_objects, slice_image
from SAMSegmenterLib.models.training.sources import LabelledSlice


@dataclass(frozen=True)
class MeasureOptions:
    """What is measured of each slice.

    Args:
        seed: decides which objects of a crowded slice are taken.
        objects_per_slice: most objects of one slice.
        baseline_objects: most objects of one source that the classical methods are run on; 0 leaves them out.
    """

    seed: int = 1
    objects_per_slice: int = 6
    baseline_objects: int = 60

    def __post_init__(self) -> None:
        if self.objects_per_slice < 1 or self.baseline_objects < 0:
            raise InputError("At least one object of a slice is measured.", "Choose a whole number of 1 or more.")


@dataclass(frozen=True, eq=False)
class Measurement:
    """All scores.

    Args:
        scores: of the model.
        against: of the second model on the same objects in the same order; empty without one.
        slices: how many slices were measured.
        planned: how many were to be measured; more when the user stopped.
    """

    scores: list[PromptScore] = field(repr=False)
    against: list[PromptScore] = field(repr=False)
    slices: int
    planned: int


def measure(
    predictor: Predictor,
    slices: Mapping[str, Sequence[LabelledSlice]],
    options: MeasureOptions | None = None,
    against: Predictor | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Measurement:
    """Score every prompt on every object of the slices.

    Every slice is encoded once per model. Within a source, what is measured depends on the seed and that source alone.

    Args:
        predictor: the model.
        slices: by group, from `choose_slices`.
        options: how much of each slice.
        against: a second model; its clicks correct its own errors.
        on_progress: told after every slice.
        should_stop: asked before every slice; what was measured until then is returned.

    Raises:
        DependencyError: a package of a classical method is missing.
    """
    options = options or MeasureOptions()
    if options.baseline_objects:
        check_packages()
    models = [predictor] if against is None else [predictor, against]
    work = [(group, item) for group, items in slices.items() for item in items]
    meter = ProgressMeter("Measuring", len(work), on_progress)
    scores: list[list[PromptScore]] = [[] for _ in models]
    done: Counter[str] = Counter()
    for number, (group, item) in enumerate(work):
        if should_stop():
            return Measurement(scores[0], scores[1] if against else [], number, len(work))
        source = item.case.source
        found = _measure_slice(models, group, item, options, options.baseline_objects - done[source])
        for listed, more in zip(scores, found, strict=True):
            listed += more
        done[source] += len({score.about for score in found[0]})
        meter.advance(source)
    return Measurement(scores[0], scores[1] if against else [], len(work), len(work))


def _measure_slice(
    models: Sequence[Predictor], group: str, item: LabelledSlice, options: MeasureOptions, baselines_left: int
) -> list[list[PromptScore]]:
    image = slice_image(item)
    embeddings = [model.encode([image])[0] for model in models]
    scores: list[list[PromptScore]] = [[] for _ in models]
    objects = choose_objects(item, options.objects_per_slice, options.seed)
    for number, (value, mask) in enumerate(objects.items()):
        about = _described(group, item, value, mask)
        for listed, model, embedding in zip(scores, models, embeddings, strict=True):
            with_baselines = listed is scores[0] and number < baselines_left
            for prompt, answer in answers(model, embedding, mask).items():
                others = _baseline_dice(image, prompt, answer, mask) if with_baselines else {}
                listed.append(_scored(about, prompt, answer, mask, others))
    return scores


def _described(group: str, item: LabelledSlice, value: int, mask: Mask) -> MeasuredObject:
    case = item.case
    pixels, share = int(mask.sum()), largest_part_share(mask)
    return MeasuredObject(group, case.source, case.subject, case.case_id, item.index, value, pixels, share)


def _scored(
    about: MeasuredObject, prompt: str, answer: Answer, mask: Mask, baselines: Mapping[str, float]
) -> PromptScore:
    return PromptScore(
        about,
        prompt,
        chosen=dice(answer.mask, mask),
        oracle=max(dice(candidate, mask) for candidate in answer.candidates.masks),
        predicted_iou=float(answer.candidates.scores[answer.candidates.best]),
        true_iou=jaccard(answer.mask, mask),
        baselines=baselines,
        prompts=answer.prompts,
        mask=encode_mask(answer.mask),
    )


def _baseline_dice(image: Rgb8, prompt: str, answer: Answer, mask: Mask) -> dict[str, float]:
    methods = baselines_for(BASELINE_PROMPT[prompt])
    return {method.name: dice(method.segment(image, answer.prompts), mask) for method in methods}
