"""The demonstration: S1-S6 on a brain template or on a case of your own, and one box carried through a structure."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from SAMBenchmarkLib.cli.sam_benchmark import MakeLoader, evaluate_and_show
from SAMBenchmarkLib.core.cases import Case
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.session import brain_case
from SAMBenchmarkLib.session.carried_box import CarriedBox, carry_one_box, most_compact
from SAMBenchmarkLib.session.case_loading import LoadedCase
from SAMBenchmarkLib.session.output_folder import check_output_folder
from SAMBenchmarkLib.session.outputs import Extras
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor, PredictorLoader
from SAMBenchmarkLib.session.run_request import RunRequest
from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.models.folders import cache_directory

SLICES = 10
POINTS_PER_SIDE = 16
"""A quarter of the usual grid: everything mode is by far the slowest strategy, and this is a tour."""

TOUR = (
    "This is a tour of the tool, not evidence: one averaged brain image, ten slices, labels from tissue maps, and the "
    "small bundled model."
)


def main(arguments: Sequence[str] | None = None, make_loader: MakeLoader | None = None) -> int:
    """Run the demonstration; returns the exit code."""
    given = _parser().parse_args(arguments)
    load = (make_loader or _registry_loader)(given)
    return run_command(lambda: _demo(given, load), given.verbose)


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        "run.py demo",
        description="Evaluate S1-S6 with the bundled model on a spread of slices of a brain MR, carry one box on one "
        "slice through the ventricles, and leave tables, a report and a Slicer scene. With --volume and --labels: the "
        "same on your own case. The same command again goes on where it stopped. Not for diagnosis.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--output", metavar="FOLDER", default="demo-output", help="new, empty or of an earlier run")
    parser.add_argument("--volume", metavar="FILE", help="your own image instead of the brain template")
    parser.add_argument("--labels", metavar="FILE", help="reference segmentation of your image")
    parser.add_argument("--nan-as-background", action="store_true", help="accept NaN and infinite voxels in it")
    parser.add_argument("--model", default="sam-small", help="model to evaluate")
    add_common_arguments(parser)
    return parser


def _registry_loader(given: argparse.Namespace) -> LoadPredictor:
    return PredictorLoader(given.model)


def _demo(given: argparse.Namespace, load: LoadPredictor) -> int:
    own = given.volume or given.labels
    if own and not (given.volume and given.labels):
        raise InputError("A case of your own needs both --volume and --labels.")
    output = check_output_folder(given.output).path  # before minutes of work
    case = _own_case(given) if own else _brain_case()
    if not own:
        print(TOUR + "\n", flush=True)
    request = RunRequest(
        cases=[case],
        options=BenchmarkOptions(plane="auto" if own else "axial", max_slices=SLICES, points_per_side=POINTS_PER_SIDE),
        output=output,
        load_predictor=load,
        keep_going=False,
        notes=() if own else (TOUR,),
        extend=carry_through,
    )
    return evaluate_and_show(request)


def _own_case(given: argparse.Namespace) -> Case:
    paths = [Path(name).expanduser() for name in (given.volume, given.labels)]
    for path in paths:
        if not path.exists():
            raise InputError(f"There is no file {path}.", "Check --volume and --labels.")
    return Case("own case", *paths, nan_as_background=given.nan_as_background)


def _brain_case() -> Case:
    """The template where it is installed; its reference segmentation is made once and kept with the caches."""
    files = brain_case.template_files()
    labels = cache_directory() / "demonstration" / "mni152-reference.seg.nrrd"
    if not labels.exists():
        print("Making the reference segmentation from the tissue maps ...", flush=True)
        labels.parent.mkdir(parents=True, exist_ok=True)
        brain_case.write_brain_labels(files, labels)
    return Case(brain_case.NAME, files.t1, labels, modality="T1W")


def carry_through(loaded: LoadedCase, predictor: Predictor) -> Extras:
    """Carry one box on one slice through the smallest structure, for table, scene and report."""
    volume, segmentation = loaded.frames[0], loaded.segmentations[0]
    try:
        carried = carry_one_box(volume, segmentation, most_compact(segmentation), loaded.slices[0][1].axis, predictor)
    except InputError as error:
        return Extras(notes=(f"No box was carried: {error}",))
    name = f"{carried.structure.name} carried from one box"
    return Extras((carried.table,), {name: _as_segmentation(carried, segmentation)}, (carried.sentence(),))


def _as_segmentation(carried: CarriedBox, segmentation: Segmentation) -> Segmentation:
    value = carried.structure.value
    labels = carried.mask.astype(np.int16) * np.int16(value)
    return Segmentation.from_labels(labels, segmentation.ijk_to_ras, {value: carried.structure.name})


if __name__ == "__main__":
    sys.exit(main())
