"""`sam-train validate`: measure weights on images that training left out."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from SAMBenchmarkLib.cli.train_data import add_data_arguments, load_network, read_array
from SAMSegmenterLib.core.errors import EXIT_OK


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser("validate", help="Dice of weights per source, on cases that training leaves out")
    parser.set_defaults(run=run)
    add_data_arguments(parser)
    parser.add_argument("--weights", type=Path, required=True, help="weights of any SAM architecture")
    parser.add_argument("--slices", type=int, default=20, help="most slices of a source (default 20)")
    parser.add_argument("--output", type=Path, help="also write all scores to this CSV file")
    parser.add_argument("--seed", type=int, default=1, help="decides which slices and objects are drawn (default 1)")
    return parser


def run(options: argparse.Namespace) -> int:
    """Measure and print; returns the exit code."""
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases
    from SAMSegmenterLib.models.training.validation import PROMPTS, choose_slices, validate
    from SAMSegmenterLib.models.training.validation_table import calibration, markdown_table, write_scores

    split = split_cases(read_catalogue(options.data), options.hold_back)
    sam = load_network(options.weights)
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
