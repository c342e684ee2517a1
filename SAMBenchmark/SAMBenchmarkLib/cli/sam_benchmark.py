"""sam-benchmark: how well the Segment Anything Model outlines structures on your own volumes."""

from __future__ import annotations

import argparse
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from SAMBenchmarkLib.cli import (
    benchmark_agreement,
    benchmark_maps,
    benchmark_propagate,
    benchmark_stopwatch,
    benchmark_tables,
)
from SAMBenchmarkLib.cli.run_arguments import add_run_arguments, cases_from, options_from
from SAMBenchmarkLib.cli.run_estimate import HandedOn, dry_run, say_estimate
from SAMBenchmarkLib.core.pseudonyms import pseudonymised
from SAMBenchmarkLib.core.store import ResultStore, RunRecord
from SAMBenchmarkLib.core.summary_text import COLUMNS, terminal_summary
from SAMBenchmarkLib.session import outputs
from SAMBenchmarkLib.session.output_folder import OutputFolder
from SAMBenchmarkLib.session.predictor_loader import LoadPredictor, PredictorLoader
from SAMBenchmarkLib.session.run_request import RunRequest, RunResult
from SAMBenchmarkLib.session.runner import run_benchmark
from SAMBenchmarkLib.session.stores import open_store
from SAMSegmenterLib.cli.common import CommandParser, add_common_arguments, run_command
from SAMSegmenterLib.cli.progress import TerminalProgress
from SAMSegmenterLib.cli.stop_switch import StopSwitch
from SAMSegmenterLib.core.errors import EXIT_OK, EXIT_SOME_CASES_FAILED, Cancelled, InputError

EPILOG = """\
exit codes: 0 all went well, 1 some cases failed, 2 something is wrong with the input, 3 a package or a model is
missing, 130 stopped by the user. Not for diagnosis."""

MakeLoader = Callable[[argparse.Namespace], LoadPredictor]


def main(arguments: Sequence[str] | None = None, make_loader: MakeLoader | None = None) -> int:
    """Run the command.

    Args:
        arguments: those of the command line when None.
        make_loader: chooses how the model is loaded; by default from the registry.

    Returns:
        The exit code.
    """
    given = build_parser().parse_args(arguments)
    loader = make_loader or _registry_loader
    work: dict[str, Callable[[], int]] = {
        "run": lambda: _run(given, loader),
        "report": lambda: _report(given),
        "propagate": lambda: benchmark_propagate.run(given, loader(given)),
        "maps": lambda: benchmark_maps.run(given, loader(given)),
        "agreement": lambda: benchmark_agreement.run(given),
        "stopwatch": lambda: benchmark_stopwatch.run(given),
        "tables": lambda: benchmark_tables.run(given),
    }
    return run_command(work[given.command], given.verbose)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the command line."""
    parser = CommandParser("sam-benchmark", description=__doc__, epilog=EPILOG)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    about = (
        "Evaluate a volume, or many. Prompts (points, boxes) are simulated from the reference segmentation, the "
        "model's masks are compared with it slice by slice, and tables, a report and a Slicer scene are written. "
        "Ctrl+C keeps what is finished; the same command again goes on from there."
    )
    shown = argparse.ArgumentDefaultsHelpFormatter
    run = commands.add_parser("run", help="evaluate", description=about, epilog=EPILOG, formatter_class=_Defaults)
    add_run_arguments(run)
    add_common_arguments(run)
    about = "Write the tables and the report again from the stored results; nothing is computed."
    report = commands.add_parser("report", help="tables and report again", description=about, formatter_class=shown)
    report.add_argument("--output", metavar="FOLDER", required=True, help="folder of an earlier run")
    report.add_argument("--run", metavar="HASH", default="", help="which options, when it holds several (the latest)")
    add_common_arguments(report)
    benchmark_propagate.add_parser(commands, _Defaults)
    benchmark_maps.add_parser(commands, _Defaults)
    benchmark_agreement.add_parser(commands, _Defaults)
    benchmark_stopwatch.add_parser(commands, _Defaults)
    benchmark_tables.add_parser(commands, _Defaults)
    return parser


class _Defaults(argparse.ArgumentDefaultsHelpFormatter):
    """Shows defaults where there is one to show."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        if action.default in (None, "", False, ()) or action.required:
            return action.help
        return super()._get_help_string(action)


