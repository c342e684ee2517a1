"""The prompts that a model is measured with, and its answers to them."""

from __future__ import annotations

from dataclasses import dataclass

from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, next_click
from SAMSegmenterLib.core.arrays import Mask
from SAMSegmenterLib.core.predictor import Candidates, Decoder, Embedding
from SAMSegmenterLib.core.prompts import Prompts

BOX, POINT, FIVE, TEN = "box", "point", "5 clicks", "10 clicks"
PROMPTS = (BOX, POINT, FIVE, TEN)
CLICKS = {POINT: 1, FIVE: 5, TEN: 10}
BASELINE_PROMPT = {BOX: "box", POINT: "point", FIVE: "points", TEN: "points"}
"""What the classical methods call these prompts."""


@dataclass(frozen=True, eq=False)
class Answer:
    """What was asked, and the three candidates."""

    prompts: Prompts
    candidates: Candidates

    @property
    def mask(self) -> Mask:
        """The candidate of highest predicted IoU, (H, W)."""
        return self.candidates.masks[self.candidates.best]


def answers(predictor: Decoder, embedding: Embedding, mask: Mask) -> dict[str, Answer]:
    """Ask for one object with every prompt.

    The box is tight (S5). The point is the centre of mass, or an object pixel where that lies outside (S2). Further
    clicks go where the mask of highest predicted IoU is most wrong; each answer gets all clicks so far and no earlier
    mask.

    Args:
        predictor: answers prompts.
        embedding: of the object's slice.
        mask: (H, W) bool, the reference, not empty.

    Returns:
        By prompt, all of `PROMPTS`. Where nothing was left to correct, the last answer counts for the later prompts.
    """
    drawn = ObjectPrompts.of(mask)
    box, point = drawn.prompts("S5"), drawn.prompts("S2")
    found = {BOX: Answer(box, predictor.decode(embedding, [box])[0])}
    answer = Answer(point, predictor.decode(embedding, [point])[0])
    for count in range(1, max(CLICKS.values()) + 1):
        found |= {prompt: answer for prompt, clicks in CLICKS.items() if clicks == count}
        more = _with_next_click(answer.prompts, mask, answer.mask)
        if more is None:
            return found | {prompt: answer for prompt, clicks in CLICKS.items() if clicks > count}
        if count < max(CLICKS.values()):
            answer = Answer(more, predictor.decode(embedding, [more])[0])
    return found


def _with_next_click(prompts: Prompts, reference: Mask, seen: Mask) -> Prompts | None:
    clicked = [(int(x), int(y)) for x, y in prompts.points]
    click = next_click(reference, seen, "huang", excluded=clicked)
    if click is None:
        return None
    position, label = click
    return Prompts([*clicked, position], [*prompts.labels.tolist(), label])
