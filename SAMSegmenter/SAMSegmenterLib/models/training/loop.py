"""The training loop: Muon and AdamW, averaged weights, resumable, stops on a loss that is no number."""

from __future__ import annotations

import json
import logging
import math
import pickle
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn import functional

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.models.training.batches import Batch, BatchMaker
from SAMSegmenterLib.models.training.decoding import PromptBatch, decode, set_input_size
from SAMSegmenterLib.models.training.grouping import grouping_loss, pixel_features
from SAMSegmenterLib.models.training.losses import prompt_loss
from SAMSegmenterLib.models.training.muon import Muon
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.rounds import box_round, point_round, several_clicks_round

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)

STATE_FILE = "state.pt"
LOG_FILE = "log.jsonl"


class Trainer:
    """Train a network of the small architecture.

    Args:
        sam: network with its initial weights; trained in place.
        make_batches: gives the batch maker of a stage.
        options: schedule and seed.
        folder: existing folder for the state and the log.
    """

    def __init__(
        self, sam: Sam, make_batches: Callable[[Stage], BatchMaker], options: TrainingOptions, folder: Path
    ) -> None:
        self.sam = sam.to(memory_format=torch.channels_last)
        self.options = options
        self.step = 0
        self.average = {name: value.clone() for name, value in sam.state_dict().items()}
        self._make_batches = make_batches
        self._makers: dict[Stage, BatchMaker] = {}
        self._folder = Path(folder)
        self._optimizers = make_optimizers(sam, options)

    def run(self, should_stop: Callable[[], bool] = lambda: False) -> dict[str, torch.Tensor]:
        """Train from the last state to the end of the schedule.

        Args:
            should_stop: asked before every step; True saves the state and returns.

        Returns:
            The averaged weights by name.

        Raises:
            ModelError: the loss became infinite or no number; the state before that step is saved.
        """
        self._load_state()
        started = time.monotonic()
        while self.step < self.options.total_steps and not should_stop():
            record = self._train_step()
            record["seconds"] = round(time.monotonic() - started, 2)
            self._log(record)
            if self.step % self.options.save_every == 0:
                self.save_state()
        self.save_state()
        return self.average

    def _train_step(self) -> dict[str, float]:
        options, stage = self.options, self.options.stage_at(self.step)
        rng = np.random.default_rng([options.seed, self.step])
        if stage not in self._makers:
            self._makers[stage] = self._make_batches(stage)
        batch = self._makers[stage].draw(stage.size, rng)
        set_input_size(self.sam, stage.size)
        self.sam.train()
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = options.rate_at(self.step)
        before = {name: value.clone() for name, value in self.sam.named_buffers()}
        loss, record = step_loss(
            self.sam, batch, options.crutch_at(self.step), rng, options.grouping_weight, stage.prompts
        )
        self.sam.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.sam.parameters(), options.clip_norm)
        if not math.isfinite(float(loss.detach())) or not math.isfinite(float(norm)):
            self._stop_on_bad_loss(before)
        for optimizer in self._optimizers:
            optimizer.step()
        self.step += 1
        self._update_average()
        return {"step": self.step, "size": stage.size, "rate": options.rate_at(self.step - 1), **record}

    def _stop_on_bad_loss(self, buffers: dict[str, torch.Tensor]) -> None:
        with torch.no_grad():
            for name, value in self.sam.named_buffers():
                value.copy_(buffers[name])
        self.save_state()
        raise ModelError(
            f"The loss is no longer a number after step {self.step}; the state before it is kept in {self._folder}.",
            hint="Lower the learning rate and run the same command again.",
        )

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.options.average_decay, (1 + self.step) / (10 + self.step))
        for name, value in self.sam.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - decay)
            else:
                self.average[name].copy_(value)

    def save_state(self) -> None:
        """Write everything that resuming needs."""
        state = {
            "step": self.step,
            "model": self.sam.state_dict(),
            "average": self.average,
            "optimizers": [optimizer.state_dict() for optimizer in self._optimizers],
        }
        with atomic_path(self._folder / STATE_FILE) as temporary:
            torch.save(state, temporary)

    def _load_state(self) -> None:
        path = self._folder / STATE_FILE
        if not path.exists():
            return
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            self.sam.load_state_dict(state["model"])
            for optimizer, saved in zip(self._optimizers, state["optimizers"], strict=True):
                optimizer.load_state_dict(saved)
            self.average, self.step = state["average"], int(state["step"])
        except (RuntimeError, KeyError, ValueError, TypeError, EOFError, pickle.UnpicklingError) as error:
            raise ModelError(
                f"{path} is not a state of this network: {error}", hint="Choose an empty output folder to start again."
            ) from error
        logger.info("Resumed after step %d.", self.step)

    def _log(self, record: dict[str, float]) -> None:
        with (self._folder / LOG_FILE).open("a", encoding="utf-8") as stream:
            stream.write(json.dumps(record) + "\n")


