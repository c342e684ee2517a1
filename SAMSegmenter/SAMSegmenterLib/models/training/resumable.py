"""A training that may end at any moment: averaged weights, resumable, halves its steps, stops on a bad loss."""

from __future__ import annotations

import logging
import math
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from torch import nn

from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.out_of_memory import free_memory, is_out_of_memory
from SAMSegmenterLib.models.training.prefetch import Prefetcher
from SAMSegmenterLib.models.training.schedule import Schedule
from SAMSegmenterLib.models.training.state import RunState, StoredState, load_state, remove_leftovers, save_state
from SAMSegmenterLib.models.training.training_log import TrainingLog

logger = logging.getLogger(__name__)

_SHOWN_STEPS = 50  # whose mean loss the progress shows

T = TypeVar("T")


class ResumableTraining(ABC, Generic[T]):
    """Trains a network on what is drawn for each step.

    Args:
        network: with its initial weights; trained in place.
        optimizers: of its weights.
        options: schedule and seed.
        folder: existing folder for the state and the log.
        identity: what else a resumed run must agree with, as values that JSON knows.

    Attributes:
        average: averaged weights by name, the result.
        run_state: where the run is.
    """

    schema: str
    """Kind and version of the state."""

    part = "image"
    """What a step has several of, in words."""

    after_bad_loss = "Start again in another output folder with a lower learning rate, perhaps from the weights so far."
    """What to do when the loss is no number."""

    def __init__(
        self,
        network: nn.Module,
        optimizers: Sequence[torch.optim.Optimizer],
        options: Schedule,
        folder: Path,
        identity: Mapping[str, Any] | None = None,
    ) -> None:
        self._network = network.to(memory_format=torch.channels_last)
        self._schedule, self._optimizers, self._folder = options, tuple(optimizers), Path(folder)
        self.run_state = RunState(dict(identity or {}), computer=_computer())
        self.average = {name: value.clone() for name, value in network.state_dict().items()}
        self._log = TrainingLog(self._folder)
        self._restored = False

    @abstractmethod
    def _draw(self, step: int) -> T:
        """Draw what a step (from 0) learns from; called on a background thread."""

    @abstractmethod
    def _loss(self, drawn: T) -> tuple[torch.Tensor, dict[str, Any]]:
        """Compute the loss and what is logged of it; the network is in training mode."""

    @abstractmethod
    def _parts(self) -> int:
        """How many parts the step at hand has."""

    @abstractmethod
    def _check_resumable(self, stored: StoredState) -> None:
        """Refuse the state of a run that began differently."""

    @abstractmethod
    def _too_little_memory(self) -> tuple[str, str]:
        """Name a step of one part, and what to do when memory does not suffice for it."""

    @abstractmethod
    def _seconds_left(self, seconds: float) -> float | None:
        """Estimate after a step that took so many seconds."""

    def _shown(self, loss: float) -> str:
        """What the progress tells beside the step."""
        return f"loss {loss:.2f}"

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
        stored = load_state(self._folder, self.schema)
        if stored is not None:
            self._check_resumable(stored)
            self._take_up(stored)
            logger.info("Resumed after step %d of %d.", self.step, self._schedule.total_steps)
        self._log.keep_until(self.step)
        return self.step

    def _take_up(self, stored: StoredState) -> None:
        try:
            self._network.load_state_dict(stored.model)
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
            InputError: the folder holds a run that began differently, or nothing usable can be drawn.
            ModelError: the loss became infinite or no number, or memory does not suffice for one part of a step; the
                state before that step is saved.
            StoreError: the state or the log cannot be written.
        """
        if not self._restored:
            self.restore()
        losses, total = deque(maxlen=_SHOWN_STEPS), self._schedule.total_steps
        with Prefetcher(self._draw) as batches:
            while self.step < total and not should_stop():
                started = time.monotonic()
                record = self._train_step(batches)
                self._count_step(record, time.monotonic() - started)
                left = self._seconds_left(time.monotonic() - started)
                losses.append(record["loss"])
                message = self._shown(sum(losses) / len(losses))
                on_progress(ProgressEvent("training", self.step, total, left, message))
                if self.step % self._schedule.save_every == 0:
                    self.save_state()
                if self.step % report_every == 0:
                    report()
        self.save_state()
        report()
        return self.average

    def _train_step(self, batches: Prefetcher[T]) -> dict[str, Any]:
        record = None
        while record is None:
            drawn = batches.take(self.step)
            if self.step + 1 < self._schedule.total_steps:
                batches.prepare(self.step + 1)
            record = self._gradients(drawn)
            if record is None:
                batches.forget()
                self._halve()
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = self._schedule.rate_at(self.step)
            optimizer.step()
        self.run_state.step += 1
        self._update_average()
        return record

    def _gradients(self, drawn: T) -> dict[str, Any] | None:
        """Compute loss and gradients; None, and everything as before, when memory does not suffice."""
        buffers = {name: value.clone() for name, value in self._network.named_buffers()}
        self._network.train()
        self._network.zero_grad(set_to_none=True)
        try:
            loss, record = self._loss(drawn)
            loss.backward()
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            record = None
        if record is None:
            self._undo(buffers)
            return None
        norm = torch.nn.utils.clip_grad_norm_(self._network.parameters(), self._schedule.clip_norm)
        if not math.isfinite(float(loss.detach())) or not math.isfinite(float(norm)):
            self._undo(buffers)
            self._stop_on_bad_loss()
        found = {"rate": self._schedule.rate_at(self.step), "loss": round(float(loss.detach()), 4)}
        return {"step": self.step + 1, **found, **record}

    @torch.no_grad()
    def _undo(self, buffers: Mapping[str, torch.Tensor]) -> None:
        """Forget the gradients and what the norms have seen of a step that is not taken."""
        self._network.zero_grad(set_to_none=True)
        for name, value in self._network.named_buffers():
            value.copy_(buffers[name])

    def _stop_on_bad_loss(self) -> None:
        self.save_state()
        raise ModelError(
            f"The loss is no longer a number after step {self.step}; training stopped, and the state before that step "
            f"is kept in {self._folder}.",
            self.after_bad_loss,
        )

    def _halve(self) -> None:
        parts = self._parts()
        if parts == 1:
            self.save_state()
            single, hint = self._too_little_memory()
            raise ModelError(
                f"Memory does not suffice for {single}; the state after step {self.step} is kept in {self._folder}.",
                hint,
            )
        free_memory()
        self.run_state.halvings += 1
        after = f"from step {self.step + 1} on, a step has {parts // 2} in place of {parts} {self.part}s"
        self._tell(f"Memory did not suffice: {after}.", images=parts // 2)
        self.save_state()

    @torch.no_grad()
    def _update_average(self) -> None:
        decay = min(self._schedule.average_decay, (1 + self.step) / (10 + self.step))
        for name, value in self._network.state_dict().items():
            if value.is_floating_point():
                self.average[name].lerp_(value, 1.0 - decay)
            else:
                self.average[name].copy_(value)

    def _count_step(self, record: dict[str, Any], seconds: float) -> None:
        self.run_state.seconds += seconds
        self._log.add({**record, "seconds": round(self.run_state.seconds, 2)})

    def save_state(self) -> None:
        """Write everything that resuming needs.

        Raises:
            StoreError: the disk is full, or the folder cannot be written.
        """
        model, optimizers = self._network.state_dict(), [optimizer.state_dict() for optimizer in self._optimizers]
        summary = self._schedule.summary()
        save_state(self._folder, self.run_state, summary, model, self.average, optimizers, self.schema)


def _computer() -> str:
    return f"{torch.get_num_threads()} threads and PyTorch {torch.__version__}"
