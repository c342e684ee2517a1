"""`sam-train fine-tune`: adapt a checkpoint to one's own volumes."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.cli.train_fine_tune_arguments import add_fine_tune_arguments, images_from, training_cases
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, Cancelled

if TYPE_CHECKING:
    from SAMBenchmarkLib.session.fine_tune import AdaptRequest, AdaptResult

_ABOUT = """\
Adapt a SAM checkpoint to volumes with segmentations. Slices are encoded once, then the mask decoder learns (minutes
without a graphics card); with --lora the encoder's attention learns, too. Patients are held back, and the report shows
Dice before and after on them, per structure. The model is a safetensors file: sam-models import FILE takes it up.
Ctrl+C keeps what is finished; the same command again goes on from there, to the same weights."""

_EPILOG = """\
exit codes: 0 ok, 2 something is wrong with the input, 3 a package or a model is missing, or training failed,
130 stopped. Not for diagnosis."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "fine-tune",
        help="adapt a checkpoint to volumes with segmentations; run again to resume",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    add_fine_tune_arguments(parser)
    return parser


def run(given: argparse.Namespace) -> int:
    """Fine-tune and print what changed; returns the exit code."""
    request = _request(given)
    from SAMBenchmarkLib.session.fine_tune import adapt

    stop = StopSwitch()
    try:
        with TerminalProgress() as progress, stop.watching():
            result = adapt(request, progress, stop)
    except (Cancelled, KeyboardInterrupt):
        _say_how_to_go_on(request.output)
        raise
    _show(result)
    return EXIT_OK


def _request(given: argparse.Namespace) -> AdaptRequest:
    """What the user asked for; cheap mistakes are found before anything is loaded."""
    from SAMSegmenterLib.models.training.fine_tuning.options import FineTuningOptions

    options = FineTuningOptions.of(
        given.recipe.lower(),
        epochs=given.epochs,
        learning_rate=given.learning_rate,
        batch_size=given.batch_size,
        lora_rank=given.lora,
        holdout=given.holdout,
        validation=given.validation,
        split=given.split.lower(),
        seed=given.seed,
    )
    images, cases = images_from(given), training_cases(given)
    from SAMBenchmarkLib.session.fine_tune import AdaptRequest
    from SAMSegmenterLib.models.training.fine_tuning.base import base_model

    base = base_model(given.model, given.weights)
    return AdaptRequest(
        cases=cases,
        base=base,
        options=options,
        images=images,
        output=given.output.expanduser().absolute(),
        name=given.name or f"{base.name}-{options.recipe}",
        device=given.device,
        threads=given.threads,
        cache_directory=_cache_directory(given),
        skip_unusable=given.skip_unusable,
        finish=given.finish,
    )


def _cache_directory(given: argparse.Namespace) -> Path:
    from SAMSegmenterLib.models.folders import cache_directory

    return Path(given.cache_dir).expanduser() if given.cache_dir else cache_directory()


def _show(result: AdaptResult) -> None:
    from SAMBenchmarkLib.session.fine_tuning_tables import terminal_comparison

    trained = result.trained
    print(f"\n{terminal_comparison(trained.facts.comparisons)}\n")
    for text in (*result.messages, *trained.facts.notes):
        print(f"note: {text}")
    print(f"Weights of epoch {trained.facts.epoch} of {trained.facts.trained_epochs}. Where to look:")
    for path in result.paths:
        print(f"  {path}")
    print(f"To use it: sam-models import {shlex.quote(str(trained.weights))}")


def _say_how_to_go_on(output: Path) -> None:
    from SAMSegmenterLib.models.training.state_file import STATE_FILE

    if (output / STATE_FILE).exists():
        print("The same command again goes on where this one stopped.", file=sys.stderr)
        print("With --finish it writes the model of the best epoch so far.", file=sys.stderr)
