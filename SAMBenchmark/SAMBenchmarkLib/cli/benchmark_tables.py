"""`sam-benchmark tables`: which command makes which published table."""

from __future__ import annotations

import argparse

from SAMBenchmarkLib.core.published_commands import COMMANDS
from SAMBenchmarkLib.core.published_values import SOURCES
from SAMSegmenterLib.cli.common import add_common_arguments
from SAMSegmenterLib.core.errors import EXIT_OK

ABOUT = """List the tables and figures of the papers that this project follows, with the command that makes the same of
your own images, and the file that then holds it. Published values stand beside yours in csv/published.csv and in the
report: for orientation, never a target."""


def add_parser(commands: argparse._SubParsersAction, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command to `sam-benchmark`."""
    about = "commands that make the published tables of your images"
    parser = commands.add_parser("tables", help=about, description=ABOUT, formatter_class=formatter)
    add_common_arguments(parser)


def run(given: argparse.Namespace) -> int:
    """Print the list; returns the exit code."""
    for one in COMMANDS:
        print(f"{one.where}: {one.what}\n    {one.command}\n    results/{one.makes}")
    print("\nPapers:", *(f"  {source}" for source in SOURCES.values()), sep="\n")
    return EXIT_OK
