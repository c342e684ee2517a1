"""The options of a refiner's training and its schedule."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.schedule import rate_share


@dataclass(frozen=True)
class RefiningOptions:
    """What decides the weights besides the samples; `decay_fraction` is the part of all steps in which the rate falls.

    `widths` are the channels of `RefiningNetwork`.
    """

    steps: int = 2600
    batch: int = 32
    seed: int = 1
    learning_rate: float = 3e-3
    weight_decay: float = 0.02
    warmup_steps: int = 50
    decay_fraction: float = 0.5
    average_decay: float = 0.995
    clip_norm: float = 1.0
    save_every: int = 100
    widths: tuple[int, int, int, int] = (8, 16, 32, 64)

    def __post_init__(self) -> None:
        for name in ("steps", "batch", "save_every"):
            if getattr(self, name) < 1:
                raise InputError(f"{name.replace('_', ' ')} is {getattr(self, name)}.", "Give 1 or more.")
        if self.seed < 0 or self.warmup_steps < 0:
            raise InputError("The seed and numbers of steps are not negative.")
        if not 0 < self.learning_rate < math.inf:
            raise InputError(f"The learning rate {self.learning_rate} is not positive.")

    @property
    def total_steps(self) -> int:
        """Steps of the whole training."""
        return self.steps

    def rate_at(self, step: int) -> float:
        """Compute the learning rate: linear warm-up, constant, linear decay to zero."""
        return self.learning_rate * rate_share(step, self.steps, self.warmup_steps, self.decay_fraction)

    def summary(self) -> dict[str, Any]:
        """Describe the options as values that JSON knows."""
        return json.loads(json.dumps(asdict(self)))
