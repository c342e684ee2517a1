"""What every training's options tell its loop, and how the learning rate goes."""

from __future__ import annotations

from typing import Any, Protocol


class Schedule(Protocol):
    """What every training's options tell."""

    @property
    def total_steps(self) -> int: ...
    @property
    def average_decay(self) -> float: ...
    @property
    def clip_norm(self) -> float: ...
    @property
    def save_every(self) -> int: ...
    def rate_at(self, step: int) -> float:
        """The learning rate of a step (from 0)."""

    def summary(self) -> dict[str, Any]:
        """Plain values."""


def rate_share(step: int, steps: int, warmup_steps: int, decay_fraction: float) -> float:
    """Share of the highest learning rate: linear warm-up, constant, linear decay to zero.

    Args:
        step: from 0.
        steps: of the whole training.
        decay_fraction: part of all steps in which the rate falls.

    Returns:
        Above 0, at most 1.
    """
    warm = (step + 1) / max(1, warmup_steps)
    cool = (steps - step) / max(1, round(decay_fraction * steps))
    return min(1.0, warm, cool)
