"""The options of `sam-benchmark propagate`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

from SAMBenchmarkLib.propagation.cases import AUTO, AXES
from SAMBenchmarkLib.propagation.structures import LEAST_PIXELS, LEAST_SLICES
from SAMSegmenterLib.cli.common import add_common_arguments
from SAMSegmenterLib.models.engine_names import ENGINES

ABOUT = f"""Measure propagation: from the mask on one slice to the whole structure. Each connected part of a label that
spans {LEAST_SLICES} slices or more is boxed on its largest slice; the model's answer is carried through the volume, by
propagation and, from the same mask and embeddings, by the ways of other tools: the same prompt on every slice, a chain
of boxes, projection with an overlap that stops it, interpolation of signed distances. Ctrl+C keeps what is finished;
the same command with the same --output goes on from there."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add all options."""
    _add_data(parser.add_argument_group("what to measure"))
    _add_choice(parser.add_argument_group("which structures"))
    _add_method(parser.add_argument_group("how"))
    add_common_arguments(parser)


def _add_data(group: argparse._ArgumentGroup) -> None:
    given = os.environ.get("SAM_TEST_DATA")
    add = group.add_argument
    add("--data", type=Path, metavar="FOLDER", help=f"folder with catalog.json (SAM_TEST_DATA{_is(given)})")
    add("--sources", nargs="+", default=[], metavar="NAME", help="datasets of the catalogue (all)")
    add("--unseen", action="store_true", help="leave out the catalogue's cases that training uses")
    add("--hold-back", nargs="*", default=[], metavar="NAME", help="with --unseen: datasets kept out of training")
    add("--volume", nargs="+", default=[], metavar="FILE", help="volumes, in place of --data")
    add("--labels", nargs="+", default=[], metavar="FILE", help="their label files, in the same order")
    add(
        "--pseudonyms",
        type=Path,
        metavar="KEY",
        help="number cases and subjects, and the folders of --volume, in all results instead of naming them; who is "
        "who is kept in this CSV file, which belongs to the images",
    )


def _add_choice(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--axis",
        choices=AXES,
        default=AUTO,
        help="slice axis of the array (K, J, I); auto: the catalogue's, else the one of the largest spacing",
    )
    add("--max-structures", type=at_least(1), default=12, metavar="N", help="most of a dataset, spread over its cases")
    add("--min-pixels", type=at_least(0), default=LEAST_PIXELS, metavar="N", help="the largest slice has more pixels")
    add("--resample", type=at_least(1), default=1, metavar="N", help="keep every Nth slice, for coarser volumes")
    add("--seed", type=at_least(0), default=1, help="decides which structures are drawn, and the bootstrap")


def _add_method(group: argparse._ArgumentGroup) -> None:
    add = group.add_argument
    add(
        "--output",
        type=Path,
        metavar="FOLDER",
        help="for figures, tables, pictures and a page; without it the account is only printed",
    )
    add(
        "--parameters",
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="change parameters of propagation; GROUP.NAME=VALUE within a group, '?' lists them",
    )
    add("--baselines", action=argparse.BooleanOptionalAction, default=True, help="measure the other methods, too")
    add("--model", default="sam-small", help="its name; sam-models list shows all")
    add("--device", default="auto", help="auto, cpu, cuda (graphics card) or mps (Apple)")
    add("--engine", default="auto", help=f"what runs the network: auto, {', '.join(ENGINES)}")
    add("--threads", type=at_least(1), metavar="N", help="processor threads (SAM_THREADS, else all cores)")


def at_least(least: int) -> Callable[[str], int]:
    """The type of an option that takes whole numbers from a least one on."""

    def whole_number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of {least} or more")
        return int(text)

    return whole_number


def _is(value: str | None) -> str:
    return f": {value}" if value else ""
