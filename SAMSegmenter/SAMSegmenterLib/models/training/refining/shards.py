"""Samples on disk, some thousand to a file: drawn once, each file the same whenever and wherever it is drawn."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from SAMSegmenterLib.core.atomic import atomic_path, store_error
from SAMSegmenterLib.core.errors import Cancelled, InputError, ModelError
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.refining.marks import FINER
from SAMSegmenterLib.models.refining.window import LARGEST_SIDE, SIDE
from SAMSegmenterLib.models.training.batches import MOST_TRIES, Batch, BatchMaker
from SAMSegmenterLib.models.training.fine_tuning.state import check_identity
from SAMSegmenterLib.models.training.prefetch import Prefetcher
from SAMSegmenterLib.models.training.refining.answers import PICTURE_SIDE, PICTURES, answered
from SAMSegmenterLib.models.training.refining.samples import NAMES, Samples
from SAMSegmenterLib.models.training.sources import LabelledSlice
from SAMSegmenterLib.models.training.state import remove_leftovers

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

SCHEMA = "sam-refining-samples/1"
SHARD_SIZE = 1000
FOLDER = "samples"
_DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile)
_OTHER_FOLDER = "Choose another output folder, or delete the files to draw them again."


class Shards:
    """The files of one run's samples.

    Args:
        folder: of the run.
        count: samples of all files.
        identity: what decides the samples: model, images and seed, as values that JSON knows.
    """

    def __init__(self, folder: Path, count: int, identity: Mapping[str, Any]) -> None:
        self._folder, self._count = Path(folder) / FOLDER, count
        fixed = {"schema": SCHEMA, "side": SIDE, "largest_side": LARGEST_SIDE, "finer": FINER}
        self._identity = {**identity, **fixed, "pictures": asdict(PICTURES)}
        self._sizes = [min(SHARD_SIZE, count - start) for start in range(0, count, SHARD_SIZE)]

    def draw(
        self,
        sam: Sam,
        slices: Sequence[LabelledSlice],
        on_progress: OnProgress = ignore_progress,
        should_stop: ShouldStop = never_stop,
    ) -> None:
        """Draw the files that are not there.

        Args:
            sam: of the small architecture, in evaluation mode.
            slices: training slices.

        Raises:
            Cancelled: `should_stop` said so; complete files stay.
            InputError: files are of another run, or hardly any picture gives a sample.
            ModelError: a file is damaged.
            StoreError: a file cannot be written.
        """
        missing = self._missing()
        left = sum(self._sizes[number] for number in missing)
        meter = ProgressMeter("drawing samples", self._count, on_progress, skipped=self._count - left)
        maker, seed = BatchMaker(slices, PICTURES), int(self._identity["seed"])
        for number in missing:
            samples, filled = Samples(self._sizes[number]), 0
            for values in _drawn(sam, maker, (seed, number), should_stop):
                taken = min(len(values), len(samples) - filled)
                for value in values[:taken]:
                    samples.put(filled, {name: np.asarray(one)[None] for name, one in value.items()})
                    filled += 1
                meter.advance(f"file {number + 1} of {len(self._sizes)}", taken)
                if filled == len(samples):
                    break
            self._write(number, samples)

    def _missing(self) -> list[int]:
        """Files to draw, after those that are there were checked."""
        try:
            self._folder.mkdir(exist_ok=True)
            remove_leftovers(self._folder)
        except OSError as error:
            raise store_error(self._folder, error) from error
        there = [number for number in range(len(self._sizes)) if self._path(number).exists()]
        for number in there:
            self._check(number)
        return sorted(set(range(len(self._sizes))) - set(there))

    def _check(self, number: int) -> None:
        path = self._path(number)
        try:
            with np.load(path, allow_pickle=False) as content:
                identity, count = json.loads(str(content["identity"])), len(content["best"])
        except _DAMAGED as error:
            raise _damaged(path, error) from error
        check_identity(identity, self._identity)
        if count != self._sizes[number]:
            raise InputError(f"{path} holds {count} samples in place of {self._sizes[number]}.", _OTHER_FOLDER)

    def _write(self, number: int, samples: Samples) -> None:
        identity = np.array(json.dumps(self._identity))
        with atomic_path(self._path(number)) as temporary, temporary.open("wb") as file:
            np.savez(file, identity=identity, **samples.arrays)

    def read(self) -> Samples:
        """All samples.

        Raises:
            ModelError: a file is damaged, or memory does not suffice for all.
        """
        try:
            samples = Samples(self._count)
        except MemoryError as error:
            raise ModelError(
                f"Memory does not suffice for {self._count} samples.", "Close other programs, or take fewer --samples."
            ) from error
        for number in range(len(self._sizes)):
            path = self._path(number)
            try:
                with np.load(path, allow_pickle=False) as content:
                    samples.put(number * SHARD_SIZE, {name: content[name] for name in NAMES})
            except _DAMAGED as error:
                raise _damaged(path, error) from error
        return samples

    def _path(self, number: int) -> Path:
        return self._folder / f"samples-{number:03d}.npz"


def _drawn(
    sam: Sam, maker: BatchMaker, seed: tuple[int, int], should_stop: ShouldStop
) -> Iterator[list[dict[str, Any]]]:
    """The samples of one picture after the other, without end.

    Raises:
        Cancelled: `should_stop` said so.
        InputError: hardly any picture gives a sample.
    """

    def draw(number: int) -> tuple[Batch, np.random.Generator]:
        rng = np.random.default_rng([*seed, number])
        return maker.draw(PICTURE_SIDE, rng), rng

    number = last = 0
    with Prefetcher(draw) as pictures:
        while number - last < MOST_TRIES:
            if should_stop():
                raise Cancelled
            drawn, rng = pictures.take(number)
            number += 1
            pictures.prepare(number)
            found = answered(sam, drawn, rng)
            if found:
                last = number
                yield found
    raise InputError(
        f"None of {MOST_TRIES} pictures gives a sample: all answers are larger than what is refined.",
        "Train on images with smaller structures as well.",
    )


def _damaged(path: Path, error: BaseException) -> ModelError:
    reason = str(error).partition("\n")[0] or type(error).__name__
    return ModelError(f"{path} holds no samples: {reason}", "Delete the file: it is drawn again.")
