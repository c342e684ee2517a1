"""`sam-benchmark propagate`: how well a structure is found from one of its slices, beside other tools' ways."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from SAMBenchmarkLib.cli.benchmark_propagate_arguments import ABOUT, add_arguments
from SAMBenchmarkLib.cli.run_estimate import counted, say_seconds
from SAMBenchmarkLib.session.output_folder import check_folder
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, EXIT_STOPPED, Cancelled, InputError

if TYPE_CHECKING:
    from SAMBenchmarkLib.propagation.cases import VolumeCase
    from SAMBenchmarkLib.propagation.measure import Measurement
    from SAMSegmenterLib.core.predictor import Predictor
    from SAMSegmenterLib.core.propagation import PropagationParameters


def add_parser(commands: argparse._SubParsersAction, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command to `sam-benchmark`."""
    about = "measure propagation from one slice, beside other tools' ways"
    parser = commands.add_parser("propagate", help=about, description=ABOUT, formatter_class=formatter)
    add_arguments(parser)


def run(given: argparse.Namespace, load_predictor: LoadPredictor) -> int:
    """Measure, print and write; returns the exit code.

    Raises:
        InputError: the options do not fit, or nothing is left to measure.
        Cancelled: the user stopped before anything was measured.
    """
    from SAMBenchmarkLib.propagation.cases import numbered_cases
    from SAMBenchmarkLib.propagation.document import Facts, document
    from SAMBenchmarkLib.propagation.journal import JOURNAL, option_hash
    from SAMBenchmarkLib.propagation.output import write_output
    from SAMBenchmarkLib.propagation.parameter_texts import known_parameters, parameters_from

    if given.parameters == ["?"]:
        print("\n".join(known_parameters()))
        return EXIT_OK
    parameters = parameters_from(given.parameters)
    cases = _cases(given)
    if given.pseudonyms and not given.output:
        raise InputError("--pseudonyms is for the files of --output.", "Give --output, or leave it out.")
    if given.output:
        check_folder(given.output, JOURNAL)
    if given.pseudonyms:
        cases = numbered_cases(cases, given.pseudonyms.expanduser(), given.output, bool(given.volume))
    predictor = load_predictor()
    known = option_hash(parameters, predictor, given.resample, given.baselines)
    measurement = _measure(given, cases, predictor, parameters, known)
    if not measurement.records:
        raise Cancelled
    facts = Facts(
        predictor.spec.name,
        given.axis,
        given.resample,
        given.max_structures,
        given.min_pixels,
        given.parameters,
        given.seed,
        known,
    )
    print(document(measurement, facts))
    if given.output:
        for path in write_output(given.output, measurement, facts):
            print(f"written: {path}")
    return EXIT_OK if measurement.complete else EXIT_STOPPED


def _cases(given: argparse.Namespace) -> list[VolumeCase]:
    """The cases that the user named.

    Raises:
        InputError: none, or files and a catalogue at once.
    """
    from SAMBenchmarkLib.propagation.cases import catalogue_cases, pair_cases

    if given.volume or given.labels:
        if given.data or given.sources or given.unseen:
            raise InputError("--data and its options do not go with --volume and --labels.", "Choose one of the two.")
        return pair_cases(given.volume, given.labels)
    folder = given.data or os.environ.get("SAM_TEST_DATA")
    if not folder:
        raise InputError("Nothing to measure is named.", "Give --data, or --volume and --labels.")
    return catalogue_cases(Path(folder), given.sources, given.unseen, given.hold_back)


def _measure(
    given: argparse.Namespace,
    cases: list[VolumeCase],
    predictor: Predictor,
    parameters: PropagationParameters,
    known: str,
) -> Measurement:
    """Choose structures and measure those that the output folder does not have yet."""
    from SAMBenchmarkLib.propagation.choosing import Choice, choose_parts
    from SAMBenchmarkLib.propagation.journal import JOURNAL, Journal
    from SAMBenchmarkLib.propagation.measure import Measured, MeasureOptions, measure
    from SAMBenchmarkLib.propagation.output import open_folder
    from SAMBenchmarkLib.propagation.strips import write_strip
    from SAMBenchmarkLib.propagation.time_estimate import propagation_seconds
    from SAMBenchmarkLib.session.step_seconds import model_speed

    options = MeasureOptions(parameters, given.resample, given.baselines)
    choice = Choice(given.axis, given.max_structures, given.resample, given.min_pixels, given.seed)
    stop = StopSwitch(unit="structure")
    with stop.watching():
        with TerminalProgress() as progress:
            chosen = choose_parts(cases, choice, progress, stop)
        pictures = open_folder(given.output) if given.output else None
        journal = Journal(given.output / JOURNAL if given.output else None, known)
        if not journal.records:  # else the progress tells what is left
            about = f"{counted(len(chosen), 'structure')}, all volumes taken to be as long as the first"
            say_seconds(lambda: propagation_seconds(chosen, predictor, options, model_speed), about)

        def draw(measured: Measured) -> None:
            if pictures is not None:
                write_strip(measured, pictures, known)

        with TerminalProgress() as progress:
            return measure(chosen, predictor, options, journal, draw, progress, stop)
