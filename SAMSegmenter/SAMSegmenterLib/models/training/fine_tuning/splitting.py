"""Which slices are trained on, which choose the best epoch, and which are held back to be measured."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.samples import Sample, patients_of

_MIXED = (
    "Held-back slices are contiguous blocks of the same patients that were trained on. Neighbouring slices resemble "
    "each other, so the figures are better than they would be for another patient."
)
_ONE_TRAINED = (
    "Only one patient was trained on, so the best epoch was chosen on a contiguous block of that patient's slices."
)
_NO_VALIDATION = "There were too few slices to choose the best epoch; the last one was taken."


@dataclass(frozen=True)
class Split:
    """Numbers of the samples of each part, rising; `validation` may be empty.

    Args:
        notes: what the reader of the figures must know.
    """

    training: tuple[int, ...]
    validation: tuple[int, ...]
    held_back: tuple[int, ...]
    notes: tuple[str, ...] = ()


def split_samples(samples: Sequence[Sample], options: FineTuningOptions) -> Split:
    """Divide samples as the options say; the same samples and seed give the same parts.

    Args:
        samples: those of one patient in the order of their slices.

    Raises:
        InputError: there is only one patient, or a single slice.
    """
    rng = np.random.default_rng([options.seed, 77])
    return _by_slices(samples, options, rng) if options.split == "slices" else _by_patients(samples, options, rng)


def repeated_slices(samples: Sequence[Sample], split: Split) -> list[str]:
    """A sentence when images that were held back are also among those trained on, as copies; else nothing."""
    known = {_digest(samples[number]) for number in (*split.training, *split.validation)}
    count = sum(_digest(samples[number]) in known for number in split.held_back)
    if not count:
        return []
    return [
        f"{count} of {len(split.held_back)} held-back slices are also among the others, pixel for pixel: their "
        "figures say nothing. Check the data for copies."
    ]


def _by_patients(samples: Sequence[Sample], options: FineTuningOptions, rng: np.random.Generator) -> Split:
    patients = patients_of(samples)
    if len(patients) < 2:
        raise InputError(
            "All images belong to one patient, so nobody can be held back to measure what was learnt.",
            "Add another patient (column 'patient' of the table, or --patient), or accept blocks of slices of the same "
            "patient with --split slices.",
        )
    drawn = [patients[number] for number in rng.permutation(len(patients))]
    held_back = drawn[: _share(len(drawn), options.holdout)]
    others = drawn[len(held_back) :]
    of = {
        patient: [n for n, sample in enumerate(samples) if sample.patient == patient]
        for patient in (*others, *held_back)
    }
    if len(others) == 1:
        training, validation = _without_block(of[others[0]], options.validation, rng)
        return _split(training, validation, _joined(of, held_back), (_ONE_TRAINED,))
    chosen = others[: _share(len(others), options.validation)]
    return _split(_joined(of, others[len(chosen) :]), _joined(of, chosen), _joined(of, held_back), ())


def _by_slices(samples: Sequence[Sample], options: FineTuningOptions, rng: np.random.Generator) -> Split:
    training: list[int] = []
    validation: list[int] = []
    held_back: list[int] = []
    for patient in patients_of(samples):
        rest, block = _without_block(
            [n for n, sample in enumerate(samples) if sample.patient == patient], options.holdout, rng
        )
        held_back += block
        rest, block = _without_block(rest, options.validation, rng)
        validation += block
        training += rest
    if not held_back:
        raise InputError(
            "There is a single slice, so nothing can be held back to measure what was learnt.",
            "Add further slices or patients.",
        )
    return _split(training, validation, held_back, (_MIXED,))


def _split(training: list[int], validation: list[int], held_back: list[int], notes: tuple[str, ...]) -> Split:
    if not validation:
        notes = (*(note for note in notes if note != _ONE_TRAINED), _NO_VALIDATION)
    return Split(tuple(sorted(training)), tuple(sorted(validation)), tuple(sorted(held_back)), notes)


def _without_block(numbers: list[int], share: float, rng: np.random.Generator) -> tuple[list[int], list[int]]:
    """The rest, and a contiguous block drawn from it; a single number has no block."""
    if len(numbers) < 2:
        return numbers, []
    length = _share(len(numbers), share)
    start = int(rng.integers(0, len(numbers) - length + 1))
    return numbers[:start] + numbers[start + length :], numbers[start : start + length]


def _share(count: int, share: float) -> int:
    """At least one, and at least one less than all."""
    return min(count - 1, max(1, round(share * count)))


def _joined(of: dict[str, list[int]], patients: Sequence[str]) -> list[int]:
    return [number for patient in patients for number in of[patient]]


def _digest(sample: Sample) -> bytes:
    return hashlib.sha256(np.ascontiguousarray(sample.image)).digest()
