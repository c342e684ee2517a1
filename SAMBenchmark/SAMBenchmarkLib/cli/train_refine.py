"""`sam-train refine`: train the network that draws the masks of the small model again, finer."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMBenchmarkLib.cli.train_common import (
    EPILOG,
    PLOT_FILE,
    add_computer_arguments,
    add_output_argument,
    create_folder,
    data_in_words,
    plotter,
    set_threads,
    training_slices,
    warn_about,
)
from SAMBenchmarkLib.cli.train_data import add_data_arguments, load_network
from SAMSegmenterLib.cli.progress import TerminalProgress, time_left
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, Cancelled, InputError, ModelError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

    from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
    from SAMSegmenterLib.models.training.refining.loop import RefinerTrainer
    from SAMSegmenterLib.models.training.refining.options import RefiningOptions
    from SAMSegmenterLib.models.training.refining.samples import Samples
    from SAMSegmenterLib.models.training.refining.shards import Shards
    from SAMSegmenterLib.models.training.sources import Split

REFINER_FILE = "refiner.safetensors"

_ABOUT = """\
Train the network that draws the masks of the small model again, in a window of the picture around each answer. First
windows are drawn: the model answers simulated prompts on pictures with masks. They are kept in the output folder, as
are the log (log.jsonl), its picture (training.png), the state and, at the end, refiner.safetensors. Ctrl+C keeps
everything; the same command again goes on from there, to the same network. The model itself is not changed."""

_EPILOG = f"""\
example: sam-train refine --data images --output refiner

