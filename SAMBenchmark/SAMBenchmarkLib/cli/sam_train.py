"""`sam-train`: train the small model, adapt checkpoints, and measure weights on held-back images."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from SAMBenchmarkLib.cli import train_fine_tune, train_from_scratch, train_refine, train_thresholds, train_validate
from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command

COMMANDS = (train_from_scratch, train_refine, train_fine_tune, train_validate, train_thresholds)

_EPILOG = """All commands but fine-tune read a folder of images. It holds catalog.json, a list 'cases' with, for each
case: id, source, subject, image, label, license, label_type (semantic or instance), dim (2 or 3) and, for volumes,
slice_axis (x, y or z). Cases under CC0, CC BY, CC BY-SA, MIT, Apache or BSD are trained on, all others only measured.

exit codes: 0 ok, 2 input, 3 dependency or model, 130 stopped"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = build_parser().parse_args(arguments)
    return run_command(lambda: options.run(options), options.verbose)


def build_parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = CommandParser(
        prog="sam-train",
        description="Train the small promptable model, adapt checkpoints to your own volumes, and measure weights.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        add_common_arguments(command.add_parser(commands))
    return parser


if __name__ == "__main__":
    sys.exit(main())
