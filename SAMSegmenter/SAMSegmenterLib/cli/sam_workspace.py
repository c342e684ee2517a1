"""Segment a volume in the browser, on a page that this computer serves: nothing leaves it."""

from __future__ import annotations

import argparse
import asyncio
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.cli.segment_inputs import path_of
from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.worker_options import SAMPLE, WorkerOptions

DEFAULT_PORT = 8787

_EPILOG = """examples:
  sam-workspace
  sam-workspace ct.nrrd --labels liver.seg.nrrd
  sam-workspace folder_of_dicom_files --series 2
  sam-workspace --folder images --sessions 2
  sam-workspace ct.nrrd --host 0.0.0.0 --certificate server.pem --key server.key

The page can be opened on this computer only, unless --host names another address: the page's address then ends in a
token that nobody else knows, and TLS (or --insecure, on a network that you trust) is asked for. Each browser has a
workspace of its own. Ctrl+C ends it; accepted segments that were not saved are offered again at the next start.

exit codes: 0 ok, 2 something is wrong with the input, 3 a package or a model is missing. Not for diagnosis."""


def main(arguments: Sequence[str] | None = None, default_volume: str = SAMPLE, extensions: Sequence[str] = ()) -> int:
    """Run the command line.

    Args:
        arguments: those of the command line when None.
        default_volume: "module:function" that gives the volume to show when none was named.
        extensions: "module:function" that give further panels, see `workspace.extension`.

    Returns:
        The exit code.
    """
    given = build_parser().parse_args(arguments)
    return run_command(lambda: _run(given, default_volume, tuple(extensions)), given.verbose)


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
    parser.add_argument("--folder", metavar="FOLDER", type=Path, help="files below it can be opened on the page")
    parser.add_argument(
        "--upload-limit",
        metavar="MB",
        type=int,
        default=2048,
        help="files sent by the browser are at most so large; 0 refuses them (default: %(default)s)",
    )
    parser.add_argument(
        "--sessions", metavar="N", type=int, default=4, help="browsers at a time (default: %(default)s)"
    )
    parser.add_argument(
        "--idle",
        metavar="MINUTES",
        type=float,
        default=60.0,
        help="a workspace without an open page is ended after so long; its segments are kept (default: %(default)s)",
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the page; never done with --host")
    add_common_arguments(parser)
    return parser


def _run(given: argparse.Namespace, default_volume: str, extensions: tuple[str, ...]) -> int:
    from SAMSegmenterLib.workspace.access import access_for
    from SAMSegmenterLib.workspace.gateway import Gateway, run_gateway
    from SAMSegmenterLib.workspace.sessions import Sessions
    from SAMSegmenterLib.workspace.worker_process import WorkerProcess

    access = access_for(given.host, given.port, given.insecure, given.certificate, given.key)
    options = _options(given, default_volume, extensions)
    if given.sessions < 1 or not given.idle > 0:
        raise InputError("--sessions and --idle are numbers above 0.", "Leave them out for the usual ones.")
    sessions = Sessions(lambda: WorkerProcess.start(options), given.sessions, 60 * given.idle)
    asyncio.run(run_gateway(Gateway(access, sessions), lambda url: _ready(url, not given.no_browser)))
    return 0


def _options(given: argparse.Namespace, default_volume: str, extensions: tuple[str, ...]) -> WorkerOptions:
    """What every workspace is started with; what is missing is told before one is."""
    if given.folder is not None and not given.folder.expanduser().is_dir():
        raise InputError(f"There is no folder {given.folder}.", "Check the path given by --folder.")
    if given.frame is not None and given.frame < 1:
        raise InputError(f"There is no volume {given.frame}.", "--frame counts from 1.")
    return WorkerOptions(
        volume=_absolute(given.volume, "VOLUME"),
        labels=_absolute(given.labels, "--labels"),
        series=given.series or "",
        frame=given.frame or 0,
        model=given.model or "",
        device=given.device,
        folder=str(given.folder.expanduser().absolute()) if given.folder is not None else "",
        upload_megabytes=given.upload_limit,
        default_volume=default_volume,
        extensions=extensions,
        verbose=given.verbose,
    )


def _absolute(path: str | Path | None, option: str) -> str:
    return str(path_of(str(path), option).absolute()) if path is not None else ""


def _ready(url: str, opens: bool) -> None:
    print(f"The workspace is open at {url}\nPress Ctrl+C to end it.", flush=True)
    if opens and "?token=" not in url:  # every account of this computer can see what a browser was started with
        webbrowser.open(url)


if __name__ == "__main__":
    sys.exit(main())
