"""`sam-train from-scratch`: train the small model."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.cli.train_data import add_data_arguments, read_array
from SAMSegmenterLib.core.errors import EXIT_OK

if TYPE_CHECKING:
    from SAMSegmenterLib.models.training.options import Stage


DEFAULT_STAGES = "64x1000,128g600,128x3000,256x1500"
_STAGE = re.compile(r"(\d+)([xg])(\d+)")


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser("from-scratch", help="train the small model; run again to resume")
    parser.set_defaults(run=run)
    add_data_arguments(parser)
    parser.add_argument(
        "--output", type=Path, required=True, help="folder for the state, the log and weights.safetensors"
    )
    parser.add_argument(
        "--stages",
        type=_stages,
        default=DEFAULT_STAGES,
        help="image sizes and steps; g in place of x marks steps without prompts, which teach the encoder to group "
        f"pixels (default {DEFAULT_STAGES})",
    )
    parser.add_argument("--images", type=int, default=8, help="images per step at 128 pixels (default 8)")
    parser.add_argument("--objects", type=int, default=2, help="objects per image (default 2)")
    parser.add_argument("--learning-rate", type=float, default=1e-3, help="highest learning rate (default 0.001)")
    parser.add_argument("--seed", type=int, default=1, help="decides the initial weights and every draw (default 1)")
    parser.add_argument("--licence", default="CC BY-SA 4.0", help="licence of the weights, written into the file")
    return parser


def _stages(text: str) -> list[tuple[int, bool, int]]:
    """Read `128g600,256x700` as image size, whether prompts are trained, and steps."""
    found = [_STAGE.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form 128g600,128x2000,256x700")
    return [(int(match[1]), match[2] == "x", int(match[3])) for match in found]


def run(options: argparse.Namespace) -> int:
    """Train, or go on from the last state; returns the exit code."""
    import torch

    from SAMSegmenterLib.models.architectures import build
    from SAMSegmenterLib.models.training.batches import BatchMaker
    from SAMSegmenterLib.models.training.export import WeightsDescription, save_weights
    from SAMSegmenterLib.models.training.initialisation import place_prompts
    from SAMSegmenterLib.models.training.loop import Trainer
    from SAMSegmenterLib.models.training.options import TrainingOptions
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases

    split = split_cases(read_catalogue(options.data), options.hold_back)
    stages = tuple(_stage(size, prompts, steps, options) for size, prompts, steps in options.stages)
    schedule = TrainingOptions(stages, learning_rate=options.learning_rate, seed=options.seed)
    slices = load_slices(split.training, read_array)
    options.output.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(options.seed)
    sam = build("small")
    place_prompts(sam)
    trainer = Trainer(sam, lambda stage: BatchMaker(slices, stage.batch), schedule, options.output)
    weights = trainer.run()
    sources = sorted({item.case.source for item in slices})
    summary = {"options": schedule.summary(), "sources": sources, "slices": len(slices)}
    target = options.output / "weights.safetensors"
    save_weights(weights, WeightsDescription(licence=options.licence, training=summary), target)
    print(f"Trained {trainer.step} steps on {len(slices)} slices of {len(sources)} sources; weights in {target}.")
    return EXIT_OK


def _stage(size: int, prompts: bool, steps: int, options: argparse.Namespace) -> Stage:
    """Take more of small images and fewer of large ones, which cost four times as much at twice the side."""
    from SAMSegmenterLib.models.training.batches import BatchOptions
    from SAMSegmenterLib.models.training.options import Stage

    images = max(2, round(options.images * (128 / size) ** 0.5))
    return Stage(size, steps, BatchOptions(images, options.objects if prompts else 5), prompts)
