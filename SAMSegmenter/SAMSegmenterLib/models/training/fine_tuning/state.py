"""The state of a fine-tuning run on disk: what resuming needs, and what it must agree with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.state_file import read_state, write_state

SCHEMA = "sam-fine-tuning/1"
_WORDS = {
    "model_sha256": "base model",
    "data": "images and labels",
    "images": "way slices are shown to the model",
    "lora_rank": "LoRA rank",
}


@dataclass
class Progress:
    """How far a run is; everything but the weights and the optimiser.

    Args:
        epoch: epochs that are complete.
        position: samples of the epoch at hand that are done.
        slices_at_once, objects_at_once: how much of a batch is computed together; halved when memory does not suffice.
        sums: loss, mask loss and IoU loss of the epoch at hand, and the number of objects.
        history: a record per complete epoch.
        before: what the base model scored, as JSON; None until it was measured.
        notes: what happened and is to be told.
    """

    slices_at_once: int
    objects_at_once: int
    epoch: int = 0
    position: int = 0
    sums: list[float] = field(default_factory=lambda: [0.0] * 4)
    history: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, Any] | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def best_epoch(self) -> int:
        """The epoch of highest validation Dice, the first on ties; the last without validation; 0 before any."""
        scores = [record["validation"] for record in self.history]
        if not scores or scores[-1] is None:
            return len(scores)
        return 1 + scores.index(max(scores))


@dataclass(frozen=True)
class StoredState:
    """What the file holds."""

    identity: dict[str, Any]
    progress: Progress
    weights: dict[str, torch.Tensor]
    best: dict[str, torch.Tensor]
    optimizer: dict[str, Any]


def save_state(
    folder: Path,
    identity: Mapping[str, Any],
    progress: Progress,
    weights: Mapping[str, torch.Tensor],
    best: Mapping[str, torch.Tensor],
    optimizer: Mapping[str, Any],
) -> None:
    """Write the state; an older one stays until the new one is complete.

    Args:
        identity: options, model and data, see `check_identity`.
        weights, best: what is trained, now and after the best epoch (empty before the first).

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    described = {"identity": dict(identity), "progress": vars(progress)}
    tensors = {"weights": dict(weights), "best": dict(best), "optimizer": dict(optimizer)}
    write_state(folder, SCHEMA, described, tensors)


def load_state(folder: Path) -> StoredState | None:
    """The state in a folder; None when there is none.

    Raises:
        ModelError: the file is damaged or of another program.
    """

    def build(described: dict[str, Any], content: dict[str, Any]) -> StoredState:
        progress = Progress(**described["progress"])
        return StoredState(described["identity"], progress, content["weights"], content["best"], content["optimizer"])

    return read_state(folder, SCHEMA, build, "fine-tuning run")


def check_identity(stored: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Check that a run may go on from a state: everything that is given must be as it was.

    Raises:
        InputError: naming what differs, both ways.
    """
    differing = [name for name, value in given.items() if stored.get(name) != value]
    if not differing:
        return
    shown = [_difference(name, stored.get(name), given[name]) for name in differing]
    raise InputError(
        f"The output folder holds a training that began differently: {'; '.join(shown)}.",
        "Repeat the command as it was, or choose another output folder.",
    )


def _difference(name: str, before: Any, now: Any) -> str:
    words = _WORDS.get(name, name.replace("_", " "))
    if name in ("model_sha256", "data"):
        return f"other {words}"
    return f"{words} {_shown(before)}, now {_shown(now)}"


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)
