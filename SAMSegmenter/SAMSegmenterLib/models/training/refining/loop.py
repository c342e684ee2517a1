"""The training loop of the refining network."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from SAMSegmenterLib.models.refining.appearance import described
from SAMSegmenterLib.models.refining.network import RefiningNetwork
from SAMSegmenterLib.models.refining.window import SIDE
from SAMSegmenterLib.models.training.fine_tuning.state import check_identity
from SAMSegmenterLib.models.training.losses import true_iou
from SAMSegmenterLib.models.training.refining.batches import WindowBatch, batch_of_step
from SAMSegmenterLib.models.training.refining.losses import refining_losses
from SAMSegmenterLib.models.training.refining.options import RefiningOptions
from SAMSegmenterLib.models.training.refining.samples import BOX, CLICKS, POINT, Samples
from SAMSegmenterLib.models.training.resumable import ResumableTraining
from SAMSegmenterLib.models.training.state import StoredState

SCHEMA = "sam-refiner-training/1"
_ROUNDS = {"box": BOX, "point": POINT, "clicks": CLICKS}
_RECENT_STEPS = 20


class RefinerTrainer(ResumableTraining[WindowBatch]):
    """Train a refining network from scratch.

    Args:
        samples: all of them.
        options: schedule and seed.
        folder: existing folder for the state and the log.
        identity: what else a resumed run must agree with, as values that JSON knows.
    """

    schema = SCHEMA
    part = "window"
    after_bad_loss = "Start again in another output folder with another --seed, or with more --samples."

    def __init__(self, samples: Samples, options: RefiningOptions, folder: Path, identity: Mapping[str, Any]) -> None:
        torch.manual_seed(options.seed)
        self.network, self.options, self._samples = RefiningNetwork(options.widths), options, samples
        optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=options.learning_rate, weight_decay=options.weight_decay
        )
        super().__init__(self.network, [optimizer], options, folder, identity)
        self._recent: deque[float] = deque(maxlen=_RECENT_STEPS)

    def _check_resumable(self, stored: StoredState) -> None:
        check_same_run(stored, self.options, self.run_state.identity)

    def _draw(self, step: int) -> WindowBatch:
        return batch_of_step(self._samples, step, self.options.batch, self._parts(), self.options.seed)

    def _parts(self) -> int:
        return max(1, self.options.batch >> self.run_state.halvings)

    def _loss(self, drawn: WindowBatch) -> tuple[torch.Tensor, dict[str, Any]]:
        logits = self.network(described(drawn.look).contiguous(memory_format=torch.channels_last), drawn.look.logits)
        losses = refining_losses(logits, drawn.truth, drawn.look.valid)
        loss = (losses * drawn.weights).sum() / drawn.weights.sum().clamp(min=1e-6)
        return loss, _record(drawn, logits.detach(), losses.detach())

    def _too_little_memory(self) -> tuple[str, str]:
        return "a single window", "Close other programs and run the same command again."

    def _seconds_left(self, seconds: float) -> float | None:
        self._recent.append(seconds)
        return sum(self._recent) / len(self._recent) * (self.options.steps - self.step)


def check_same_run(stored: StoredState, options: RefiningOptions, identity: Mapping[str, Any]) -> None:
    """Check that a run may go on from a state.

    Args:
        identity: entries that must be as they were; those left out are not checked.

    Raises:
        InputError: naming what differs, both ways.
    """
    given = {name: value for name, value in options.summary().items() if name != "save_every"}
    check_identity({**stored.options, **stored.run.identity}, {**given, **identity})


def _record(drawn: WindowBatch, logits: torch.Tensor, losses: torch.Tensor) -> dict[str, Any]:
    """What is logged: losses per prompt, and what the best candidates gain in overlap inside their windows."""
    beyond = drawn.look.valid == 0
    before, after = (
        true_iou(each.masked_fill(beyond, -1)[:, None], drawn.truth)[:, 0] for each in (drawn.look.logits, logits)
    )
    record: dict[str, Any] = {"size": SIDE}
    for name, prompt in _ROUNDS.items():
        chosen = (drawn.prompt == prompt) & (drawn.weights > 0)
        record[f"{name}_mask"] = _mean(losses[chosen])
        record[f"{name}_gain"] = _mean((after - before)[chosen & drawn.best])
    return record


def _mean(values: torch.Tensor) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
