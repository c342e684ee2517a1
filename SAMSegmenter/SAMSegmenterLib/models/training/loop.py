"""The training loop: averaged weights, resumable, halves its batches for want of memory, stops on a bad loss."""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.out_of_memory import free_memory, is_out_of_memory
from SAMSegmenterLib.models.training.batches import Batch, BatchMaker
from SAMSegmenterLib.models.training.decoding import set_input_size
from SAMSegmenterLib.models.training.options import Stage, TrainingOptions
from SAMSegmenterLib.models.training.prefetch import Prefetcher
from SAMSegmenterLib.models.training.state import (
    RunState,
    StoredState,
    check_resumable,
    load_state,
    remove_leftovers,
    save_state,
)
from SAMSegmenterLib.models.training.step import make_optimizers, step_loss
from SAMSegmenterLib.models.training.time_left import TimeLeft
from SAMSegmenterLib.models.training.training_log import TrainingLog

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

logger = logging.getLogger(__name__)

_SHOWN_STEPS = 50  # whose mean loss the progress shows


class Trainer:
    """Train a network of the small architecture.

    Args:
        sam: network with its initial weights; trained in place.
        make_batches: gives the batch maker of a stage; called on a background thread.
        options: schedule and seed.
        folder: existing folder for the state and the log.
        identity: what else a resumed run must agree with, as values that JSON knows.

    Attributes:
        average: averaged weights by name, the result.
        run_state: where the run is.
    """

    def __init__(
        self,
        sam: Sam,
        make_batches: Callable[[Stage], BatchMaker],
        options: TrainingOptions,
        folder: Path,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        self.sam = sam.to(memory_format=torch.channels_last)
        self.options = options
        self.run_state = RunState(dict(identity or {}), computer=_computer())
        self.average = {name: value.clone() for name, value in sam.state_dict().items()}
        self._make_batches = make_batches
        self._makers: dict[Stage, BatchMaker] = {}
        self._folder = Path(folder)
        self._log = TrainingLog(self._folder)
        self._optimizers = make_optimizers(sam, options)
        self._restored = False

    @property
    def step(self) -> int:
        """Steps that are complete."""
        return self.run_state.step

    def restore(self) -> int:
        """Take up the state in the folder, if there is one.

        Returns:
            The step after which training goes on, 0 for a new run.

        Raises:
            InputError: the folder holds a run that began differently.
            ModelError: the state is damaged, or of another network.
        """
        self._restored = True
        remove_leftovers(self._folder)
        stored = load_state(self._folder)
        if stored is not None:
            check_resumable(stored, self.options, self.run_state.identity)
            self._take_up(stored)
            logger.info("Resumed after step %d of %d.", self.step, self.options.total_steps)
        self._log.keep_until(self.step)
        return self.step

    def _take_up(self, stored: StoredState) -> None:
        try:
            self.sam.load_state_dict(stored.model)
            for optimizer, saved in zip(self._optimizers, stored.optimizers, strict=True):
                optimizer.load_state_dict(saved)
        except (RuntimeError, KeyError, ValueError, TypeError) as error:
            raise ModelError(
                f"The state in {self._folder} is not one of this network: {str(error).partition(chr(10))[0]}",
                "Choose an empty output folder to start again.",
            ) from error
        self.average, self.run_state = stored.average, stored.run
        if stored.run.computer != _computer():
            self._tell(
                f"From step {self.step + 1} on trained with {_computer()}, before that with {stored.run.computer}; an "
                "undisturbed run would differ in the last digits."
            )
            self.run_state.computer = _computer()

    def _tell(self, note: str, **more: int) -> None:
        self.run_state.notes.append(note)
        self._log.add({"step": self.step, "note": note, **more})
        logger.warning(note)

    def run(
        self,
        should_stop: ShouldStop = never_stop,
        on_progress: OnProgress = ignore_progress,
        report: Callable[[], None] = lambda: None,
        report_every: int = 200,
    ) -> dict[str, torch.Tensor]:
        """Train from the last state to the end of the schedule.

        Args:
            should_stop: asked before every step; True saves the state and returns.
            on_progress: told after every step.
            report: called every `report_every` steps and at the end, to draw the log, say.

        Returns:
            The averaged weights by name.

        Raises:
            InputError: the folder holds a run that began differently, or hardly any image has a usable object.
            ModelError: the loss became infinite or no number, or memory does not suffice for one image; the state
                before that step is saved.
            StoreError: the state or the log cannot be written.
        """
        if not self._restored:
            self.restore()
        left, losses = TimeLeft(self.options), deque(maxlen=_SHOWN_STEPS)
        with Prefetcher(self._draw) as batches:
            while self.step < self.options.total_steps and not should_stop():
                stage, started = self.options.stage_at(self.step), time.monotonic()
                record = self._train_step(batches)
                self._count_step(record, time.monotonic() - started)
                left.add(stage, time.monotonic() - started)
                losses.append(record["loss"])
                on_progress(self._event(stage.size, sum(losses) / len(losses), left.after(self.step)))
                if self.step % self.options.save_every == 0:
                    self.save_state()
                if self.step % report_every == 0:
                    report()
        self.save_state()
        report()
        return self.average

    def _train_step(self, batches: Prefetcher[tuple[Batch, np.random.Generator]]) -> dict[str, Any]:
        record = None
        while record is None:
            batch, rng = batches.take(self.step)
            if self.step + 1 < self.options.total_steps:
                batches.prepare(self.step + 1)
            record = self._gradients(batch, rng)
            if record is None:
                batches.forget()
                self._halve()
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self.options.rate_at(self.step)
            optimizer.step()
        self.run_state.step += 1
        self._update_average()
        return record

    def _draw(self, step: int) -> tuple[Batch, np.random.Generator]:
        """Draw the batch of a step, with the random numbers that its prompts go on with."""
        stage = self._stage(step)
        if stage not in self._makers:
            self._makers[stage] = self._make_batches(stage)
        rng = np.random.default_rng([self.options.seed, step])
        return self._makers[stage].draw(stage.size, rng), rng

    def _stage(self, step: int) -> Stage:
        return self.options.stage_at(step).halved(self.run_state.halvings)

    def _gradients(self, batch: Batch, rng: np.random.Generator) -> dict[str, Any] | None:
        """Compute loss and gradients; None, and everything as before, when memory does not suffice."""
        options, stage = self.options, self._stage(self.step)
        buffers = {name: value.clone() for name, value in self.sam.named_buffers()}
        set_input_size(self.sam, stage.size)
        self.sam.train()
        self.sam.zero_grad(set_to_none=True)
        try:
            loss, record = step_loss(
                self.sam, batch, options.crutch_at(self.step), rng, options.grouping_weight, stage.prompts
            )
            loss.backward()
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            record = None
        if record is None:
            self._undo(buffers)
            return None
        norm = torch.nn.utils.clip_grad_norm_(self.sam.parameters(), options.clip_norm)
        if not math.isfinite(float(loss.detach())) or not math.isfinite(float(norm)):
            self._undo(buffers)
            self._stop_on_bad_loss()
        rate = options.rate_at(self.step)
        return {
            "step": self.step + 1,
            "size": stage.size,
            "rate": rate,
            "loss": round(float(loss.detach()), 4),
            **record,
        }

    @torch.no_grad()
    def _undo(self, buffers: Mapping[str, torch.Tensor]) -> None:
        """Forget the gradients and what the norms have seen of a step that is not taken."""
        self.sam.zero_grad(set_to_none=True)
        for name, value in self.sam.named_buffers():
            value.copy_(buffers[name])

    def _stop_on_bad_loss(self) -> None:
        self.save_state()
        raise ModelError(
            f"The loss is no longer a number after step {self.step}; training stopped, and the state before that step "
            f"is kept in {self._folder}.",
            "Start again in another output folder with a lower learning rate, perhaps from the weights so far.",
        )

    def _halve(self) -> None:
        images = self._stage(self.step).batch.images
        if images == 1:
            self.save_state()
            raise ModelError(
                f"Memory does not suffice for a single image of {self._stage(self.step).size} pixels; the state after "
                f"step {self.step} is kept in {self._folder}.",
                "Close other programs and run the same command again, or start with fewer objects or smaller images.",
            )
        free_memory()
        self.run_state.halvings += 1
        after = f"from step {self.step + 1} on, a step has {images // 2} in place of {images} images"
        self._tell(f"Memory did not suffice: {after}.", images=images // 2)
        self.save_state()

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self.options.average_decay, (1 + self.step) / (10 + self.step))
        for name, value in self.sam.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - decay)
            else:
                self.average[name].copy_(value)

    def _count_step(self, record: dict[str, Any], seconds: float) -> None:
        self.run_state.seconds += seconds
        self._log.add({**record, "seconds": round(self.run_state.seconds, 2)})

    def _event(self, size: int, loss: float, seconds_left: float | None) -> ProgressEvent:
        message = f"{size} px, loss {loss:.2f}"
        return ProgressEvent("training", self.step, self.options.total_steps, seconds_left, message)

    def save_state(self) -> None:
        """Write everything that resuming needs.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        optimizers = [optimizer.state_dict() for optimizer in self._optimizers]
        save_state(self._folder, self.run_state, self.options, self.sam.state_dict(), self.average, optimizers)


def _computer() -> str:
    return f"{torch.get_num_threads()} threads and PyTorch {torch.__version__}"
