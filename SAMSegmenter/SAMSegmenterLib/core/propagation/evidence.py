"""What tells whether the structure is on a slice at all, and how well its mask will fit.

Two logistic regressions on the same measures: the probability that the structure reaches the slice, and the expected
Dice of the mask. Their coefficients were fitted with the bundled model; see `evidence_weights`.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields

import numpy as np

from SAMSegmenterLib.core.propagation.evidence_weights import CONFIDENCE, PRESENCE
from SAMSegmenterLib.core.propagation.results import StopReason

_REMEMBERED = ("score", "intensity", "texture", "logit", "support", "overlap", "certainty")
"""Measures that are also compared with their mean on the slices before."""

_REASONS = {
    StopReason.SCORE: ("score", "logit", "agreement", "answer_overlap"),
    StopReason.AREA: ("growth", "change", "size"),
    StopReason.JUMP: ("jump",),
    StopReason.OVERLAP: ("overlap", "texture", "outline_texture", "unlikeness"),
    StopReason.INTENSITY: ("intensity", "separation", "answer_separation"),
}


@dataclass(frozen=True)
class Evidence:
    """Measures of one slice; the shape and the intensities are those expected from the slices before.

    Args:
        score: predicted IoU of the model's answer.
        answer_overlap: IoU of the model's answer and the moved neighbour.
        answer_separation: likelihood of the intensities on the right side of the answer's outline.
        intensity: mean likelihood of the intensities in the mask, -3 to 3.
        separation: the same on both sides of the mask's outline.
        growth: logarithm of the mask's area over the moved neighbour's; `change` its absolute value.
        size: logarithm of the mask's area over the keyframe's.
        overlap: IoU of the mask and the moved neighbour.
        jump: distance of the centroid from where it was expected, radii.
        texture: mean label that patches of other slices give the mask, -1 to 1.
        outline_texture: how decided those labels are along the outline, 0 to 1.
        unlikeness: logarithm of the difference to the most alike patches.
        logit: mean logit of the model in the mask.
        agreement: IoU of the model's answer and the mask.
        certainty: mean absolute support along the outline.
        support: mean support in the mask.
        is_empty: nothing was found.
    """

    score: float = 0.0
    answer_overlap: float = 0.0
    answer_separation: float = 0.0
    intensity: float = 0.0
    separation: float = 0.0
    growth: float = 0.0
    change: float = 0.0
    size: float = 0.0
    overlap: float = 0.0
    jump: float = 0.0
    texture: float = 0.0
    outline_texture: float = 0.0
    unlikeness: float = 0.0
    logit: float = 0.0
    agreement: float = 0.0
    certainty: float = 0.0
    support: float = 0.0
    is_empty: bool = False

    @classmethod
    def nothing(cls) -> Evidence:
        """Of an empty mask."""
        return cls(is_empty=True)


MEASURES = tuple(field.name for field in fields(Evidence) if field.name != "is_empty")
NAMES = (
    *MEASURES,
    *(f"{name}_change" for name in _REMEMBERED),
    *(f"{name}_lately" for name in _REMEMBERED),
    "distance",
    "slice_distance",
)
"""What the regressions look at, in order: the measures, their differences to the mean of all slices before, their means
over the last three slices, and logarithms of the distance from the keyframe and of that between slices, in radii of
the structure on its keyframe."""


_LITTLE_SMALLER = 0.8
"""Share of the largest radius above which a keyframe says nothing about where the structure ends."""

_DOUBT_PER_SLICE = 2.0
"""What each slice beyond the end that two keyframes foretell takes from the logit of the presence."""


class EvidenceHistory:
    """Evidence of one direction, and what follows from it.

    Args:
        radius_px: of the structure on its keyframe.
        slice_distance_px: distance between slices in pixels; None when unknown, then taken for one.
        away: slices from the keyframe with that radius to the one that the direction starts from; negative when the
            direction leads towards the former.
        radius_here_px: on the keyframe that the direction starts from, if that is another one.
    """

    def __init__(
        self, radius_px: float, slice_distance_px: float | None, away: int = 0, radius_here_px: float | None = None
    ) -> None:
        self._apart = (slice_distance_px or 1.0) / max(1.0, radius_px)
        self._before: list[Evidence] = []
        self._steps = away
        self._expected_steps = _reach(radius_px, radius_here_px, away)

    def add(self, evidence: Evidence) -> None:
        """Remember a slice."""
        self._steps += 1
        if not evidence.is_empty:
            self._before.append(evidence)

    def judge(self, evidence: Evidence) -> tuple[float, float]:
        """Probability that the structure reaches the slice, and expected Dice of its mask; 0 for an empty one.

        Where the structure is not, every mask has a Dice of 0: the expected Dice is that of slices which hold it, times
        the probability that this is one.
        """
        if evidence.is_empty:
            return 0.0, 0.0
        values = self.values(evidence)
        beyond = max(0.0, self._steps + 1 - self._expected_steps)
        presence = PRESENCE.probability(values, -_DOUBT_PER_SLICE * beyond)
        return presence, presence * CONFIDENCE.probability(values)

    def values(self, evidence: Evidence) -> np.ndarray:
        """(F,) what the regressions look at, see `NAMES`."""
        now = np.array([getattr(evidence, name) for name in _REMEMBERED])
        before = np.array([[getattr(one, name) for name in _REMEMBERED] for one in self._before])
        change = now - before.mean(axis=0) if len(before) else np.zeros(len(now))
        lately = np.vstack([before[-2:], now[None]]).mean(axis=0) if len(before) else now
        distances = np.log([max(1, abs(self._steps + 1)) * self._apart, self._apart])
        return np.concatenate([np.array(astuple(evidence)[:-1], float), change, lately, distances])


def _reach(radius_px: float, radius_here_px: float | None, away: int) -> float:
    """Slices from the largest keyframe to the end of a paraboloid that has these radii on two of its slices.

    Infinite for a direction that does not lead away from the largest keyframe, and where the radii tell nothing.
    """
    share = 1.0 if radius_here_px is None else radius_here_px / radius_px
    return np.inf if away <= 0 or share >= _LITTLE_SMALLER else np.ceil(away / (1 - share**2))


def reason_of(values: np.ndarray) -> StopReason:
    """What speaks most against a slice: the group of measures that lowers the probability most.

    Returns:
        `StopReason.EVIDENCE` when no group stands out.
    """
    shares = dict(zip(NAMES, PRESENCE.contributions(values), strict=True))
    groups = {
        reason: sum(v for name, v in shares.items() if name.removesuffix("_change").removesuffix("_lately") in names)
        for reason, names in _REASONS.items()
    }
    reason, least = min(groups.items(), key=lambda item: item[1])
    return reason if least < 0 and least <= 0.5 * sum(v for v in groups.values() if v < 0) else StopReason.EVIDENCE
