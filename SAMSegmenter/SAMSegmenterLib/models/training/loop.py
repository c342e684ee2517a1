"""The training loop of the small model: stages of image sizes, prompts drawn anew in every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.models.training.batches import Batch, BatchMaker
from SAMSegmenterLib.models.training.decoding import set_input_size
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.resumable import ResumableTraining
from SAMSegmenterLib.models.training.state import SCHEMA, StoredState, check_resumable
from SAMSegmenterLib.models.training.step import make_optimizers, step_loss
from SAMSegmenterLib.models.training.time_left import TimeLeft

if TYPE_CHECKING:
    from segment_anything.modeling import Sam


class Trainer(ResumableTraining[tuple[Batch, np.random.Generator]]):
    """Train a network of the small architecture.

    Args:
        sam: network with its initial weights; trained in place.
        make_batches: gives the batch maker of a stage; called on a background thread.
        options: schedule and seed.
        folder: existing folder for the state and the log.
        identity: what else a resumed run must agree with, as values that JSON knows.
    """

    schema = SCHEMA

    def __init__(
        self,
        sam: Sam,
        make_batches: Callable[[Stage], BatchMaker],
        options: TrainingOptions,
        folder: Path,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(sam, make_optimizers(sam, options), options, folder, identity)
        self.sam, self.options = sam, options
        self._make_batches = make_batches
        self._makers: dict[Stage, BatchMaker] = {}
        self._left = TimeLeft(options)

    def _check_resumable(self, stored: StoredState) -> None:
        check_resumable(stored, self.options, self.run_state.identity)

    def _draw(self, step: int) -> tuple[Batch, np.random.Generator]:
        """Draw the batch of a step, with the random numbers that its prompts go on with."""
        stage = self._stage(step)
        if stage not in self._makers:
            self._makers[stage] = self._make_batches(stage)
        rng = np.random.default_rng([self.options.seed, step])
        return self._makers[stage].draw(stage.size, rng), rng

    def _stage(self, step: int) -> Stage:
        return self.options.stage_at(step).halved(self.run_state.halvings)

    def _loss(self, drawn: tuple[Batch, np.random.Generator]) -> tuple[torch.Tensor, dict[str, Any]]:
        (batch, rng), options, stage = drawn, self.options, self._stage(self.step)
        set_input_size(self.sam, stage.size)
        crutch = options.crutch_at(self.step)
        loss, record = step_loss(self.sam, batch, crutch, rng, options.grouping_weight, stage.prompts)
        return loss, {"size": stage.size, **record}

    def _parts(self) -> int:
        return self._stage(self.step).batch.images

    def _too_little_memory(self) -> tuple[str, str]:
        return (
            f"a single image of {self._stage(self.step).size} pixels",
            "Close other programs and run the same command again, or start with fewer objects or smaller images.",
        )

    def _seconds_left(self, seconds: float) -> float | None:
        self._left.add(self._last_stage(), seconds)
        return self._left.after(self.step)

    def _shown(self, loss: float) -> str:
        return f"{self._last_stage().size} px, {super()._shown(loss)}"

    def _last_stage(self) -> Stage:
        return self.options.stage_at(self.step - 1)
