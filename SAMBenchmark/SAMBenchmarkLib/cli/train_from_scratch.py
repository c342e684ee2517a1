"""`sam-train from-scratch`: train the small model."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMBenchmarkLib.cli.train_data import load_network, read_array
from SAMBenchmarkLib.cli.train_from_scratch_arguments import add_from_scratch_arguments, schedule_from
from SAMSegmenterLib.cli.progress import TerminalProgress, time_left
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, Cancelled, InputError, ModelError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

    from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
    from SAMSegmenterLib.models.training.loop import Trainer
    from SAMSegmenterLib.models.training.options import TrainingOptions
    from SAMSegmenterLib.models.training.sources import LabelledSlice, Split

logger = logging.getLogger(__name__)

WEIGHTS_FILE = "weights.safetensors"
PLOT_FILE = "training.png"

_ABOUT = """\
Train the small model on a folder of images with masks and on synthetic ones. The output folder holds the weights, the
log (log.jsonl), its picture (training.png) and the state. Ctrl+C finishes the step at hand and keeps everything; the
same command again goes on from there, to the same weights. More --stages after the last prolong a training."""

_EPILOG = """\
exit codes: 0 ok, 2 something is wrong with the input, 3 a package or a model is missing, or training failed,
130 stopped"""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "from-scratch",
        help="train the small model; run again to resume",
        description=_ABOUT,
        epilog=_EPILOG,
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
    _set_threads(given.threads)
    if _says_finished(folder, schedule, start):
        return EXIT_OK
    sam = _initial_network(given.start, schedule.seed)
    _warn_about(split)
    stop = StopSwitch(unit="step")
    try:
        with TerminalProgress() as progress, stop.watching():
            slices = _slices(split, progress, stop)
            trainer = _trainer(sam, slices, schedule, folder, start)
            _train(trainer, _plotter(folder), given, (progress, stop))
    except (Cancelled, KeyboardInterrupt):
        if (folder / LOG_FILE).exists():
            print("The same command again goes on where this one stopped.", file=sys.stderr)
        raise
    print(f"Trained {trainer.step} steps in {time_left(trainer.run_state.seconds)} on {_data(trainer)}.")
    print(f"Where to look: {folder / WEIGHTS_FILE}, {folder / PLOT_FILE}")
    return EXIT_OK


def _digest(start: Path | None) -> str:
    """What the training starts from, for the comparison with a state."""
    from SAMSegmenterLib.models.weights import file_sha256

    return "random" if start is None else file_sha256(start)


def _set_threads(threads: int | None) -> None:
    import torch

    from SAMSegmenterLib.models.loading import chosen_threads

    chosen = chosen_threads(threads)
    if chosen is not None:
        torch.set_num_threads(chosen)


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


def _warn_about(split: Split) -> None:
    if not split.new_subjects and not split.new_sources:
        logger.warning(
            "No subject and no source is left out of training, so nothing remains to measure the weights on. "
            "Add images of other subjects, or name a source with --hold-back."
        )


def _slices(split: Split, on_progress: OnProgress, should_stop: ShouldStop) -> list[LabelledSlice]:
    from SAMSegmenterLib.models.training.sources import load_slices

    slices = load_slices(split.training, read_array, on_progress, should_stop)
    if not slices:
        raise InputError(
            f"None of the {len(split.training)} training cases can be used; the warnings say why.",
            "Check that images and masks are there, of the same shape, and that the masks are not empty.",
        )
    return slices


def _trainer(sam: Sam, slices: Sequence[LabelledSlice], schedule: TrainingOptions, folder: Path, start: str) -> Trainer:
    from SAMSegmenterLib.core.atomic import store_error
    from SAMSegmenterLib.models.training.batches import BatchMaker
    from SAMSegmenterLib.models.training.loop import Trainer
    from SAMSegmenterLib.models.training.sources import fingerprint
    from SAMSegmenterLib.models.training.training_log import LOG_FILE

    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / LOG_FILE).touch()  # what the folder is recognised by
    except OSError as error:
        raise store_error(folder, error) from error
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


def _plotter(folder: Path) -> Callable[[], None]:
    """Draws the log; a training does not end because its picture cannot be drawn."""
    from SAMSegmenterLib.models.training.training_log import LOG_FILE, read_log

    def draw() -> None:
        try:
            from SAMBenchmarkLib.report.training_plot import write_training_plot

            write_training_plot(read_log(folder / LOG_FILE), folder / PLOT_FILE)
        except (ImportError, OSError) as error:
            logger.warning("%s is not drawn: %s", PLOT_FILE, error)

    return draw


def _data(trainer: Trainer) -> str:
    identity = trainer.run_state.identity
    sources = len(identity["sources"])
    return f"{identity['number_of_slices']} slices of {sources} source{'' if sources == 1 else 's'}"
