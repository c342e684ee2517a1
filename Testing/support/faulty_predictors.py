"""Predictors that err, fail, wait or die, and a program that runs a benchmark with one of them."""

from __future__ import annotations

import os
import signal
import sys
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from SAMBenchmarkLib.core.cases import read_manifest
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.arrays import Mask, Rgb8
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters
from SAMSegmenterLib.core.prompts import Prompts
from support.case_files import SLICES
from support.fake_predictor import ThresholdPredictor

OPTIONS = BenchmarkOptions(strategies=("S2", "S5"), min_object_pixels=20, points_per_side=4, timing_repeats=0)
"""Options under which the cases of `case_files` are evaluated quickly."""


_LONGEST_WAIT_S = 300


class BlockingPredictor(ThresholdPredictor):
    """Answers for some slices, then waits in the middle of one until it is killed or stopped."""

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """As the predictor that never fails, as often as SAM_TEST_SLICES says in this process."""
        if self.encode_calls == int(os.environ["SAM_TEST_SLICES"]):
            time.sleep(300)
        return super().encode(images)


class DyingPredictor(ThresholdPredictor):
    """Ends its process without a word when it sees a wide image."""

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """As the predictor that never fails, if the image is narrow."""
        if images[0].shape[1] > 40:
            os._exit(9)
        return super().encode(images)


class FailingPredictor(ThresholdPredictor):
    """Fails on wide images, with an error that the user can act on."""

    def encode(self, images: Sequence[Rgb8]) -> list[Embedding]:
        """As the predictor that never fails, if the image is narrow."""
        if images[0].shape[1] > 40:
            raise ModelError("The graphics card has too little memory.", "Use --device cpu.")
        return super().encode(images)


class BuggyPredictor(ThresholdPredictor):
    """Has a programming error in its decoder."""

    def decode(self, *arguments: object, **further: object) -> list[Candidates]:
        """Fails."""
        raise ZeroDivisionError("a fault of the test")


class RoughPredictor(ThresholdPredictor):
    """Finds the right place and not the right pixels: masks are moved, swollen or empty, and rated by lot.

    The same mask always meets with the same faults.
    """

    def decode(
        self,
        embedding: Embedding,
        prompts: Sequence[Prompts],
        multimask: bool = True,
        previous: Sequence[np.ndarray | None] | None = None,
    ) -> list[Candidates]:
        """As the exact predictor, with faults."""
        return [_roughened(answer) for answer in super().decode(embedding, prompts, multimask, previous)]

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """As the exact predictor, with faults, and nothing at all where the number of bright pixels is even."""
        if np.count_nonzero(embedding.features > 127) % 2 == 0:
            return Candidates(np.zeros((0, *embedding.original_size), bool), np.zeros(0, np.float32))
        return _roughened(super().everything(embedding, parameters))


def _roughened(answer: Candidates) -> Candidates:
    lot = np.random.default_rng(int(np.count_nonzero(answer.masks)))
    masks = [_distorted(mask, lot) for mask in answer.masks]
    return replace(answer, masks=np.stack(masks), scores=lot.permutation(len(masks)).astype(np.float32) / len(masks))


def _distorted(mask: Mask, lot: np.random.Generator) -> Mask:
    if lot.random() < 0.4:
        return np.zeros_like(mask)
    swollen = ndimage.binary_dilation(mask, iterations=int(lot.integers(1, 4)))
    return np.roll(swollen, tuple(lot.integers(-3, 4, 2)), axis=(0, 1))


@dataclass(frozen=True)
class NotingPredictor:
    """Loads a predictor that leaves a file in a folder for every slice that it encodes, in whichever process."""

    folder: Path

    def __call__(self) -> ThresholdPredictor:
        """The predictor."""
        self.folder.mkdir(exist_ok=True)
        predictor = ThresholdPredictor()
        encode = predictor.encode

        def noting(images: Sequence[Rgb8]) -> list[Embedding]:
            for _ in images:
                (self.folder / f"encoded-{uuid.uuid4().hex}").touch()
            return encode(images)

        predictor.encode = noting  # type: ignore[method-assign]
        return predictor


@dataclass(frozen=True)
class DeadlyPredictor:
    """Loads a predictor that kills its process in the middle of a case, as the system does when memory is short.

    Args:
        mark: a file that the first death leaves; after it nobody dies.
        parent: this process is spared.
        always: die every time instead, but for narrow images.
    """

    mark: Path
    parent: int
    always: bool = False

    def __call__(self) -> RoughPredictor:
        """The predictor."""
        predictor = RoughPredictor()
        encode = predictor.encode

        def deadly(images: Sequence[Rgb8]) -> list[Embedding]:
            meant = images[0].shape[1] > 40 if self.always else predictor.encode_calls == 2 and not self.mark.exists()
            if meant and os.getpid() != self.parent:
                self.mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            return encode(images)

        predictor.encode = deadly  # type: ignore[method-assign]
        return predictor


@dataclass(frozen=True)
class WaitingPredictor:
    """Loads a predictor that encodes the slices of one case in a process and no further before there is a file.

    Args:
        gate: the file.
    """

    gate: Path

    def __call__(self) -> RoughPredictor:
        """The predictor."""
        predictor = RoughPredictor()
        encode, encoded = predictor.encode, 0

        def waiting(images: Sequence[Rgb8]) -> list[Embedding]:
            nonlocal encoded
            deadline = time.monotonic() + _LONGEST_WAIT_S
            while encoded >= SLICES and not self.gate.exists() and time.monotonic() < deadline:
                time.sleep(0.05)
            encoded += len(images)
            return encode(images)

        predictor.encode = waiting  # type: ignore[method-assign]
        return predictor


@dataclass(frozen=True)
class LoadedHereAlone:
    """Loads a predictor in one process; the weights are missing everywhere else."""

    process: int

    def __call__(self) -> ThresholdPredictor:
        """The predictor."""
        return ThresholdPredictor() if os.getpid() == self.process else no_predictor()


def no_predictor() -> ThresholdPredictor:
    """A loader whose weights are missing."""
    raise ModelError("The weights of model 'vit_x' are not on this computer.", "Run 'sam-models download vit_x'.")


def main(manifest: str, output: str, workers: str) -> None:
    """Run the cases of a manifest with the predictor that waits."""
    cases, count = read_manifest(Path(manifest)), int(workers)
    run_benchmark(RunRequest(cases, OPTIONS, Path(output), BlockingPredictor, count, scene=False, report=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
