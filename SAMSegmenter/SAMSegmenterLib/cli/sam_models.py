"""`sam-models`: list, download, import, verify and remove models, and the encoded slices that are kept."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.cli.models_tune import add_tune_arguments, tune
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.core.errors import EXIT_MODEL, EXIT_OK, EXIT_STOPPED, InputError, ModelError
from SAMSegmenterLib.models import registry
from SAMSegmenterLib.models.download import download
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.models.folders import cache_directory, make_private, models_directory

_EPILOG = """exit codes: 0 ok, 2 input, 3 dependency or model, 130 stopped

Weights are kept in the folder that SAM_MODELS_DIR names, else in the user's data folder; encoded slices in that of
SAM_CACHE_DIR, else in the user's cache folder, at most SAM_CACHE_GB of them (20 GB, or a tenth of the free disk)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    options = _parser().parse_args(arguments)
    return run_command(lambda: options.run(options), options.verbose)


def _parser() -> argparse.ArgumentParser:
    parser = CommandParser(
        prog="sam-models",
        description="Manage the models that segment.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(commands, "list", _list, "show all models and where their weights are")
    fetch = _add(commands, "download", _download, "fetch a model's weights after asking, resuming an earlier try")
    fetch.add_argument("name", metavar="NAME", help="a model of the list")
    fetch.add_argument("--yes", action="store_true", help="do not ask")
    bring = _add(commands, "import", _import, "check a weights file and copy it to the models")
    bring.add_argument("file", metavar="FILE", type=Path, help="a .pth, .pt or .safetensors file")
    bring.add_argument("--name", help="how to call the model; made from the file's name by default")
    check = _add(commands, "verify", _verify, "compare installed weights with their SHA-256")
    check.add_argument("names", metavar="NAME", nargs="*", help="models to check; all that are installed by default")
    drop = _add(commands, "remove", _remove, "delete a model's weights from this computer")
    drop.add_argument("name", metavar="NAME", help="a model of the list")
    drop.add_argument("--yes", action="store_true", help="do not ask")
    kept = _add(commands, "cache", _cache, "show how much room encoded slices take, and delete them")
    kept.add_argument(
        "--folder", metavar="FOLDER", type=Path, help="where they are kept (SAM_CACHE_DIR, else the user's)"
    )
    kept.add_argument("--purge", action="store_true", help="delete them all")
    kept.add_argument("--yes", action="store_true", help="do not ask")
    add_tune_arguments(_add(commands, "tune", tune, "measure what runs models fastest here, and remember it"))
    return parser


def _add(
    commands: argparse._SubParsersAction, name: str, run: Callable[[argparse.Namespace], int], text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    parser.set_defaults(run=run)
    add_common_arguments(parser)
    return parser


def _list(options: argparse.Namespace) -> int:
    specs = registry.registry()
    width = max(len(name) for name in specs)
    for spec in specs.values():
        state = "installed" if spec.path is not None else "not installed"
        kind = "  promptless" if spec.promptless else ""
        print(f"{spec.name:{width}}  {state:13}  {_size(spec.bytes):>8}  {spec.licence or 'licence unknown'}{kind}")
        if spec.card:
            print(f"{'':{width}}  {spec.summary}")
        if spec.path is not None:
            print(f"{'':{width}}  {spec.path}")
    return EXIT_OK


def _download(options: argparse.Namespace) -> int:
    spec = registry.find(options.name)
    if spec.path is not None:
        print(f"{spec.name} is installed: {spec.path}")
        return EXIT_OK
    if not spec.url:
        raise InputError(
            f"Model '{spec.name}' cannot be downloaded from here.",
            f"Get the file from its authors and run 'sam-models import FILE --name {spec.name}'.",
        )
    print(f"{spec.name}: {_size(spec.bytes)} from {spec.url}\nlicence: {spec.licence}\n{spec.card}")
    if not _confirmed("Download it?", options.yes):
        return _declined()
    folder = make_private(models_directory())
    with TerminalProgress("B") as progress:
        path = download(spec, folder, progress)
    print(f"{spec.name} is installed and verified: {path}")
    return EXIT_OK


def _import(options: argparse.Namespace) -> int:
    with TerminalProgress("B") as progress:
        spec = registry.import_file(options.file, options.name, progress)
    kind = f"{spec.architecture}, promptless" if spec.promptless else spec.architecture
    print(f"{spec.name} is installed ({kind}): {spec.path}")
    return EXIT_OK


def _verify(options: argparse.Namespace) -> int:
    if options.names:
        specs = [registry.resolve(name) for name in options.names]
    else:
        specs = [spec for spec in registry.registry().values() if spec.path is not None]
    damaged = 0
    for spec in specs:
        try:
            with TerminalProgress("B") as progress:
                registry.verify(spec, progress)
            print(f"{spec.name}: ok")
        except ModelError as error:
            damaged += 1
            print(f"{spec.name}: damaged")
            print(f"error: {error.message}\nhint: {error.hint}", file=sys.stderr)
    if not specs:
        print("no weights are installed")
    return EXIT_MODEL if damaged else EXIT_OK


def _remove(options: argparse.Namespace) -> int:
    spec = registry.find(options.name)
    if spec.path is not None and spec.name != registry.BUNDLED:
        print(f"{spec.name}: {spec.path} ({_size(spec.bytes)})")
        if not _confirmed("Delete it?", options.yes):
            return _declined()
    registry.remove(options.name)
    print(f"{spec.name} was removed")
    return EXIT_OK


def _cache(options: argparse.Namespace) -> int:
    folder = options.folder if options.folder is not None else cache_directory()
    cache = EmbeddingCache(folder)
    count, size = cache.count(), cache.size_bytes()
    print(f"{folder}\n{count} encoded slices, {_size(size)} of at most {_size(cache.disk_limit_bytes)}")
    if not options.purge or not size:
        return EXIT_OK
    if not _confirmed("Delete them?", options.yes):
        return _declined()
    cache.clear()
    left = cache.size_bytes()
    print("deleted" if not left else f"{_size(left)} are in use by another program and stay")
    return EXIT_OK


def _confirmed(question: str, yes: bool) -> bool:
    if yes:
        return True
    if sys.stdin is None or not sys.stdin.isatty():
        raise InputError("Nobody is there to answer, so nothing was done.", "Add --yes to go ahead without asking.")
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _declined() -> int:
    print("nothing was done")
    return EXIT_STOPPED


def _size(size: int) -> str:
    if not size:
        return "-"
    return f"{size / 1e9:.2f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"


if __name__ == "__main__":
    sys.exit(main())