def step_loss(
    sam: Sam, batch: Batch, crutch: float, rng: np.random.Generator, grouping_weight: float = 0.5, prompts: bool = True
) -> tuple[torch.Tensor, dict[str, float]]:
    """Compute the loss of one step: grouping, and three prompt rounds on embeddings computed once.

    Args:
        sam: the network, set to the batch's image size.
        batch: images and objects.
        crutch: chance that prompts are drawn into the mask prompt.
        rng: source of randomness.
        grouping_weight: weight of the grouping loss beside the prompt rounds.
        prompts: False minimises the grouping loss alone.

    Returns:
        The loss to minimise, and losses and IoU errors per round.
    """
    images = ((batch.images - sam.pixel_mean) / sam.pixel_std).contiguous(memory_format=torch.channels_last)
    embeddings = sam.image_encoder(images).contiguous()
    targets = functional.avg_pool2d(torch.from_numpy(batch.masks).float()[:, None], 2)[:, 0]
    grouping = grouping_loss(pixel_features(sam, embeddings), targets, batch.image_index)
    record: dict[str, float] = {"grouping": round(float(grouping.detach()), 4)}
    if not prompts:
        return grouping, record
    losses = [grouping_weight * grouping]

    def run_round(name: str, given: PromptBatch, spread_weight: float) -> torch.Tensor:
        logits, predicted = decode(sam, embeddings, given)
        parts = prompt_loss(logits, predicted, targets, spread_weight)
        losses.append(parts.total)
        record[f"{name}_mask"], record[f"{name}_iou"] = round(parts.mask, 4), round(parts.iou, 4)
        chosen = 1 + predicted[:, 1:].argmax(dim=1)
        return logits[torch.arange(len(logits)), chosen].detach()

    boxes = box_round(batch.masks, batch.image_index, crutch, rng)
    points = point_round(batch.masks, batch.image_index, crutch, rng)
    after_box = run_round("box", boxes, 0.3)
    after_point = run_round("point", points, 0.0)
    earlier, seen = (boxes, after_box) if rng.random() < 0.3 else (points, after_point)
    run_round("clicks", several_clicks_round(batch.masks, earlier, seen, crutch, rng), 0.3)
    return torch.stack(losses).sum(), record


def make_optimizers(sam: Sam, options: TrainingOptions) -> tuple[torch.optim.Optimizer, ...]:
    """Give matrices and kernels to Muon, and all other weights to AdamW, without decay.

    Args:
        sam: the network.
        options: learning rate and weight decay.

    Returns:
        Muon and AdamW.
    """
    trained = [parameter for parameter in sam.parameters() if parameter.requires_grad]
    matrices = [p for p in trained if p.ndim >= 2 and len(p) > 1 and p[0].numel() > 1]
    taken = {id(p) for p in matrices}
    others = [p for p in trained if id(p) not in taken]
    return (
        Muon(matrices, lr=options.learning_rate, weight_decay=options.weight_decay),
        torch.optim.AdamW(others, lr=options.learning_rate, weight_decay=0.0),
    )
