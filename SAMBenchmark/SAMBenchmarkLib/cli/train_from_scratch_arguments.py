"""The options of `sam-train from-scratch`, and the schedule they mean."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.cli.train_common import add_computer_arguments, add_output_argument
from SAMBenchmarkLib.cli.train_data import add_data_arguments
from SAMSegmenterLib.core.errors import InputError

if TYPE_CHECKING:
    from SAMSegmenterLib.models.training.options import Stage, TrainingOptions

DEFAULT_STAGES = "64x1000,128g600,128x2000,256x4000"
GROUPING_OBJECTS = 5
"""Objects per image in steps without prompts, where an object costs next to nothing."""

_STAGE = re.compile(r"(\d+)([xg])(\d+)")


def add_from_scratch_arguments(parser: argparse.ArgumentParser) -> None:
    """Add everything that `from-scratch` takes."""
    add_data_arguments(parser)
    _add_output_arguments(parser.add_argument_group("where the weights go"))
    _add_training_arguments(parser.add_argument_group("how it is trained"))
    add_computer_arguments(parser)


def _add_output_arguments(group: argparse._ArgumentGroup) -> None:
    add_output_argument(group)
    add = group.add_argument
    add("--licence", default="CC BY-SA 4.0", help="licence of the weights, written into the file (CC BY-SA 4.0)")
    add("--save-every", type=int, default=100, metavar="N", help="steps between two states on the disk (100)")
    add("--plot-every", type=int, default=200, metavar="N", help="steps between two pictures training.png (200)")


def _add_training_arguments(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add("--start", type=Path, metavar="FILE", help="weights of the small model to start from, in place of random ones")
    add(
        "--stages",
        type=_stages,
        default=DEFAULT_STAGES,
        help="image sizes and steps; g in place of x marks steps without prompts, which teach the encoder to group "
        f"pixels ({DEFAULT_STAGES})",
    )
    add("--images", type=int, default=5, metavar="N", help="images per step at 128 px, fewer of larger ones (5)")
    add("--objects", type=int, default=5, metavar="N", help="objects per image, each prompted three times (5)")
    add("--synthetic", type=float, default=0.35, metavar="SHARE", help="share of synthetic images (0.35)")
    add("--learning-rate", type=float, default=1e-3, metavar="RATE", help="highest learning rate (0.001)")
    add(
        "--crutch-steps",
        type=int,
        metavar="N",
        help="steps until prompts are no longer drawn into the mask prompt as well (1500; 0 with --start)",
    )
    add("--seed", type=int, default=1, metavar="N", help="decides the initial weights and every draw (1)")


def _stages(text: str) -> list[tuple[int, bool, int]]:
    """Read `128g600,256x700` as image size, whether prompts are trained, and steps."""
    found = [_STAGE.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form 128g600,128x2000,256x700")
    return [(int(match[1]), match[2] == "x", int(match[3])) for match in found]


def schedule_from(given: argparse.Namespace) -> TrainingOptions:
    """The schedule that the user asked for.

    Raises:
        InputError: an option is out of range.
    """
    from SAMSegmenterLib.models.training.options import TrainingOptions

    for name, least in (("images", 1), ("objects", 1), ("plot_every", 1)):
        if getattr(given, name) < least:
            raise InputError(f"--{name.replace('_', '-')} is {getattr(given, name)}.", f"Give {least} or more.")
    stages = tuple(_stage(size, prompts, steps, given) for size, prompts, steps in given.stages)
    options = {"learning_rate": given.learning_rate, "seed": given.seed, "save_every": given.save_every}
    crutch_steps = given.crutch_steps if given.crutch_steps is not None else 0 if given.start else None
    if crutch_steps is not None:
        options["crutch_steps"] = crutch_steps
    return TrainingOptions(stages, **options)


def _stage(size: int, prompts: bool, steps: int, given: argparse.Namespace) -> Stage:
    """Take more of small images and fewer of large ones, which cost four times as much at twice the side."""
    from SAMSegmenterLib.models.training.batches import BatchOptions
    from SAMSegmenterLib.models.training.options import Stage

    images = max(1, round(given.images * (128 / max(1, size)) ** 0.5))
    objects = given.objects if prompts else max(given.objects, GROUPING_OBJECTS)
    return Stage(size, steps, BatchOptions(images, objects, synthetic_fraction=given.synthetic), prompts)
