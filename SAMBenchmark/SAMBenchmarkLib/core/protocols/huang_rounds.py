"""Interactive clicks, round by round. Source: Huang et al. 2024, doi:10.1016/j.media.2023.103061.

The first click is the target's centre; which of the wrong pixels are clicked next is not stated, so the usual rule of
interactive segmentation is used, see `simulated_prompts.next_click`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.clicking import Click, Clicker, click_by_click
from SAMBenchmarkLib.core.protocols.contract import RUN_RULES, Answer, Target, object_by_object
from SAMBenchmarkLib.core.protocols.slice_model import SliceModel
from SAMBenchmarkLib.core.simulated_prompts import ObjectPrompts, next_click, prompt_rules
from SAMSegmenterLib.core.arrays import Mask

NAME = "huang-rounds"


def _answers(model: SliceModel, target: Target, options: BenchmarkOptions) -> Iterator[Answer]:
    settings = options.protocol_settings
    rules = prompt_rules(options.preset, options.com_must_be_inside, options.s2_outside)
    centre = ObjectPrompts.of(target.mask, rules).single
    chosen = {selection: RUN_RULES[selection] for selection in options.selections}
    rounds, feed = settings.click_rounds, settings.feed_previous_logits
    yield from click_by_click(model, target, lambda: _clicker(target.mask, centre), rounds, chosen, NAME, feed)


def _clicker(reference: Mask, centre: tuple[int, int]) -> Clicker:
    def following(prediction: Mask, clicks: Sequence[Click]) -> Click | None:
        if not clicks:
            return centre, 1
        return next_click(reference, prediction, "huang", excluded=[xy for xy, _label in clicks])

    return following


evaluate = object_by_object(_answers)
