"""Segment a volume in the browser, on a page that this computer serves: nothing leaves it."""

from __future__ import annotations

import argparse
import sys
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.cli.segment_inputs import frame_index, path_of
from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.core.sample_volume import sample_volume

DEFAULT_PORT = 8787

_EPILOG = """examples:
  sam-workspace
  sam-workspace ct.nrrd --labels liver.seg.nrrd
  sam-workspace folder_of_dicom_files --series 2
  sam-workspace ct.nrrd --host 0.0.0.0 --certificate server.pem --key server.key

The page can be opened on this computer only, unless --host names another address: the page's address then ends in a
token that nobody else knows, and TLS (or --insecure, on a network that you trust) is asked for. Ctrl+C ends it.

exit codes: 0 ok, 2 something is wrong with the input, 3 a package or a model is missing. Not for diagnosis."""

OpenDefault = Callable[[], Volume]


def main(arguments: Sequence[str] | None = None, open_default: OpenDefault = lambda: sample_volume()[0]) -> int:
    """Run the command line.

    Args:
        arguments: those of the command line when None.
        open_default: gives the volume to show when none was named.

    Returns:
        The exit code.
    """
    given = build_parser().parse_args(arguments)
    return run_command(lambda: _run(given, open_default), given.verbose)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = CommandParser(
        "sam-workspace", description=__doc__, epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("volume", metavar="VOLUME", nargs="?", help="an image file or a folder of DICOM files")
    parser.add_argument("--labels", metavar="FILE", type=Path, help="structures to begin with")
    parser.add_argument("--series", metavar="N", help="which series of a DICOM folder")
    parser.add_argument("--frame", metavar="N", type=int, help="which volume of a 4D file, from 1")
    parser.add_argument("--model", metavar="NAME", help="a model of 'sam-models list'; the bundled one by default")
    parser.add_argument("--device", default="auto", help="where it runs: auto, cpu, cuda or mps (default: %(default)s)")
    parser.add_argument(
        "--port", metavar="P", type=int, default=DEFAULT_PORT, help="default: %(default)s; 0 takes any that is free"
    )
    parser.add_argument(
        "--host", metavar="ADDRESS", default="127.0.0.1", help="address to listen on (this computer only)"
    )
    parser.add_argument("--certificate", metavar="FILE", type=Path, help="PEM file for TLS")
    parser.add_argument("--key", metavar="FILE", type=Path, help="PEM file with the certificate's key")
    parser.add_argument("--insecure", action="store_true", help="let other computers in without TLS")
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    add_common_arguments(parser)
    return parser


def _run(given: argparse.Namespace, open_default: OpenDefault) -> int:
    from SAMSegmenterLib.models.folders import cache_directory
    from SAMSegmenterLib.models.registry import resolve
    from SAMSegmenterLib.session.autosave import Autosave
    from SAMSegmenterLib.session.model_service import ModelService
    from SAMSegmenterLib.session.preferences import Preferences
    from SAMSegmenterLib.workspace.access import access_for
    from SAMSegmenterLib.workspace.case import WorkspaceCase
    from SAMSegmenterLib.workspace.controller import WorkspaceController
    from SAMSegmenterLib.workspace.server import WorkspaceServer

    access = access_for(given.host, given.port, given.insecure, given.certificate, given.key)
    preferences = Preferences(device=given.device)
    model = resolve(given.model).name if given.model else preferences.model
    volume, labels, notes = _opened(given, open_default)
    service = ModelService(preferences.load, preferences.embedding_cache())
    service.choose(model, preferences.device)
    # segments of a label file get other ids each time: marks that were kept for them would not find them again
    autosave = Autosave(cache_directory() / "unaccepted") if labels is None else None
    controller = WorkspaceController(WorkspaceCase(volume, labels), service, autosave)
    for note in notes:
        controller.tell(note)
    WorkspaceServer(controller, access).run(lambda url: _ready(url, not given.no_browser))
    return 0


def _opened(
    given: argparse.Namespace, open_default: OpenDefault
) -> tuple[Volume, Segmentation | None, tuple[str, ...]]:
    from SAMSegmenterLib.files.images import read_image
    from SAMSegmenterLib.files.labels import read_labels

    notes: tuple[str, ...] = ()
    if given.volume is None:
        volume = open_default()
    else:
        image = read_image(path_of(given.volume, "VOLUME"), given.series)
        volume, notes = image.frames[frame_index(given, len(image.frames))], image.notes
    labels = read_labels(path_of(str(given.labels), "--labels"), image=volume) if given.labels else None
    return volume, labels, notes


def _ready(url: str, opens: bool) -> None:
    print(f"The workspace is open at {url}\nPress Ctrl+C to end it.", flush=True)
    if opens:
        webbrowser.open(url)


if __name__ == "__main__":
    sys.exit(main())
