"""How long a schedule whose stages cost differently will still take."""

from __future__ import annotations

from SAMSegmenterLib.models.training.options import Stage, TrainingOptions

_MEMORY = 0.9  # of the mean seconds per step that is kept at each new step: some 10 steps count


class TimeLeft:
    """Estimates from the recent steps of each stage; stages not yet seen are scaled by their number of pixels.

    Args:
        options: the schedule.
    """

    def __init__(self, options: TrainingOptions) -> None:
        self._options = options
        self._seconds: dict[Stage, float] = {}

    def add(self, stage: Stage, seconds: float) -> None:
        """Take note of how long a step of a stage took."""
        before = self._seconds.get(stage, seconds)
        self._seconds[stage] = _MEMORY * before + (1 - _MEMORY) * seconds

    def after(self, step: int) -> float | None:
        """Estimate the seconds from the end of a step (counted from 1) to the end of the schedule.

        Returns:
            At least 0; None before the first step was noted.
        """
        if not self._seconds:
            return None
        left, begin = 0.0, 0
        for stage in self._options.stages:
            begin, end = begin + stage.steps, begin + stage.steps
            left += self._per_step(stage) * max(0, min(stage.steps, end - step))
        return left

    def _per_step(self, stage: Stage) -> float:
        if stage in self._seconds:
            return self._seconds[stage]
        known, seconds = list(self._seconds.items())[-1]
        return seconds * _pixels(stage) / _pixels(known)


def _pixels(stage: Stage) -> int:
    return stage.batch.images * stage.size**2
