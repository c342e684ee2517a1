"""`sam-train`: train the small model from scratch and measure weights on held-back images."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.core.errors import EXIT_OK, InputError

if TYPE_CHECKING:
    from segment_anything.modeling import Sam

    from SAMSegmenterLib.models.training.options import Stage

DEFAULT_STAGES = "64x1000,128g600,128x3000,256x1500"
_STAGE = re.compile(r"(\d+)([xg])(\d+)")

_EPILOG = """The folder of images holds catalog.json, a list 'cases' with, for each case: id, source, subject, image,
label, license, label_type (semantic or instance), dim (2 or 3) and, for volumes, slice_axis (x, y or z).
Cases under CC0, CC BY, CC BY-SA, MIT, Apache or BSD are trained on, all others are only measured.

exit codes: 0 ok, 2 input, 3 dependency or model, 130 stopped"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    return run_command(lambda: options.run(options), options.verbose)


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="sam-train",
        description="Train the small promptable model, and measure weights.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    train = commands.add_parser("from-scratch", help="train the small model; run again to resume")
    train.set_defaults(run=_from_scratch)
    _add_data_arguments(train)
    train.add_argument(
        "--output", type=Path, required=True, help="folder for the state, the log and weights.safetensors"
    )
    train.add_argument(
        "--stages",
        type=_stages,
        default=DEFAULT_STAGES,
        help="image sizes and steps; g in place of x marks steps without prompts, which teach the encoder to group "
        f"pixels (default {DEFAULT_STAGES})",
    )
    train.add_argument("--images", type=int, default=8, help="images per step at 128 pixels (default 8)")
    train.add_argument("--objects", type=int, default=2, help="objects per image (default 2)")
    train.add_argument("--learning-rate", type=float, default=1e-3, help="highest learning rate (default 0.001)")
    train.add_argument("--seed", type=int, default=1, help="decides the initial weights and every draw (default 1)")
    train.add_argument("--licence", default="CC BY-SA 4.0", help="licence of the weights, written into the file")
    measure = commands.add_parser("validate", help="Dice of weights per source, on cases that training leaves out")
    measure.set_defaults(run=_validate)
    _add_data_arguments(measure)
    measure.add_argument("--weights", type=Path, required=True, help="weights of any SAM architecture")
    measure.add_argument("--slices", type=int, default=20, help="most slices of a source (default 20)")
    measure.add_argument("--output", type=Path, help="also write all scores to this CSV file")
    measure.add_argument("--seed", type=int, default=1, help="decides which slices and objects are drawn (default 1)")
    choose = commands.add_parser(
        "thresholds", help="choose everything mode's thresholds and record them in the weights"
    )
    choose.set_defaults(run=_thresholds)
    _add_data_arguments(choose)
    choose.add_argument("--weights", type=Path, required=True, help="safetensors file that from-scratch wrote")
    choose.add_argument("--slices", type=int, default=3, help="most slices of a source (default 3)")
    choose.add_argument("--points-per-side", type=int, default=16, help="side of the grid of points (default 16)")
    choose.add_argument("--seed", type=int, default=1, help="decides which slices are drawn (default 1)")
    for command in (train, measure, choose):
        add_common_arguments(command)
    return parser


def _add_data_arguments(parser: argparse.ArgumentParser) -> None:
    given = os.environ.get("SAM_TEST_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=given,
        required=not given,
        help="folder with catalog.json; the environment variable SAM_TEST_DATA by default",
    )
    parser.add_argument("--hold-back", nargs="*", default=[], metavar="SOURCE", help="sources kept out of training")


def _stages(text: str) -> list[tuple[int, bool, int]]:
    """Read `128g600,256x700` as image size, whether prompts are trained, and steps."""
    found = [_STAGE.fullmatch(part.strip()) for part in text.split(",")]
    if not all(found):
        raise argparse.ArgumentTypeError(f"'{text}' is not of the form 128g600,128x2000,256x700")
    return [(int(match[1]), match[2] == "x", int(match[3])) for match in found]


def read_array(path: Path) -> np.ndarray:
    """Read an image or label file as (H, W), (H, W, 3) or (K, J, I).

    Raises:
        InputError: the file is missing or cannot be read.
    """
    import SimpleITK

    try:
        return SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(str(path)))
    except RuntimeError as error:
        raise InputError(f"{path} cannot be read.", hint="Check that the file exists and is whole.") from error


def _from_scratch(options: argparse.Namespace) -> int:
    import torch

    from SAMSegmenterLib.models.architectures import build
    from SAMSegmenterLib.models.training.batches import BatchMaker
    from SAMSegmenterLib.models.training.export import WeightsDescription, save_weights
    from SAMSegmenterLib.models.training.initialisation import match_positions
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
    match_positions(sam)
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


def _validate(options: argparse.Namespace) -> int:
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases
    from SAMSegmenterLib.models.training.validation import PROMPTS, choose_slices, validate
    from SAMSegmenterLib.models.training.validation_table import calibration, markdown_table, write_scores

    split = split_cases(read_catalogue(options.data), options.hold_back)
    sam = _load(options.weights)
    everything = []
    for title, cases in (("New subjects", split.new_subjects), ("New sources", split.new_sources)):
        slices = choose_slices(load_slices(cases, read_array), options.slices, options.seed)
        scores = validate(sam, slices, options.seed)
        everything += scores
        print(f"\n{title}: mean Dice, candidate of highest predicted IoU / best candidate\n")
        print(markdown_table(scores, PROMPTS) if scores else "none")
    print(f"\nPredicted against true IoU: {json.dumps(calibration(everything))}")
    if options.output:
        write_scores(everything, options.output)
    return EXIT_OK


def _thresholds(options: argparse.Namespace) -> int:
    from SAMSegmenterLib.models.training.everything_thresholds import choose_thresholds, propose
    from SAMSegmenterLib.models.training.export import record_thresholds
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases
    from SAMSegmenterLib.models.training.validation import choose_slices

    split = split_cases(read_catalogue(options.data), options.hold_back)
    sam = _load(options.weights)
    slices = choose_slices(load_slices(split.new_subjects, read_array), options.slices, options.seed)
    proposals = [propose(sam, item, options.points_per_side, options.seed) for item in slices]
    ranking = choose_thresholds(proposals, options.points_per_side)
    for result in ranking[:5]:
        chosen = result.parameters
        print(
            f"predicted IoU {chosen.pred_iou_thresh}, stability {chosen.stability_score_thresh}, "
            f"NMS {chosen.box_nms_thresh}: best Dice {result.best_dice:.3f}, {result.masks:.1f} masks per slice"
        )
    record_thresholds(options.weights, ranking[0].parameters)
    print(f"The first line is recorded in {options.weights}, chosen on {len(slices)} slices.")
    return EXIT_OK


def _load(path: Path) -> Sam:
    from SAMSegmenterLib.models.architectures import build, recognise
    from SAMSegmenterLib.models.weights import read_state_dict

    state = read_state_dict(path)
    sam = build(recognise(state))
    sam.load_state_dict(state)
    return sam


if __name__ == "__main__":
    sys.exit(main())
