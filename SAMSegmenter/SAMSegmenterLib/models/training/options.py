"""The options of a training run and its schedule."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.batches import BatchOptions
from SAMSegmenterLib.models.training.schedule import rate_share


@dataclass(frozen=True)
class Stage:
    """A number of steps at one image size; without `prompts` only the grouping loss is minimised."""

    size: int
    steps: int
    batch: BatchOptions = field(default_factory=BatchOptions)
    prompts: bool = True

    def __post_init__(self) -> None:
        if self.size < 64 or self.size % 32:
            raise InputError(f"Image size {self.size} is not a multiple of 32 from 64 on.", hint="Use 128 or 256.")
        if self.steps < 0:
            raise InputError("A stage has no negative number of steps.")

    def halved(self, times: int) -> Stage:
        """Halve the images per step so many times, to one at the least."""
        return replace(self, batch=replace(self.batch, images=max(1, self.batch.images >> times)))


@dataclass(frozen=True)
class TrainingOptions:
    """What decides the weights; `decay_fraction` is the part of all steps in which the learning rate falls to zero."""

    stages: tuple[Stage, ...]
    learning_rate: float = 1e-3
    weight_decay: float = 0.02
    warmup_steps: int = 200
    decay_fraction: float = 0.35
    crutch_start: float = 0.8
    crutch_steps: int = 1500
    average_decay: float = 0.998
    clip_norm: float = 1.0
    grouping_weight: float = 0.5
    seed: int = 1
    save_every: int = 100

    def __post_init__(self) -> None:
        if self.total_steps < 1:
            raise InputError("The schedule has no steps.", hint="Give at least one stage with steps.")
        if not 0 < self.learning_rate < math.inf:
            raise InputError(f"The learning rate {self.learning_rate} is not positive.")
        if self.crutch_steps < 0 or self.warmup_steps < 0 or self.seed < 0:
            raise InputError("Numbers of steps and the seed are not negative.")
        if self.save_every < 1:
            raise InputError("The state is saved every step at the most.", hint="Give 1 or more.")

    @property
    def total_steps(self) -> int:
        """Steps of all stages."""
        return sum(stage.steps for stage in self.stages)

    def stage_at(self, step: int) -> Stage:
        """Find the stage of a step (from 0)."""
        for stage in self.stages:
            if step < stage.steps:
                return stage
            step -= stage.steps
        return self.stages[-1]

    def rate_at(self, step: int) -> float:
        """Compute the learning rate: linear warm-up, constant, linear decay to zero."""
        return self.learning_rate * rate_share(step, self.total_steps, self.warmup_steps, self.decay_fraction)

    def crutch_at(self, step: int) -> float:
        """Compute the chance that prompts are drawn into the mask prompt: falls linearly to zero."""
        return self.crutch_start * max(0.0, 1.0 - step / self.crutch_steps) if self.crutch_steps else 0.0

    def summary(self) -> dict:
        """Describe the options as plain values."""
        return asdict(self)