{EPILOG}"""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "refine",
        help="train the network that refines the small model's masks; run again to resume",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_data_arguments(parser)
    add_output_argument(parser)
    add = parser.add_argument
    add("--weights", type=Path, metavar="FILE", help="of the small model that is refined (those of the bundled model)")
    add("--licence", default="CC BY-SA 4.0", help="licence of the refiner, written into the file (CC BY-SA 4.0)")
    how = parser.add_argument_group("how it is trained").add_argument
    how(
        "--samples",
        type=int,
        default=20000,
        metavar="N",
        help="windows to learn from, 126 kB each in memory and on the disk (20000)",
    )
    how("--steps", type=int, default=2600, metavar="N", help="(2600)")
    how("--batch", type=int, default=32, metavar="N", help="windows per step (32)")
    how("--seed", type=int, default=1, metavar="N", help="decides the windows, the initial weights and every draw (1)")
    add_computer_arguments(parser)
    return parser


def run(given: argparse.Namespace) -> int:
    """Draw samples and train, or go on where it was stopped; returns the exit code."""
    from SAMBenchmarkLib.session.output_folder import check_folder
    from SAMSegmenterLib.models.training.refining.options import RefiningOptions
    from SAMSegmenterLib.models.training.sources import read_catalogue, split_cases
    from SAMSegmenterLib.models.training.training_log import LOG_FILE

    if given.samples < 1:
        raise InputError(f"--samples is {given.samples}.", "Give 1 or more.")
    options = RefiningOptions(given.steps, given.batch, given.seed)
    folder = check_folder(given.output, LOG_FILE)
    split = split_cases(read_catalogue(given.data), given.hold_back)
    set_threads(given.threads)
    sam, identity = _refined_model(given.weights)
    identity["samples"] = given.samples
    if _says_finished(folder, options, identity):
        return EXIT_OK
    warn_about(split)
    stop = StopSwitch(unit="step")
    try:
        with TerminalProgress() as progress, stop.watching():
            samples = _drawn(sam, split, given, folder, identity, (progress, stop)).read()
            trainer = _train(samples, options, folder, identity, (progress, stop))
    except (Cancelled, KeyboardInterrupt):
        if (folder / LOG_FILE).exists():
            print("The same command again goes on where this one stopped.", file=sys.stderr)
        raise
    target = _write(trainer, given, folder)
    seconds = time_left(trainer.run_state.seconds)
    print(f"Trained {trainer.step} steps in {seconds} on {len(samples)} windows from {data_in_words(identity)}.")
    print(f"Where to look: {target}, {folder / PLOT_FILE}")
    return EXIT_OK


def _refined_model(weights: Path | None) -> tuple[Sam, dict[str, Any]]:
    """The model whose masks are refined, and what it is recognised by.

    Raises:
        ModelError: the weights cannot be read, or are not those of the small model.
    """
    from SAMSegmenterLib.models.architectures import recognise
    from SAMSegmenterLib.models.registry import bundled_path
    from SAMSegmenterLib.models.weights import file_sha256

    path = bundled_path() if weights is None else weights
    sam = load_network(path).eval()
    if recognise(sam.state_dict()) != "small":
        raise ModelError(
            f"{path} holds no weights of the small model.", "Only its masks are refined: larger models draw finer ones."
        )
    return sam, {"model_sha256": file_sha256(path)}


def _says_finished(folder: Path, options: RefiningOptions, identity: dict[str, Any]) -> bool:
    """Compare with the state in the folder before images are read; tell when there is nothing left to train."""
    from SAMSegmenterLib.models.training.refining.loop import SCHEMA, check_same_run
    from SAMSegmenterLib.models.training.state import load_state

    stored = load_state(folder, SCHEMA) if folder.is_dir() else None
    if stored is None:
        return False
    check_same_run(stored, options, identity)
    if stored.run.step < options.steps or not (folder / REFINER_FILE).exists():
        print(f"Resumed after step {stored.run.step} of {options.steps}.")
        return False
    print(f"The training in {folder} is finished: {options.steps} steps.")
    return True


def _drawn(
    sam: Sam,
    split: Split,
    given: argparse.Namespace,
    folder: Path,
    identity: dict[str, Any],
    callbacks: tuple[OnProgress, ShouldStop],
) -> Shards:
    """Draw the samples that are missing; `identity` gets what they are drawn from."""
    from SAMSegmenterLib.models.training.refining.shards import Shards
    from SAMSegmenterLib.models.training.sources import fingerprint

    slices = training_slices(split, *callbacks)
    identity["sources"] = sorted({item.case.source for item in slices})
    identity["number_of_slices"], identity["data"] = len(slices), fingerprint(slices)
    create_folder(folder)
    names = ("model_sha256", "data", "sources")
    shards = Shards(folder, given.samples, {"seed": given.seed, **{name: identity[name] for name in names}})
    shards.draw(sam, slices, *callbacks)
    return shards


def _train(
    samples: Samples,
    options: RefiningOptions,
    folder: Path,
    identity: dict[str, Any],
    callbacks: tuple[OnProgress, ShouldStop],
) -> RefinerTrainer:
    """Train to the end.

    Raises:
        Cancelled: it was stopped.
    """
    from SAMSegmenterLib.models.training.refining.loop import RefinerTrainer

    on_progress, should_stop = callbacks
    trainer = RefinerTrainer(samples, options, folder, identity)
    trainer.run(should_stop, on_progress, plotter(folder))
    if trainer.step < options.steps:
        raise Cancelled
    return trainer


def _write(trainer: RefinerTrainer, given: argparse.Namespace, folder: Path) -> Path:
    from SAMSegmenterLib.models.training.export import save_weights
    from SAMSegmenterLib.models.training.refining.export import RefinerDescription

    run, target = trainer.run_state, folder / REFINER_FILE
    facts = {
        "options": trainer.options.summary(),
        "sources": run.identity["sources"],
        "slices": run.identity["number_of_slices"],
        "samples": run.identity["samples"],
        "steps": run.step,
        "seed": trainer.options.seed,
        "seconds": round(run.seconds),
        "notes": run.notes,
    }
    sha256 = run.identity["model_sha256"]
    description = RefinerDescription(sha256, trainer.options.widths, given.licence, training=facts)
    save_weights(trainer.average, description, target)
    return target
