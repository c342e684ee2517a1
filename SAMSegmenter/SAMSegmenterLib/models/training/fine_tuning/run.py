"""Fine-tuning from the base model to the finished file: encode, measure, train, measure again, write."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.predictor import ModelSpec, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.loading import chosen_device, chosen_threads, network_with_weights
from SAMSegmenterLib.models.predictor import TorchPredictor
from SAMSegmenterLib.models.training.fine_tuning.base import check_base
from SAMSegmenterLib.models.training.fine_tuning.card import CardFacts, card_text
from SAMSegmenterLib.models.training.fine_tuning.exporting import write_model
from SAMSegmenterLib.models.training.fine_tuning.figures import (
    Comparison,
    compare,
    count_data,
    unmatched,
)
from SAMSegmenterLib.models.training.fine_tuning.loop import FineTuner, validation_samples
from SAMSegmenterLib.models.training.fine_tuning.network import AdaptedNetwork
from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions
from SAMSegmenterLib.models.training.fine_tuning.samples import Sample, check_one_structure, fingerprint
from SAMSegmenterLib.models.training.fine_tuning.scores import Evaluate, ObjectScore, mean_dice
from SAMSegmenterLib.models.training.fine_tuning.splitting import Split, repeated_slices, split_samples
from SAMSegmenterLib.models.training.fine_tuning.state import StoredState, check_identity, load_state
from SAMSegmenterLib.models.weights import read_state_dict

OTHER_COMPUTER = (
    "Training went on with another device, number of threads or version of PyTorch; the last digits of the weights may "
    "differ from those of a run without a break."
)
NO_BETTER = "No epoch was better on the validation slices than the model it began with."


@dataclass(frozen=True, eq=False)
class FineTuningRequest:
    """What to do.

    Args:
        base: the model to start from, with the path of its weights.
        samples: slices of all patients; those of one volume in their order.
        folder: for the state and the finished file; created when it is not there.
        name: of the finished model.
        images: how slices were shown to the model, in words; the card repeats it.
        device, threads: see `registry.load`.
        cache_directory: of embeddings; None keeps them in memory only.
        finish: train no further, and write the best epoch so far.
        notes: what is known of the data and belongs into the card.
    """

    base: ModelSpec
    samples: Sequence[Sample]
    options: FineTuningOptions
    folder: Path
    name: str
    images: str = ""
    device: str = "auto"
    threads: int | None = None
    cache_directory: Path | None = None
    finish: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class FineTuningResult:
    """What a run left.

    Args:
        weights: the finished file.
        facts: what its card says.
        before, after: scores of the held-back objects.
        history: a record per epoch: epoch, loss, mask_loss, iou_loss, validation (Dice, or None).
        base_validation: Dice of the base model on the validation slices, or None.
        split: which samples were trained on, chose the epoch, and were measured.
        held_back: those that were measured.
        card: its text.
    """

    weights: Path
    facts: CardFacts
    before: list[ObjectScore]
    after: list[ObjectScore]
    history: list[dict[str, Any]]
    base_validation: float | None
    split: Split
    held_back: list[Sample] = field(repr=False)
    card: str = field(repr=False)

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """Before and after, per structure."""
        return self.facts.comparisons


def check_resumable(folder: Path, base: ModelSpec, options: FineTuningOptions, images: str) -> None:
    """Check model and options against the state in a folder, before images are read.

    Raises:
        InputError: they differ from those that the state began with.
        ModelError: the state is damaged.
    """
    check_base(base, options)
    state = load_state(folder)
    if state is not None:
        check_identity(state.identity, _identity(base, options, images))


def fine_tune(
    request: FineTuningRequest,
    evaluate: Evaluate,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> FineTuningResult:
    """Fine-tune, or go on from the state in the request's folder.

    Args:
        evaluate: measures a predictor on samples.

    Raises:
        InputError: options that do not fit the model, one patient only, or a state that began differently.
        ModelError: weights or state are damaged, the loss is no longer a number, or memory does not suffice; the last
            good state is kept.
        StoreError: something cannot be written.
        Cancelled: `should_stop` said so; the state is saved.
    """
    return _Run(request, evaluate, on_progress, should_stop).execute()


class _Run:
    """One execution of a request."""

    def __init__(
        self, request: FineTuningRequest, evaluate: Evaluate, on_progress: OnProgress, should_stop: ShouldStop
    ) -> None:
        check_base(request.base, request.options)
        self.request, self.evaluate, self.on_progress, self.should_stop = request, evaluate, on_progress, should_stop
        self.options, self.base = request.options, request.base
        self.samples = list(request.samples)
        check_one_structure(self.samples, self.options)
        self.split: Split = split_samples(self.samples, self.options)
        self.copies = repeated_slices(self.samples, self.split)
        self.held_back = [self.samples[number] for number in self.split.held_back]
        self.validation = validation_samples(self.samples, self.split)
        self.device = chosen_device(request.device)
        threads = chosen_threads(request.threads)
        if threads is not None:
            torch.set_num_threads(threads)
        self.cache = EmbeddingCache(request.cache_directory)
        self.spec = replace(self.base, promptless=self.options.rules.promptless)  # while it is measured

    def execute(self) -> FineTuningResult:
        state = load_state(self.request.folder)
        identity = _identity(self.base, self.options, self.request.images, fingerprint(self.samples))
        if state is not None:
            check_identity(state.identity, identity)
        self._create_folder()
        tensors = read_state_dict(self.base.path)
        sam = network_with_weights(self.base, tensors)
        predictor = CachedEncoder(TorchPredictor(sam, self.spec, self.device), self.cache)
        self._encode(predictor)
        before = state.progress.before if state is not None else None
        before = before or self._before(predictor)
        network = AdaptedNetwork(sam, self.base, self.options, self.device, self.cache)
        stored = {**identity, "computer": self._computer()}
        tuner = FineTuner(network, self.samples, self.split, self.options, stored, self.evaluate, self.request.folder)
        if state is not None:
            self._restore(tuner, state)
        tuner.progress.before = before
        self._train(tuner)
        network.load_weights(tuner.best)
        return self._finish(network.plain_state(tensors), tuner)

    def _create_folder(self) -> None:
        try:
            self.request.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise store_error(self.request.folder, error) from error

    def _encode(self, predictor: Predictor) -> None:
        """Encode every image once; where the encoder is trained, only what the base model is measured on."""
        lora = self.options.lora_rank > 0
        chosen = [*self.validation, *self.held_back] if lora else self.samples
        meter = ProgressMeter("encoding slices", len(chosen), self.on_progress)
        for sample in chosen:
            if self.should_stop():
                raise Cancelled
            predictor.encode([sample.image])
            meter.advance()

    def _before(self, predictor: Predictor) -> dict[str, Any]:
        """What the base model scores."""
        held_back = self.evaluate(predictor, self.held_back, True, self.on_progress, self.should_stop)
        validation = None
        if self.validation:
            validation = mean_dice(self.evaluate(predictor, self.validation, False, self.on_progress, self.should_stop))
        return {"held_back": [list(astuple(score)) for score in held_back], "validation": validation}

    def _restore(self, tuner: FineTuner, state: StoredState) -> None:
        tuner.restore(state)
        if state.identity.get("computer") != self._computer() and OTHER_COMPUTER not in tuner.progress.notes:
            tuner.progress.notes.append(OTHER_COMPUTER)

    def _computer(self) -> str:
        return f"{self.device}, {torch.get_num_threads()} threads, PyTorch {torch.__version__}"

    def _train(self, tuner: FineTuner) -> None:
        if not self.request.finish:
            tuner.run(self.on_progress, self.should_stop)
        elif not tuner.best:
            raise InputError(
                f"There is no finished epoch in {self.request.folder} to write a model of.",
                "Leave out --finish, and let the first epoch end.",
            )

    def _finish(self, tensors: Mapping[str, torch.Tensor], tuner: FineTuner) -> FineTuningResult:
        """Measure what is written, not what was trained: the file may hold fewer digits."""
        predictor: Predictor = TorchPredictor(network_with_weights(self.base, tensors), self.spec, self.device)
        if not self.options.lora_rank:
            predictor = CachedEncoder(predictor, self.cache)  # the encoder is the base model's
        stored = tuner.progress.before or {}
        before = [ObjectScore(*values) for values in stored["held_back"]]
        after = self.evaluate(predictor, self.held_back, True, self.on_progress, self.should_stop)
        facts = self._facts(tuner, compare(before, after), stored["validation"])
        target = self.request.folder / f"{self.request.name}.safetensors"
        write_model(tensors, facts, target)
        return FineTuningResult(
            target,
            facts,
            before,
            after,
            tuner.progress.history,
            stored["validation"],
            self.split,
            self.held_back,
            card_text(facts),
        )

    def _facts(self, tuner: FineTuner, comparisons: list[Comparison], base_validation: float | None) -> CardFacts:
        progress = tuner.progress
        counts = count_data(self.samples, self.split)
        notes = [*self.request.notes, *self.split.notes, *self.copies, *unmatched(counts), *progress.notes]
        best = progress.history[progress.best_epoch - 1]["validation"]
        if best is not None and base_validation is not None and best <= base_validation:
            notes.append(NO_BETTER)
        if progress.epoch < self.options.epochs:
            notes.append(f"Training was ended after {progress.epoch} of {self.options.epochs} epochs.")
        return CardFacts(
            self.request.name,
            self.base,
            self.options,
            self.request.images,
            counts,
            comparisons,
            progress.best_epoch,
            progress.epoch,
            notes,
        )


def _identity(base: ModelSpec, options: FineTuningOptions, images: str, data: str | None = None) -> dict[str, Any]:
    """What a resumed run must agree with; without the data before they are read."""
    known = {
        "model_sha256": base.sha256,
        "normalisation": str(base.normalisation),
        **options.to_json(),
        "images": images,
    }
    return known if data is None else {**known, "data": data}
