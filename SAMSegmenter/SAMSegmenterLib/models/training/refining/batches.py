"""The windows of one training step, turned over at random."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch

from SAMSegmenterLib.models.refining.appearance import Look
from SAMSegmenterLib.models.training.refining.samples import POINT, Samples

_PLANES = ("colours", "valid", "logits", "box", "clicked", "excluded")
_ORDER, _CHANGES = 1, 2  # independent streams of random numbers

_HOPELESS, _HOPELESS_WEIGHT = 0.1, 0.3
_MEANT = 0.4
"""Overlap above which a candidate that is not the best one still shows the object that is meant."""


@dataclass(frozen=True, eq=False)
class WindowBatch:
    """Windows and what is to be learnt from them.

    Args:
        look: of B windows.
        truth: (B, S, S) float32, 0 to 1.
        weights: (B,) of their losses, at least 0.
        overlap: (B,) IoU of the answers that are to be refined.
        prompt: (B,) int64, BOX, POINT or CLICKS.
        best: (B,) bool.
    """

    look: Look
    truth: torch.Tensor
    weights: torch.Tensor
    overlap: torch.Tensor
    prompt: torch.Tensor
    best: torch.Tensor

    def __len__(self) -> int:
        return len(self.truth)


def batch_of_step(samples: Samples, step: int, size: int, part: int, seed: int) -> WindowBatch:
    """Draw the windows of a step; each comes once before any comes again.

    Args:
        samples: all of them.
        step: from 0.
        size: windows per step.
        part: how many of those are taken; fewer where memory does not suffice.
        seed: the same gives the same batch.
    """
    rows = _rows(len(samples), step * size, size, seed)[:part]
    return changed(batch_of(samples, rows), np.random.default_rng([seed, _CHANGES, step]))


def _rows(count: int, start: int, size: int, seed: int) -> np.ndarray:
    """Which samples have the places from `start` on, when all come again and again, shuffled each time."""
    places = np.arange(start, start + size)
    turns = places // count
    orders = {turn: np.random.default_rng([seed, _ORDER, turn]).permutation(count) for turn in np.unique(turns)}
    return np.array([orders[turn][place % count] for turn, place in zip(turns, places, strict=True)])


def batch_of(samples: Samples, rows: np.ndarray) -> WindowBatch:
    """Some windows as they were drawn."""
    arrays = {name: samples.arrays[name][rows] for name in ("truth", "overlap", "prompt", "candidate", "best")}
    weights = loss_weights(arrays["overlap"], arrays["prompt"], arrays["candidate"], arrays["best"])
    return WindowBatch(
        samples.looks(rows.tolist()),
        torch.from_numpy(arrays["truth"].astype(np.float32) / 255),
        torch.from_numpy(weights),
        torch.from_numpy(arrays["overlap"]),
        torch.from_numpy(arrays["prompt"].astype(np.int64)),
        torch.from_numpy(arrays["best"]),
    )


def loss_weights(overlap: np.ndarray, prompt: np.ndarray, candidate: np.ndarray, best: np.ndarray) -> np.ndarray:
    """How much each window counts: one that may mean another object does not, one that is hopeless counts less.

    Args:
        overlap, prompt, candidate, best: (B,) as in `Samples`.

    Returns:
        (B,) float32, 0 to 1.
    """
    ambiguous = (prompt == POINT) | (candidate == 0)
    counts = best | ~ambiguous | (overlap > _MEANT)
    return np.where(counts, np.where(overlap < _HOPELESS, _HOPELESS_WEIGHT, 1.0), 0.0).astype(np.float32)


def changed(batch: WindowBatch, rng: np.random.Generator) -> WindowBatch:
    """Turn a batch over in one of eight ways, and half of its pictures from bright to dark."""
    across, down, transposed = rng.random(3) < 0.5
    dark = torch.from_numpy(rng.random(len(batch)) < 0.5)
    return inverted(turned(batch, bool(across), bool(down), bool(transposed)), dark)


def turned(batch: WindowBatch, across: bool, down: bool, transposed: bool) -> WindowBatch:
    """Turn everything that has rows and columns over; marks go with the picture."""

    def move(planes: torch.Tensor) -> torch.Tensor:
        planes = planes.flip([axis for axis, flipped in ((-1, across), (-2, down)) if flipped])
        return (planes.transpose(-1, -2) if transposed else planes).contiguous()

    moved = {name: move(getattr(batch.look, name)) for name in _PLANES}
    return replace(batch, look=replace(batch.look, **moved), truth=move(batch.truth))


def inverted(batch: WindowBatch, dark: torch.Tensor) -> WindowBatch:
    """Make bright what is dark and the reverse, in the windows where `dark` (B,) is set."""
    colours, valid = batch.look.colours.clone(), batch.look.valid
    colours[dark, 0] = (255 - colours[dark, 0]) * valid[dark]
    return replace(batch, look=replace(batch.look, colours=colours))