def _registry_loader(given: argparse.Namespace) -> LoadPredictor:
    return PredictorLoader(given.model, given.device, given.engine, given.threads)


def _run(given: argparse.Namespace, make_loader: MakeLoader) -> int:
    cases = cases_from(given)
    if given.pseudonyms:
        cases = pseudonymised(cases, Path(given.pseudonyms).expanduser(), Path(given.output), not given.dry_run)
    request = RunRequest(
        cases=cases,
        options=options_from(given),
        output=Path(given.output),
        load_predictor=HandedOn(make_loader(given)),
        workers=given.workers,
        scheduler=given.scheduler,
        store=given.store.lower(),
        cache_directory=_cache_directory(given),
        keep_going=bool(given.manifest),
        report=not given.no_report,
        scene=not given.no_scene,
    )
    if given.dry_run:
        return dry_run(request)
    say_estimate(request)
    return evaluate_and_show(request)


def evaluate_and_show(request: RunRequest) -> int:
    """Run a request with progress on the terminal, then print the summary and where to look.

    Returns:
        The exit code.

    Raises:
        SAMError: as `run_benchmark` does.
        Cancelled: the user stopped; how to go on was said.
    """
    stop = StopSwitch()
    try:
        with TerminalProgress() as progress, stop.watching():
            result = run_benchmark(request, progress, stop)
    except (Cancelled, KeyboardInterrupt):
        _say_how_to_go_on(request.output)
        raise
    _show(result)
    return EXIT_SOME_CASES_FAILED if result.failed else EXIT_OK


def _cache_directory(given: argparse.Namespace) -> Path | None:
    if given.no_cache:
        return None
    if given.cache_dir:
        return Path(given.cache_dir).expanduser()
    from SAMSegmenterLib.models.folders import cache_directory

    return cache_directory()


def _show(result: RunResult) -> None:
    summary = terminal_summary(result.tables, max(COLUMNS, shutil.get_terminal_size().columns))
    if summary:
        print(f"\n{summary}\n")
    for notice in result.notices:
        print(f"note: {notice}")
    for name, reason in result.failed.items():
        print(f"failed: {name}: {reason}", file=sys.stderr)
    print("Where to look:")
    for path in _landmarks(result.paths):
        print(f"  {path}")


def _landmarks(paths: Sequence[Path]) -> list[Path]:
    """The paths with the many tables as one folder; the store, which is first, comes last."""
    return list(dict.fromkeys(path.parent if path.suffix == ".tsv" else path for path in (*paths[1:], *paths[:1])))


def _say_how_to_go_on(output: Path) -> None:
    if OutputFolder(output).results.exists():
        folder = shlex.quote(str(output))
        print("The same command again goes on where this one stopped.", file=sys.stderr)
        print(f"Tables of what is finished: sam-benchmark report --output {folder}", file=sys.stderr)


def _report(given: argparse.Namespace) -> int:
    folder = OutputFolder(Path(given.output).expanduser().absolute())
    with open_store(folder.results, read_only=True) as store:
        run = _chosen_run(store, given.run)
        tables = outputs.run_tables(store, run)
        if not tables:
            raise InputError(f"{folder.results} holds no finished slice of these options.", "Run the evaluation first.")
        notices: list[str] = []
        outputs.forget_shown_run(folder)
        paths = outputs.write_run_report(folder, store, run, notices.append)
        paths += outputs.write_tables(folder, tables)
        failed = {case.case_id: case.reason for case in store.cases(run.option_hash) if case.status == "failed"}
    _show(RunResult(run.option_hash, (), failed, tuple(tables), (folder.results, *paths), tuple(notices)))
    return EXIT_OK


def _chosen_run(store: ResultStore, start: str) -> RunRecord:
    """The latest run, or the one whose hash starts so."""
    runs = store.runs()
    found = [run for run in runs if run.option_hash.startswith(start)]
    if not found or (start and len(found) > 1):
        known = ", ".join(run.option_hash for run in runs) or "none"
        raise InputError(f"No run '{start}' is stored." if start else "No run is stored.", f"Stored runs: {known}.")
    return found[-1]


if __name__ == "__main__":
    sys.exit(main())
