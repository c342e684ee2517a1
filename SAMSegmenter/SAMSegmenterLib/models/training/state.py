"""The state of a training run on disk: what resuming needs, and what a resumed run must agree with."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.options import TrainingOptions
from SAMSegmenterLib.models.training.state_file import read_state, write_state

SCHEMA = "sam-training/1"
_LEFT_BY_A_KILLED_RUN = re.compile(r"\.[0-9a-f]{12}\.(pt|npz)")  # as `atomic_path` names what is not complete
_SCHEDULE = "stages"
_WITHOUT_EFFECT = "save_every"


@dataclass
class RunState:
    """Where a run is.

    Args:
        identity: what the run was started with besides its options: data, start weights.
        step: steps that are complete.
        seconds: time they took, over all interruptions.
        halvings: how often the images per step were halved because memory did not suffice.
        notes: what happened and is to be told.
        computer: threads and version of PyTorch, which also decide the last digits of the weights.
    """

    identity: dict[str, Any] = field(default_factory=dict)
    step: int = 0
    seconds: float = 0.0
    halvings: int = 0
    notes: list[str] = field(default_factory=list)
    computer: str = ""


@dataclass(frozen=True)
class StoredState:
    """What the file holds; `options` as their `summary` gives them."""

    run: RunState
    options: dict[str, Any]
    model: dict[str, torch.Tensor]
    average: dict[str, torch.Tensor]
    optimizers: list[dict[str, Any]]


def save_state(
    folder: Path,
    run: RunState,
    options: Mapping[str, Any],
    model: Mapping[str, torch.Tensor],
    average: Mapping[str, torch.Tensor],
    optimizers: list[dict[str, Any]],
    schema: str = SCHEMA,
) -> None:
    """Write the state; an older one stays until the new one is complete.

    Args:
        options: as their `summary` gives them.
        schema: kind and version of the training.

    Raises:
        StoreError: the disk is full, or the folder cannot be written.
    """
    described = {"run": vars(run), "options": dict(options)}
    tensors = {"model": dict(model), "average": dict(average), "optimizers": optimizers}
    write_state(folder, schema, described, tensors)


def load_state(folder: Path, schema: str = SCHEMA) -> StoredState | None:
    """Read the state in a folder; None when there is none.

    Args:
        schema: what `save_state` was given.

    Raises:
        ModelError: the file is damaged or of another program.
    """

    def build(described: dict[str, Any], content: dict[str, Any]) -> StoredState:
        run, options = RunState(**described["run"]), described["options"]
        return StoredState(run, options, content["model"], content["average"], content["optimizers"])

    return read_state(folder, schema, build, "training")


def remove_leftovers(folder: Path) -> None:
    """Delete incomplete states and samples of runs that were killed while they saved."""
    for path in folder.iterdir():
        if _LEFT_BY_A_KILLED_RUN.fullmatch(path.name):
            path.unlink(missing_ok=True)


def check_resumable(stored: StoredState, options: TrainingOptions, identity: Mapping[str, Any]) -> None:
    """Check that a run may go on from a state: it must be the same run, or one with a longer schedule.

    Args:
        options: of the run that is to go on; stages may differ in what is not trained yet.
        identity: entries that must be as they were; those left out are not checked.

    Raises:
        InputError: naming what differs, both ways.
    """
    given = json.loads(json.dumps(options.summary()))
    differing = [
        f"{name.replace('_', ' ')} {stored.options.get(name)}, now {given[name]}"
        for name in given
        if name not in (_SCHEDULE, _WITHOUT_EFFECT) and stored.options.get(name) != given[name]
    ]
    differing += [
        f"other {name.replace('_', ' ')}" for name in identity if stored.run.identity.get(name) != identity[name]
    ]
    step = stored.run.step
    before, now = (_trained(each[_SCHEDULE], step) for each in (stored.options, given))
    if before != now:
        differing.append(f"the first {step} steps {_described(before)}, now {_described(now)}")
    if differing:
        raise InputError(
            f"The output folder holds a training that began differently: {'; '.join(differing)}.",
            "Repeat the command as it was, or choose another output folder. Only stages after the steps that are "
            "trained may change.",
        )


def _trained(stages: list[dict[str, Any]], steps: int) -> list[dict[str, Any]]:
    """The stages cut off after a number of steps; equal neighbours are one."""
    parts: list[dict[str, Any]] = []
    for stage in stages:
        count = min(stage["steps"], steps)
        steps -= count
        if parts and {**parts[-1], "steps": 0} == {**stage, "steps": 0}:
            parts[-1] = {**stage, "steps": parts[-1]["steps"] + count}
        elif count:
            parts.append({**stage, "steps": count})
    return parts


def _described(stages: list[dict[str, Any]]) -> str:
    """Stages in the words of the command line, with what is drawn per step."""
    return ", ".join(
        f"{stage['size']}{'x' if stage['prompts'] else 'g'}{stage['steps']} ({stage['batch']['images']} images of "
        f"{stage['batch']['objects_per_image']} objects)"
        for stage in stages
    )
