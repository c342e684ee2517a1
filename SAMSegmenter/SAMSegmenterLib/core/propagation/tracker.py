"""One segment on its way in one direction: from a finished slice to the next one, again and again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.mask_measures import intersection_over_union
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.prompts import Prompts
from SAMSegmenterLib.core.propagation.answers import Answer, best_answer
from SAMSegmenterLib.core.propagation.appearance import Appearance, reach_of
from SAMSegmenterLib.core.propagation.carried import carried_prompts
from SAMSegmenterLib.core.propagation.evidence import Evidence, EvidenceHistory
from SAMSegmenterLib.core.propagation.parameters import PropagationParameters
from SAMSegmenterLib.core.propagation.shape import (
    Region,
    centroid,
    moved,
    parts_touching,
    radius,
    region_around,
    signed_distance,
)
from SAMSegmenterLib.core.propagation.texture import LabelledSlice, transferred_labels
from SAMSegmenterLib.core.propagation.views import SliceView

_SHAPE_REACH = 3.0
"""Distance from the moved outline beyond which the shape says no more, in units of its blur."""


def _blur_of(radius_px: float) -> float:
    """Distance over which an outline moves from slice to slice, pixels."""
    return 2.0 + 0.1 * radius_px


@dataclass(frozen=True, eq=False)
class Step:
    """What was found on a slice.

    Args:
        mask: (H, W) bool.
        region: where it was looked for.
        support: (h, w) float32 on the region, above 0 inside: all that speaks for the structure, pixel by pixel.
        prompts: what was carried there.
        evidence: what tells whether the structure is there at all.
        probability: that the structure reaches this slice, 0 to 1.
        slice_confidence: expected Dice of the mask, 0 to 1.
        is_answered: the slice has contrast and the model found something, whatever became of it.
    """

    mask: Mask
    region: Region
    support: np.ndarray
    prompts: Prompts
    evidence: Evidence
    probability: float
    slice_confidence: float
    is_answered: bool = True

    def support_at(self, pixels: Mask) -> np.ndarray:
        """Support of chosen pixels of the slice; far below 0 outside the region."""
        whole = np.full(self.mask.shape, -np.inf, np.float32)
        whole[self.region] = self.support
        return whole[pixels]


@dataclass(frozen=True, eq=False)
class _Scene:
    """What is expected on the next slice, before the model is asked."""

    region: Region
    expected: np.ndarray
    inside: Mask
    likelihood: np.ndarray
    labels: np.ndarray
    difference: np.ndarray


class Tracker:
    """Carries a segment from a keyframe, slice by slice in one direction.

    Args:
        grey: (H, W) uint8, the keyframe's slice.
        mask: (H, W) bool of the keyframe, not empty.
        slice_distance_px: distance between slices in pixels of the slice; None when unknown.
        drift_yx: motion in pixels that comes from a slanted stack alone.
        largest: the segment's largest keyframe, which tells more about it than a small one near an end; None for this.
        away: slices from there to this keyframe; negative when this direction leads towards it.
    """

    def __init__(
        self,
        grey: np.ndarray,
        mask: Mask,
        parameters: PropagationParameters,
        slice_distance_px: float | None = None,
        drift_yx: tuple[float, float] = (0.0, 0.0),
        largest: LabelledSlice | None = None,
        away: int = 0,
    ) -> None:
        self._parameters = parameters
        self._keyframe = LabelledSlice(grey, mask, parameters.keyframe_share)
        self._motion = self._drift = np.array(drift_yx, float)
        self._appearance = self._go_on_from(grey, mask, centroid(mask))
        self._largest = mask
        if largest is not None:
            self._largest = largest.mask
            self._appearance = Appearance.of(largest.grey, largest.mask).mixed(self._appearance, 0.5)
        self._history = EvidenceHistory(radius(self._largest), slice_distance_px, away, radius(mask))
        self.steps = 0

    @property
    def mask(self) -> Mask:
        """The latest one that is not empty."""
        return self._latest.mask

    def step(self, view: SliceView, predictor: Predictor) -> Step:
        """Find the segment on the next slice; nothing changes until `take` is called."""
        scene = self._expect(view.grey)
        prompts = carried_prompts(scene.expected, scene.likelihood, scene.region, view.grey.shape, self._parameters)
        candidates = view.ask(predictor, prompts, self._parameters.multimask)
        zone = scene.expected > -reach_of(radius(scene.inside))
        answer = best_answer(candidates, view, predictor.spec, scene.inside, scene.likelihood, zone, scene.region)
        support = self._support(scene, answer)
        mask = np.zeros(view.grey.shape, bool)
        is_answered = bool(answer.mask.any() and np.ptp(view.grey) > 0)
        if is_answered:  # the shape alone is no reason to go on
            mask[scene.region] = parts_touching(support > 0, scene.inside)
        evidence = self._evidence(scene, answer, support, mask[scene.region], zone)
        probability, confidence = self._history.judge(evidence)
        return Step(mask, scene.region, support, prompts, evidence, probability, confidence, is_answered)

    def values_of(self, evidence: Evidence) -> np.ndarray:
        """(F,) what the evidence is judged by, see `evidence.NAMES`."""
        return self._history.values(evidence)

    def take(self, view: SliceView, mask: Mask, step: Step) -> None:
        """Go on from a slice's mask, which may have lost pixels to other segments since `step`."""
        self.steps += 1
        self._history.add(step.evidence)
        if not mask.any():
            return
        centre = centroid(mask)
        self._follow(centre - self._centre, radius(mask))
        newest = self._go_on_from(view.grey, mask, centre)
        self._appearance = self._appearance.mixed(newest, self._parameters.learning)

    def _go_on_from(self, grey: np.ndarray, mask: Mask, centre: np.ndarray) -> Appearance:
        """The slice is the latest one; what its intensities say."""
        self._latest, self._centre = LabelledSlice(grey, mask), centre
        border = int(max(4.0, 0.8 * radius(mask)) + np.abs(self._motion).max() + 3)
        self._region = region_around(mask, border)
        self._distance = signed_distance(mask[self._region])
        return Appearance.around(grey[self._region], self._distance)

    def _expect(self, grey: np.ndarray) -> _Scene:
        region, still = self._region, self._distance
        expected = moved(still, self._motion)
        if not (expected > 0).any():
            expected = still
        known = [self._latest]
        if self.steps and self._keyframe.weight > 0:
            known.append(self._keyframe)
        labels, difference = transferred_labels(grey, known, region, self._parameters.search_px)
        likelihood = self._appearance.likelihood(grey[region])
        return _Scene(region, expected, expected > 0, likelihood, labels, difference)

    def _support(self, scene: _Scene, answer: Answer) -> np.ndarray:
        p, blur = self._parameters, _blur_of(radius(scene.inside))
        support = (
            p.model_weight * answer.logits
            + p.shape_weight * np.clip(scene.expected / blur, -_SHAPE_REACH, _SHAPE_REACH)
            + p.intensity_weight * scene.likelihood
            + p.texture_weight * scene.labels
        )
        return support.astype(np.float32)

    def _evidence(self, scene: _Scene, answer: Answer, support: np.ndarray, mask: Mask, zone: Mask) -> Evidence:
        if not mask.any():
            return Evidence.nothing()
        size = radius(scene.inside)
        edge = np.abs(scene.expected) < max(2.0, 0.3 * size)
        whole = scene.region
        beside = zone | mask
        return Evidence(
            score=answer.score,
            answer_overlap=answer.overlap,
            answer_separation=answer.separation,
            intensity=float(scene.likelihood[mask].mean()),
            separation=float(np.where(mask, scene.likelihood, -scene.likelihood)[beside].mean()),
            growth=float(np.log(np.count_nonzero(mask) / np.count_nonzero(scene.inside))),
            change=float(abs(np.log(np.count_nonzero(mask) / np.count_nonzero(scene.inside)))),
            size=float(np.log(np.count_nonzero(mask) / np.count_nonzero(self._largest))),
            overlap=intersection_over_union(mask, scene.inside),
            jump=self._jump(mask, whole, size),
            texture=float(scene.labels[mask].mean()),
            outline_texture=float(np.abs(scene.labels[edge]).mean()) if edge.any() else 1.0,
            unlikeness=float(np.log1p(scene.difference[mask].mean())),
            logit=float(answer.logits[mask].mean()),
            agreement=intersection_over_union(answer.mask[whole], mask),
            certainty=float(np.abs(support[edge]).mean()) if edge.any() else 3.0,
            support=float(np.clip(support[mask], -5, 5).mean()),
        )

    def _jump(self, mask: Mask, region: Region, size: float) -> float:
        """Distance between the expected and the found centre, in radii."""
        corner = np.array([region[0].start, region[1].start])
        there = centroid(mask) + corner - self._centre
        return float(np.hypot(*(there - self._motion)) / max(1.0, size))

    def _follow(self, step_yx: np.ndarray, size: float) -> None:
        share = self._parameters.motion
        most = 0.3 * size + 1
        motion = share * step_yx + (1 - share) * self._motion if share else self._drift
        self._motion = self._drift + np.clip(motion - self._drift, -most, most)


def without_overlaps(steps: Mapping[str, Step], taken: Mask) -> dict[str, Mask]:
    """Masks of several segments on one slice, none over another: a pixel goes where its support is highest.

    Args:
        taken: (H, W) pixels that belong to segments which are settled.

    Returns:
        Segment -> mask; the first one has it on ties.
    """
    masks = {segment: step.mask & ~taken for segment, step in steps.items()}
    names = list(masks)
    for number, first in enumerate(names):
        for second in names[number + 1 :]:
            both = masks[first] & masks[second]
            if not both.any():
                continue
            second_wins = np.zeros(both.shape, bool)
            second_wins[both] = steps[second].support_at(both) > steps[first].support_at(both)
            masks[first] = masks[first] & ~second_wins
            masks[second] = masks[second] & ~(both & ~second_wins)
    return masks
