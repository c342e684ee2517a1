"""The loop of fine-tuning: resumable at any step, bit for bit; stops on a loss that is no number."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from SAMSegmenterLib.core.errors import Cancelled, ModelError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.out_of_memory import free_memory, is_out_of_memory
from SAMSegmenterLib.models.training.decoding import PromptBatch, decode
from SAMSegmenterLib.models.training.fine_tuning.losses import LossParts, fine_tuning_loss
from SAMSegmenterLib.models.training.fine_tuning.network import AdaptedNetwork
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.samples import Sample
from SAMSegmenterLib.models.training.fine_tuning.scores import Evaluate, mean_dice
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split
from SAMSegmenterLib.models.training.fine_tuning.state import Progress, StoredState, save_state
from SAMSegmenterLib.models.training.fine_tuning.targets import Task, draw_objects, make_task

logger = logging.getLogger(__name__)

SAVE_EVERY_S = 60.0
MOST_VALIDATION_SLICES = 64
"""More are thinned out evenly: validation comes after every epoch."""

_ORDER, _OBJECTS = 1, 2  # independent streams of random numbers


class FineTuner:
    """Trains a network on samples.

    Args:
        network: with the base model's weights.
        samples: all of them.
        split: which are trained on, and which choose the best epoch.
        options: of the run.
        identity: what a resumed run must agree with; goes into the state.
        evaluate: measures the network after every epoch.
        folder: existing folder for the state.

    Attributes:
        progress: how far it is.
        best: trained weights after the best epoch; empty before the first.
    """

    def __init__(
        self,
        network: AdaptedNetwork,
        samples: Sequence[Sample],
        split: Split,
        options: FineTuningOptions,
        identity: Mapping[str, Any],
        evaluate: Evaluate,
        folder: Path,
    ) -> None:
        self.network, self.options, self.progress = network, options, _fresh(options)
        self.best: dict[str, torch.Tensor] = {}
        self._training = [samples[number] for number in split.training]
        self._validation = validation_samples(samples, split)
        self._identity, self._evaluate, self._folder = identity, evaluate, folder
        self._optimizer = torch.optim.AdamW(
            list(network.parameters.values()), lr=options.learning_rate, weight_decay=options.weight_decay
        )

    def restore(self, state: StoredState) -> None:
        """Go on from a state.

        Raises:
            ModelError: it is of another network.
        """
        self.network.load_weights(state.weights)
        try:
            self._optimizer.load_state_dict(state.optimizer)
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"The saved optimiser does not fit: {error}.", "Choose an empty output folder.") from error
        self.progress, self.best = state.progress, state.best
        logger.info("Resumed after epoch %d, slice %d.", self.progress.epoch, self.progress.position)

    def save(self) -> None:
        """Write the state.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        weights, optimizer = self.network.weights(), self._optimizer.state_dict()
        save_state(self._folder, self._identity, self.progress, weights, self.best, optimizer)

    def run(self, on_progress: OnProgress = ignore_progress, should_stop: ShouldStop = never_stop) -> None:
        """Train to the end of the last epoch.

        Raises:
            Cancelled: `should_stop` said so; the state is saved.
            ModelError: the loss is no longer a number, or memory does not suffice for a single object; the last good
                state is saved.
            StoreError: the state cannot be written.
        """
        done = self.progress.epoch * len(self._training) + self.progress.position
        meter = ProgressMeter("training", self.options.epochs * len(self._training), on_progress, skipped=done)
        saved = time.monotonic()
        while self.progress.epoch < self.options.epochs:
            if should_stop():
                self.save()
                raise Cancelled
            trained = self._step() if self.progress.position < len(self._training) else 0
            ended = self.progress.position >= len(self._training)
            if ended:
                self._finish_epoch(should_stop)
            meter.advance(self._described(), trained)
            if ended or time.monotonic() - saved > SAVE_EVERY_S:
                self.save()
                saved = time.monotonic()

    def _step(self) -> int:
        """Train on the next batch; returns its number of samples."""
        progress = self.progress
        order = np.random.default_rng([self.options.seed, _ORDER, progress.epoch]).permutation(len(self._training))
        chosen = order[progress.position : progress.position + self.options.batch_size]
        tasks = [self._task(int(number)) for number in chosen]
        while (parts := self._gradients(tasks)) is None:
            self._shrink()
        if not all(math.isfinite(value) for value in parts) or not self._finite_gradients():
            self._stop_on_bad_loss()
        self._optimizer.step()
        progress.sums = [before + now for before, now in zip(progress.sums, parts, strict=True)]
        progress.position += len(chosen)
        return len(chosen)

    def _task(self, number: int) -> Task:
        """Objects and prompts of a sample in this epoch; the same whatever batch it is in."""
        rng = np.random.default_rng([self.options.seed, _OBJECTS, self.progress.epoch, number])
        sample = self._training[number]
        objects = draw_objects(sample, self.options.objects_per_slice, rng)
        return make_task(sample, objects, self.network.spec, self.options.rules, rng)

    def _gradients(self, tasks: Sequence[Task]) -> list[float] | None:
        """Add up the gradients of a batch; None when memory does not suffice.

        Returns:
            Sums of the loss, the mask loss and the IoU loss, and the number of objects.
        """
        self.network.train()
        self._optimizer.zero_grad(set_to_none=True)
        parts = [part for task in tasks for part in task.parts(self.progress.objects_at_once)]
        count = sum(len(task) for task in tasks)
        sums = [0.0, 0.0, 0.0, float(count)]
        try:
            for start in range(0, len(parts), self.progress.slices_at_once):
                loss = self._loss(parts[start : start + self.progress.slices_at_once])
                (loss.total / count).backward()
                for nth, value in enumerate((float(loss.total.detach()), loss.mask, loss.iou)):
                    sums[nth] += value
            return sums
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
        self._optimizer.zero_grad(set_to_none=True)
        free_memory()
        return None

    def _loss(self, parts: Sequence[Task]) -> LossParts:
        network, recipe = self.network, self.options.rules
        features = torch.cat([network.features(part.image).expand(len(part), -1, -1, -1) for part in parts])
        boxes = None if recipe.promptless else torch.cat([part.boxes for part in parts]).to(network.device)
        prompts = PromptBatch(torch.arange(len(features), device=network.device), boxes=boxes)
        logits, predicted = decode(network.sam, features, prompts)
        logits = logits - network.spec.mask_threshold
        targets, content = (
            torch.cat([getattr(part, name) for part in parts]).to(network.device) for name in ("targets", "content")
        )
        return fine_tuning_loss(logits, predicted, targets, content, with_candidates=not recipe.promptless)

    def _finite_gradients(self) -> bool:
        gradients = [p.grad for p in self.network.parameters.values() if p.grad is not None]
        return bool(torch.stack([gradient.isfinite().all() for gradient in gradients]).all())

    def _stop_on_bad_loss(self) -> None:
        self._optimizer.zero_grad(set_to_none=True)
        self.save()
        kept = (
            f"Add --finish to write the model of epoch {self.progress.best_epoch}, or start again in another folder "
            "with a lower --learning-rate."
            if self.best
            else "Start again in another output folder with a lower --learning-rate."
        )
        raise ModelError(
            f"The loss is no longer a number in epoch {self.progress.epoch + 1}; training stopped, and the state "
            f"before that step is kept in {self._folder}.",
            kept,
        )

    def _shrink(self) -> None:
        """Halve what is computed at once; the gradients are added up, so a step stays what it was."""
        progress = self.progress
        if progress.slices_at_once > 1:
            progress.slices_at_once //= 2
            part = _count(progress.slices_at_once, "slice")
        elif progress.objects_at_once > 1:
            progress.objects_at_once //= 2
            part = _count(progress.objects_at_once, "object")
        else:
            self.save()
            raise ModelError(
                f"The memory of '{self.network.device}' does not suffice for a single object.",
                "Close other programs, choose a smaller model, leave out --lora, or choose --device cpu.",
            )
        self._note(f"Memory did not suffice: the batch was halved and is computed {part} at a time.")

    def _finish_epoch(self, should_stop: ShouldStop) -> None:
        try:
            validation = self._validate(should_stop)
        except Cancelled:
            self.save()
            raise
        progress = self.progress
        loss, mask, iou, count = progress.sums
        progress.epoch, progress.position, progress.sums = progress.epoch + 1, 0, [0.0] * 4
        record: dict[str, Any] = {"epoch": progress.epoch, "loss": loss / count, "mask_loss": mask / count}
        progress.history.append({**record, "iou_loss": iou / count, "validation": validation})
        if progress.best_epoch == progress.epoch:
            self.best = self.network.weights()

    def _validate(self, should_stop: ShouldStop) -> float | None:
        if not self._validation:
            return None
        return mean_dice(
            self._evaluate(self.network.predictor(), self._validation, False, ignore_progress, should_stop)
        )

    def _note(self, text: str) -> None:
        self.progress.notes.append(text)
        logger.warning(text)

    def _described(self) -> str:
        if not self.progress.history:
            return f"epoch {self.progress.epoch + 1}"
        last = self.progress.history[-1]
        dice = "" if last["validation"] is None else f", validation Dice {last['validation']:.3f}"
        return f"epoch {last['epoch']}: loss {last['loss']:.3f}{dice}"


def _fresh(options: FineTuningOptions) -> Progress:
    return Progress(options.batch_size, options.objects_per_slice)


def validation_samples(samples: Sequence[Sample], split: Split) -> list[Sample]:
    """Samples that are measured after every epoch: those of the split, evenly thinned out when they are many."""
    numbers, most = split.validation, MOST_VALIDATION_SLICES
    chosen = numbers if len(numbers) <= most else [numbers[n * len(numbers) // most] for n in range(most)]
    return [samples[number] for number in chosen]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
