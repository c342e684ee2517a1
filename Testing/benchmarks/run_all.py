"""Runs the speed measurements one after the other, each in a process of its own, and keeps their figures.

    python3 Testing/run.py benchmarks [NAME ...] [--quick] [--json FILE] [--record [FOLDER]]

Every figure stands beside a reference that was measured in the same run. Let the computer be quiet meanwhile.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.results_page import write_results

FOLDER = Path(__file__).resolve().parent
NAMES = (
    "click_latency",
    "workspace_latency",
    "worker_speed",
    "large_images",
    "encoder_speed",
    "decoder_speed",
    "everything_speed",
    "metrics_speed",
    "cache_speed",
    "whole_run_speed",
    "linear_cost",
    "propagation_ablation",
    "store_scale",
)
FAILED, STOPPED = 1, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print and keep; returns the exit code."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.quick and options.record == FOLDER:
        parser.error("--quick measures nothing worth recording: leave it out, or name a folder after --record")
    try:
        results, failed = _measured(options.names or NAMES, options.quick)
    except KeyboardInterrupt:
        print("stopped: nothing was recorded", file=sys.stderr)
        return STOPPED
    if options.json is not None:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    if options.record is not None and not failed:
        for path in write_results(results, options.record):
            print(f"wrote {path}")
    if failed:
        print(f"failed, and not recorded: {', '.join(failed)}", file=sys.stderr)
    return FAILED if failed else 0


def build_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="run.py benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", type=_known, help=f"one of {', '.join(NAMES)}; all when none is given"
    )
    parser.add_argument("--quick", action="store_true", help="small data, few repeats: only shows that they work")
    parser.add_argument("--json", metavar="FILE", type=Path, help="write all figures to a file")
    parser.add_argument(
        "--record",
        metavar="FOLDER",
        type=Path,
        nargs="?",
        const=FOLDER,
        help="write RESULTS.md, for people, and results.json; into Testing/benchmarks when no folder is given",
    )
    return parser


def _known(name: str) -> str:
    if name not in NAMES:
        raise argparse.ArgumentTypeError(f"there is no measurement '{name}'; there are: {', '.join(NAMES)}")
    return name


def _measured(names: Sequence[str], quick: bool) -> tuple[dict[str, Mapping[str, Any]], list[str]]:
    """Figures by name, and the names of those that failed."""
    results, failed = {}, []
    for name in dict.fromkeys(names):
        print(f"{name}\n{'=' * len(name)}", flush=True)
        figures = _figures(name, quick)
        if figures is None:
            failed.append(name)
        else:
            results[name] = figures
        print(flush=True)
    return results, failed


def _figures(name: str, quick: bool) -> dict[str, Any] | None:
    """Of one measurement, which prints its table itself; None when it failed."""
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        path = Path(folder) / "figures.json"
        command = [sys.executable, str(FOLDER / f"{name}.py"), "--json", str(path), *(["--quick"] if quick else [])]
        if subprocess.run(command, check=False).returncode or not path.exists():
            return None
        return json.loads(path.read_text(encoding="utf-8"))


if __name__ == "__main__":
    sys.exit(main())
