"""Pictures of held-back objects before and after fine-tuning: the largest gain, the median and the largest loss."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from SAMBenchmarkLib.core.simulated_prompts import strategy_prompts
from SAMBenchmarkLib.report.fine_tuning_facts import ComparedPicture
from SAMBenchmarkLib.report.pictures import Drawing, SlicePicture, draw
from SAMBenchmarkLib.session.fine_tuning_samples import SlicePlace
from SAMBenchmarkLib.session.fine_tuning_scores import BOX_STRATEGY, shown_mask
from SAMBenchmarkLib.session.predictor_loader import with_cache
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.models.engine_names import TORCH
from SAMSegmenterLib.models.loading import load_predictor
from SAMSegmenterLib.models.training.fine_tuning.run import FineTuningResult
from SAMSegmenterLib.models.training.fine_tuning.samples import ObjectMask, Sample
from SAMSegmenterLib.models.training.fine_tuning.scores import ObjectScore


def compared_pictures(
    result: FineTuningResult, places: Sequence[SlicePlace], device: str, cache_directory: Path | None
) -> list[ComparedPicture]:
    """Draw chosen held-back objects with both models.

    Args:
        result: of the run.
        places: of all samples of the run.
        device: where the models run.

    Raises:
        ModelError: a model cannot be loaded again.
    """
    base = replace(result.facts.base, promptless=result.facts.options.rules.promptless)
    made = replace(base, name=result.facts.name, path=result.weights)
    kept = cache_directory
    if result.facts.options.lora_rank:
        made, kept = replace(made, sha256=""), None  # another encoder, so other embeddings than the base model's
    objects = [(place, s, item) for place, s in _held_back(result, places) for item in s.objects]
    titles = choose_objects(result.before, result.after)
    chosen = [objects[number] for number in titles.values()]
    # the engine of the run, whose embeddings are in the cache
    before = _masks(with_cache(load_predictor(base, device, engine=TORCH), cache_directory), chosen)
    after = _masks(with_cache(load_predictor(made, device, engine=TORCH), kept), chosen)
    return [
        ComparedPicture(
            title,
            result.before[number].structure,
            result.before[number].dice,
            result.after[number].dice,
            _drawn(*chosen[nth], before[nth], after[nth], base.promptless),
            _drawn(*chosen[nth], after[nth], before[nth], base.promptless),
        )
        for nth, (title, number) in enumerate(titles.items())
    ]


def choose_objects(before: Sequence[ObjectScore], after: Sequence[ObjectScore]) -> dict[str, int]:
    """Numbers of the objects to show, by title; with fewer than four objects some titles are left out.

    Args:
        before, after: scores of the same objects, one or more.
    """
    order = sorted(range(len(before)), key=lambda n: (before[n].dice - after[n].dice, n))
    gained = after[order[0]].dice >= before[order[0]].dice
    titles = {
        "largest gain" if gained else "smallest loss": order[0],
        "median change": order[len(order) // 2],
        "largest loss" if after[order[-1]].dice < before[order[-1]].dice else "smallest gain": order[-1],
        "lowest DICE after": min(range(len(after)), key=lambda n: (after[n].dice, n)),
    }
    first, median, last, worst = titles
    kept: dict[str, int] = {}
    for title in (first, last, worst, median):  # the median gives way, should objects be few
        if titles[title] not in kept.values():
            kept[title] = titles[title]
    return {title: number for title, number in titles.items() if title in kept}


def _held_back(result: FineTuningResult, places: Sequence[SlicePlace]) -> list[tuple[SlicePlace, Sample]]:
    return [(places[number], sample) for number, sample in zip(result.split.held_back, result.held_back, strict=True)]


def _masks(predictor: Predictor, objects: Sequence[tuple[SlicePlace, Sample, ObjectMask]]) -> list[Mask]:
    return [shown_mask(predictor, predictor.encode([sample.image])[0], item) for _, sample, item in objects]


def _drawn(place: SlicePlace, sample: Sample, item: ObjectMask, mask: Mask, other: Mask, promptless: bool) -> Drawing:
    """One of the two masks; both get the same part of the slice."""
    picture = SlicePicture(sample.image, item.mask, place.spacing_yx, place.pixel_to_ras)
    prompts = None if promptless else strategy_prompts(item.mask, BOX_STRATEGY)
    return draw(picture, mask, prompts, room_for=other)
