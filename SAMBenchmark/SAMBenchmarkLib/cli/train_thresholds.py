"""`sam-train thresholds`: choose everything mode's thresholds for weights."""

from __future__ import annotations

import argparse
from pathlib import Path

from SAMBenchmarkLib.cli.train_data import add_data_arguments, load_network, read_array
from SAMSegmenterLib.core.errors import EXIT_OK


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "thresholds", help="choose everything mode's thresholds and record them in the weights"
    )
    parser.set_defaults(run=run)
    add_data_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, help="safetensors file that from-scratch wrote")
    parser.add_argument("--slices", type=int, default=3, help="most slices of a source (default 3)")
    parser.add_argument("--points-per-side", type=int, default=16, help="side of the grid of points (default 16)")
    parser.add_argument("--seed", type=int, default=1, help="decides which slices are drawn (default 1)")
    return parser


def run(options: argparse.Namespace) -> int:
    """Choose, print and record; returns the exit code."""
    from SAMSegmenterLib.models.training.everything_thresholds import choose_thresholds, propose
    from SAMSegmenterLib.models.training.export import record_thresholds
    from SAMSegmenterLib.models.training.held_back import choose_slices
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases

    split = split_cases(read_catalogue(options.data), options.hold_back)
    sam = load_network(options.weights)
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
