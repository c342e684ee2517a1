"""`sam-benchmark maps`: priors of everything mode and uncertainty of moved boxes, as volumes."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from SAMBenchmarkLib.cli.run_estimate import counted, say_seconds
from SAMBenchmarkLib.core.options import BenchmarkOptions
from SAMBenchmarkLib.core.protocols.settings import ProtocolSettings
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor
from SAMSegmenterLib.cli.common import add_common_arguments
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK
from SAMSegmenterLib.core.geometry import plane_axis

DEFAULTS = BenchmarkOptions()
ABOUT = (
    "Write maps of a volume as NRRD files. Priors, which help to train another network: the summed stability of all "
    "masks of everything mode, their outlines, and the image with both in its second and third channel (SAMAug). With "
    "--labels also the uncertainty: the entropy of the answers to eight slightly moved boxes around each structure "
    "(SAM-U), in bits."
)


def add_parser(commands: argparse._SubParsersAction, formatter: type[argparse.HelpFormatter]) -> None:
    """Add the command to `sam-benchmark`."""
    about = "write prior maps and uncertainty as volumes"
    add = commands.add_parser("maps", help=about, description=ABOUT, formatter_class=formatter)
    add.add_argument("--volume", metavar="FILE", required=True, help="image file or DICOM folder")
    add.add_argument("--labels", metavar="FILE", help="segmentation of it, for the uncertainty")
    add.add_argument("--output", metavar="FOLDER", required=True, help="where the files go")
    add.add_argument("--no-priors", action="store_true", help="the uncertainty alone, which is far faster")
    add.add_argument("--plane", default=DEFAULTS.plane, help="auto, axial, sagittal or coronal")
    add.add_argument("--window", default=DEFAULTS.window, help="intensities shown to the model, as in run")
    add.add_argument("--points-per-side", type=int, default=DEFAULTS.points_per_side, metavar="N", help="of the grid")
    boxes = ProtocolSettings().uncertainty_boxes
    add.add_argument("--uncertainty-boxes", type=int, default=boxes, metavar="N", help="moved boxes per structure")
    add.add_argument("--seed", type=int, default=DEFAULTS.seed, metavar="N", help="of the moves")
    add.add_argument("--model", default="sam-small", help="its name; sam-models list shows all")
    add.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    add.add_argument("--engine", default="auto", help="what runs the network")
    add.add_argument("--threads", type=int, metavar="N", help="processor threads")
    add_common_arguments(add)


def run(given: argparse.Namespace, load_predictor: LoadPredictor) -> int:
    """Make the maps and write them; returns the exit code.

    Raises:
        InputError: a file or an option cannot be used.
        Cancelled: the user stopped; nothing was written.
    """
    from SAMBenchmarkLib.session.map_volumes import (
        MapRequest,
        check_map_files,
        map_names,
        map_seconds,
        map_volumes,
        write_maps,
    )
    from SAMSegmenterLib.files.images import read_image
    from SAMSegmenterLib.files.pairing import load_pair

    settings = ProtocolSettings(uncertainty_boxes=given.uncertainty_boxes)
    options = replace(
        BenchmarkOptions(plane=given.plane.lower(), window=given.window.lower(), seed=given.seed),
        points_per_side=given.points_per_side,
        protocol_settings=settings,
    )
    if given.labels:  # of a 4D file the first volume
        pair = load_pair(Path(given.volume), Path(given.labels))
        volume, segmentation = pair.frames[0], pair.segmentations[0]
    else:
        volume, segmentation = read_image(Path(given.volume)).frames[0], None
    request = MapRequest(volume, segmentation, options, priors=not given.no_priors)
    folder = Path(given.output).expanduser()
    check_map_files(map_names(request), folder)
    stop = StopSwitch(unit="slice")
    predictor = load_predictor()
    slices = counted(volume.shape_kji[plane_axis(volume, options.plane)], "slice")
    say_seconds(lambda: map_seconds(request, predictor), f"a volume of {slices}")
    with TerminalProgress() as progress, stop.watching():
        maps = map_volumes(request, predictor, progress, stop)
    for path in write_maps(maps, volume, folder):
        print(f"written: {path}")
    return EXIT_OK
