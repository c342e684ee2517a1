"""`sam-train from-scratch`: train the small model."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMBenchmarkLib.cli.train_common import (
    EPILOG,
    PLOT_FILE,
    create_folder,
    data_in_words,
    plotter,
    set_threads,
    training_slices,
    warn_about,
)
from SAMBenchmarkLib.cli.train_data import load_network
from SAMBenchmarkLib.cli.train_from_scratch_arguments import add_from_scratch_arguments, schedule_from
from SAMSegmenterLib.cli.progress import TerminalProgress, time_left
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, Cancelled, ModelError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

    from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
    from SAMSegmenterLib.models.training.loop import Trainer
    from SAMSegmenterLib.models.training.options import TrainingOptions
    from SAMSegmenterLib.models.training.sources import LabelledSlice

WEIGHTS_FILE = "weights.safetensors"

_ABOUT = """\
Train the small model on a folder of images with masks and on synthetic ones. The output folder holds the weights, the
log (log.jsonl), its picture (training.png) and the state. Ctrl+C finishes the step at hand and keeps everything; the
same command again goes on from there, to the same weights. More --stages after the last prolong a training."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "from-scratch",
        help="train the small model; run again to resume",
        description=_ABOUT,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_from_scratch_arguments(parser)
    return parser


def run(given: argparse.Namespace) -> int:
    """Train, or go on from the last state; returns the exit code."""
    from SAMBenchmarkLib.session.output_folder import check_folder
    from SAMSegmenterLib.models.training.sources import read_catalogue, split_cases
    from SAMSegmenterLib.models.training.training_log import LOG_FILE

    schedule = schedule_from(given)
    folder = check_folder(given.output, LOG_FILE)
    start = _digest(given.start)
    split = split_cases(read_catalogue(given.data), given.hold_back)
    set_threads(given.threads)
    if _says_finished(folder, schedule, start):
        return EXIT_OK
    sam = _initial_network(given.start, schedule.seed)
    warn_about(split)
    stop = StopSwitch(unit="step")
    try:
        with TerminalProgress() as progress, stop.watching():
            slices = training_slices(split, progress, stop)
            trainer = _trainer(sam, slices, schedule, folder, start)
            _train(trainer, plotter(folder), given, (progress, stop))
    except (Cancelled, KeyboardInterrupt):
        if (folder / LOG_FILE).exists():
            print("The same command again goes on where this one stopped.", file=sys.stderr)
        raise
    ended = trainer.run_state
    print(f"Trained {ended.step} steps in {time_left(ended.seconds)} on {data_in_words(ended.identity)}.")
    print(f"Where to look: {folder / WEIGHTS_FILE}, {folder / PLOT_FILE}")
    return EXIT_OK


def _digest(start: Path | None) -> str:
    """What the training starts from, for the comparison with a state."""
    from SAMSegmenterLib.models.weights import file_sha256

    return "random" if start is None else file_sha256(start)


def _says_finished(folder: Path, schedule: TrainingOptions, start: str) -> bool:
    """Compare with the state in the folder before images are read; tell when there is nothing left to train."""
    from SAMSegmenterLib.models.training.state import check_resumable, load_state

    stored = load_state(folder) if folder.is_dir() else None
    if stored is None:
        return False
    check_resumable(stored, schedule, {"start_weights": start})
    step, total = stored.run.step, schedule.total_steps
    if step < total or not (folder / WEIGHTS_FILE).exists():
        print(f"Resumed after step {step} of {total}.")
        return False
    print(f"The training in {folder} is finished: {step} of {total} steps. More --stages after the last prolong it.")
    return True


def _initial_network(start: Path | None, seed: int) -> Sam:
    import torch

    from SAMSegmenterLib.models.architectures import build, recognise
    from SAMSegmenterLib.models.training.initialisation import place_prompts

    if start is not None:
        sam = load_network(start)
        if recognise(sam.state_dict()) != "small":
            raise ModelError(f"{start} holds no weights of the small model.", "Adapt others with sam-train fine-tune.")
        return sam
    torch.manual_seed(seed)
    sam = build("small")
    place_prompts(sam)
    return sam


def _trainer(sam: Sam, slices: Sequence[LabelledSlice], schedule: TrainingOptions, folder: Path, start: str) -> Trainer:
    from SAMSegmenterLib.models.training.batches import BatchMaker
    from SAMSegmenterLib.models.training.loop import Trainer
    from SAMSegmenterLib.models.training.sources import fingerprint

    create_folder(folder)
    sources = sorted({item.case.source for item in slices})
    identity = {
        "sources": sources,
        "number_of_slices": len(slices),
        "images_and_labels": fingerprint(slices),
        "start_weights": start,
    }
    return Trainer(sam, lambda stage: BatchMaker(slices, stage.batch), schedule, folder, identity)


def _train(
    trainer: Trainer,
    plot: Callable[[], None],
    given: argparse.Namespace,
    callbacks: tuple[OnProgress, ShouldStop],
) -> None:
    """Train and write the weights, also those of a training that was stopped or failed.

    Raises:
        Cancelled: it was stopped.
    """
    on_progress, should_stop = callbacks
    trainer.restore()
    before = trainer.step
    try:
        weights = trainer.run(should_stop, on_progress, plot, given.plot_every)
    except ModelError as error:
        if trainer.step > before:
            target = _write_weights(trainer, trainer.average, given)
            raise ModelError(error.message, f"{error.hint} --start {target} begins with the weights so far.") from error
        raise
    if trainer.step:
        _write_weights(trainer, weights, given)
    if trainer.step < trainer.options.total_steps:
        raise Cancelled


def _write_weights(trainer: Trainer, weights: dict[str, Any], given: argparse.Namespace) -> Path:
    from SAMSegmenterLib.models.training.export import WeightsDescription, save_weights

    run, target = trainer.run_state, given.output.expanduser().absolute() / WEIGHTS_FILE
    summary = {
        "options": trainer.options.summary(),
        "sources": run.identity["sources"],
        "slices": run.identity["number_of_slices"],
        "start_weights": run.identity["start_weights"],
        "steps": run.step,
        "seconds": round(run.seconds),
        "notes": run.notes,
    }
    save_weights(weights, WeightsDescription(licence=given.licence, training=summary), target)
    return target
