"""Segment a volume with the Segment Anything Model, without a window: from prompts, from a scene that was saved with
its prompts, or from another model's masks or boxes."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.cli.segment_arguments import MODES, add_segment_arguments, mode_of
from SAMSegmenterLib.cli.segment_boxes import boxes_job
from SAMSegmenterLib.cli.segment_job import SegmentJob
from SAMSegmenterLib.cli.segment_prompts import prompts_job
from SAMSegmenterLib.cli.segment_propagate import plan_of
from SAMSegmenterLib.cli.segment_propagate_run import check_outputs, run_propagation
from SAMSegmenterLib.cli.segment_refine import refine_job
from SAMSegmenterLib.cli.segment_replay import replay_job
from SAMSegmenterLib.cli.segment_run import LoadModel, check_output, load_registered, run_job

_EPILOG = """examples:
  sam-segment --volume ct.nrrd --boxes boxes.json --output liver.seg.nrrd
  sam-segment --volume ct.nrrd --prompts prompts.json --output liver.nii.gz
  sam-segment --volume ct.nrrd --prompts prompts.json --propagate --confidence-table slices.tsv --output liver.seg.nrrd
  sam-segment --volume ct.nrrd --refine other.seg.nrrd --propagate --keyframes 12,40 --output whole.seg.nrrd
  sam-segment --volume ct.nrrd --refine other.seg.nrrd --window abdomen --fill-holes --output refined.seg.nrrd
  sam-segment --replay scene.mrb --output again.seg.nrrd

A propagation starts from the prompted slices, which it does not change, and says for each structure why it ended. What
--range, --stop-at, --step and --tune say may stand in the prompt file instead:
  "parameters": {"propagation": {"first": 10, "last": 60, "stop_marks": {"liver": [58]}}}

A box file. Each structure says where it is in one of four ways: boxes [x0, y0, x1, y1] of slices in voxels (columns and
rows, from 0, the last ones included), a 3D box in voxels [i0, j0, k0, i1, j1, k1], two opposite corners of one in mm
(RAS), or extreme points in mm. "axis" and "value" may be left out.
  {"schema": "sam-boxes/1", "axis": "axial", "structures": [
    {"name": "liver", "value": 1, "slices": [{"index": 40, "box": [102, 80, 260, 214]}]},
    {"name": "spleen", "box_ijk": [310, 220, 30, 380, 300, 62]},
    {"name": "left kidney", "box_ras": [[-80, -60, 10], [-20, 5, 120]]},
    {"name": "right kidney", "extreme_points_ras": [[20, 0, 60], [75, 0, 62], [50, -40, 60], [48, 9, 61],
                                                    [50, -10, 15], [47, -12, 118]]}]}

Ctrl+C, or an error on the way, keeps the finished slices: those of liver.seg.nrrd are then in liver.partial.seg.nrrd.

exit codes: 0 ok, 1 a replay gave other masks than were accepted, 2 something is wrong with the input, 3 a package or a
model is missing, 130 stopped by the user. Not for diagnosis."""

_JOBS: dict[str, Callable[[argparse.Namespace], SegmentJob]] = {
    "prompts": prompts_job,
    "replay": replay_job,
    "refine": refine_job,
    "boxes": boxes_job,
}


def main(arguments: Sequence[str] | None = None, load: LoadModel = load_registered) -> int:
    """Run the command line.

    Args:
        arguments: those of the command line when None.
        load: gives a model; by default from the registry.

    Returns:
        The exit code.
    """
    given = build_parser().parse_args(arguments)
    return run_command(lambda: _run(given, load), given.verbose)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = CommandParser(
        "sam-segment", description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_segment_arguments(parser)
    add_common_arguments(parser)
    return parser


def _run(given: argparse.Namespace, load: LoadModel) -> int:
    mode = mode_of(given)
    output = Path(given.output).expanduser().absolute()
    named = [given.volume, *(getattr(given, name) for name in MODES)]
    inputs = [Path(text).expanduser() for text in named if text]
    check_output(output, inputs, given.overwrite, given.overlap)
    job = _JOBS[mode](given)
    if not given.propagate:
        return run_job(job, output, given.overlap, load)
    plan = plan_of(given, job)
    check_outputs(plan, output, inputs, given.overwrite)
    return run_propagation(plan, output, load)


if __name__ == "__main__":
    sys.exit(main())
