"""Predictors that fail, wait or die, and a program that runs a benchmark with one of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from SAMBenchmarkLib.core.cases import read_manifest
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMSegmenterLib.core.arrays import Rgb8
from SAMSegmenterLib.core.errors import ModelError
from SAMSegmenterLib.core.predictor import Candidates, Embedding
from support.fake_predictor import ThresholdPredictor

OPTIONS = BenchmarkOptions(strategies=("S2", "S5"), min_object_pixels=20, points_per_side=4, timing_repeats=0)
"""Options under which the cases of `case_files` are evaluated quickly."""


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


def no_predictor() -> ThresholdPredictor:
    """A loader whose weights are missing."""
    raise ModelError("The weights of model 'vit_x' are not on this computer.", "Run 'sam-models download vit_x'.")


def main(manifest: str, output: str, workers: str) -> None:
    """Run the cases of a manifest with the predictor that waits."""
    cases, count = read_manifest(Path(manifest)), int(workers)
    run_benchmark(RunRequest(cases, OPTIONS, Path(output), BlockingPredictor, count, scene=False, report=False))


if __name__ == "__main__":
    main(*sys.argv[1:])
