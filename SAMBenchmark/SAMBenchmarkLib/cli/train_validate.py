"""`sam-train validate`: measure weights, beside classical methods, on images that training left out."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.cli.train_data import add_data_arguments, read_array
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, EXIT_STOPPED, Cancelled, InputError

if TYPE_CHECKING:
    from SAMBenchmarkLib.validation.measure import Measurement
    from SAMBenchmarkLib.validation.weights import Weights
    from SAMSegmenterLib.models.training.sources import LabelledSlice

_ABOUT = """Measure weights on subjects and sources that training left out, for a box, one point, and five and ten
corrective clicks, beside classical methods that get the same prompts; print the tables, with intervals, and whether the
model reaches what is asked of the bundled one. Name the sources that the training kept back (--hold-back), or images
that it saw are taken for new ones."""


def add_parser(commands: argparse._SubParsersAction) -> argparse.ArgumentParser:
    """Add the command to `sam-train`."""
    parser = commands.add_parser(
        "validate",
        help="Dice of weights beside classical methods, on cases that training leaves out",
        description=_ABOUT,
    )
    parser.set_defaults(run=run)
    add_data_arguments(parser)
    weights = "weights of any SAM architecture: a file, or the name of an installed model"
    parser.add_argument("--weights", required=True, help=weights)
    parser.add_argument(
        "--against", help="second weights, compared on the same objects (trained on other sources, say)"
    )
    refiner = "what draws the masks of {} again: a file, or none (default: what comes with the program)"
    parser.add_argument("--refiner", default="", metavar="FILE", help=refiner.format("the small model"))
    parser.add_argument("--against-refiner", default="", metavar="FILE", help=refiner.format("the second one"))
    parser.add_argument("--slices", type=_at_least_one, default=20, help="most slices of a source (default 20)")
    parser.add_argument(
        "--output", type=Path, help="write scores, tables and pictures into this folder; FILE.csv: the scores alone"
    )
    parser.add_argument(
        "--baselines",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="measure the classical methods, too (default yes; they need OpenCV and scikit-image)",
    )
    parser.add_argument(
        "--baseline-objects", type=_at_least_one, default=60, help="most objects of a source for them (default 60)"
    )
    parser.add_argument("--seed", type=int, default=1, help="decides which slices and objects are drawn (default 1)")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, cuda:1 or mps (default auto)")
    return parser


def _at_least_one(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of 1 or more")
    return int(text)


def run(options: argparse.Namespace) -> int:
    """Measure, print and write; returns the exit code."""
    from SAMBenchmarkLib.validation.comparison import compare
    from SAMBenchmarkLib.validation.document import Facts, document
    from SAMBenchmarkLib.validation.output import check_output, write_output
    from SAMBenchmarkLib.validation.weights import open_weights

    if options.against_refiner and not options.against:
        raise InputError("--against-refiner needs second weights.", "Name them after --against; the same ones will do.")
    if options.output:
        check_output(options.output)
    model = open_weights(options.weights, options.device, options.refiner)
    other = open_weights(options.against, options.device, options.against_refiner) if options.against else None
    slices = _slices(options)
    for opened in (model, other):
        if opened is not None:
            opened.check_left_out(slices["new sources"])
    found = _measure(options, slices, model, other)
    comparison = compare(found.scores, found.against, model.trained, other.trained, options.seed) if other else None
    facts = Facts(model.name, other.name if other else "", options.hold_back, options.slices, options.seed)
    text = document(found, comparison, facts)
    print(text)
    if options.output:
        scores = {model.name: found.scores} | ({other.name: found.against} if other else {})
        every = [item for items in slices.values() for item in items]
        for path in write_output(options.output, text, scores, every, options.seed):
            print(f"written: {path}")
    return EXIT_OK if found.slices == found.planned else EXIT_STOPPED


def _slices(options: argparse.Namespace) -> dict[str, list[LabelledSlice]]:
    """What is measured, by group.

    Raises:
        Cancelled: the user stopped.
        InputError: nothing is left to measure.
    """
    from SAMBenchmarkLib.validation.scores import NEW_SOURCES, NEW_SUBJECTS
    from SAMSegmenterLib.models.training.held_back import choose_slices
    from SAMSegmenterLib.models.training.sources import load_slices, read_catalogue, split_cases

    split = split_cases(read_catalogue(options.data), options.hold_back)
    groups = {NEW_SUBJECTS: split.new_subjects, NEW_SOURCES: split.new_sources}
    stop = StopSwitch(unit="case")
    with TerminalProgress() as progress, stop.watching():
        slices = {
            group: choose_slices(load_slices(cases, read_array, progress, stop), options.slices, options.seed)
            for group, cases in groups.items()
        }
    if not any(slices.values()):
        raise InputError(
            "No case is left to measure.", "Each source needs a second subject, or name a source after --hold-back."
        )
    return slices


def _measure(
    options: argparse.Namespace, slices: dict[str, list[LabelledSlice]], model: Weights, other: Weights | None
) -> Measurement:
    """Measure with progress on the terminal.

    Raises:
        Cancelled: the user stopped before anything was measured.
        InputError: no slice holds an object.
    """
    from SAMBenchmarkLib.validation.measure import MeasureOptions, measure

    chosen = MeasureOptions(options.seed, baseline_objects=options.baseline_objects if options.baselines else 0)
    stop = StopSwitch()
    with TerminalProgress() as progress, stop.watching():
        found = measure(model.predictor, slices, chosen, other.predictor if other else None, progress, stop)
    if found.scores:
        return found
    if found.slices < found.planned:
        raise Cancelled
    raise InputError("The slices hold no object of more than 50 pixels.", "Choose more slices.")
