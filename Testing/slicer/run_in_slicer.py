"""Runs the tests inside a real Slicer:

    Slicer --no-splash --no-main-window --python-script Testing/slicer/run_in_slicer.py [pytest arguments]

Without arguments: the whole suite. Slicer ends with pytest's exit code. What the tests need must be installed in
Slicer's Python (`PythonSlicer -m pip install ...`); `.github/workflows/tests.yml` shows how, without replacing any of
Slicer's own packages.
"""

from __future__ import annotations

import multiprocessing.spawn
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NO_PYTEST = 3
FAULT = 70


def run(arguments: Sequence[str] = ()) -> int:
    """Run pytest in this process.

    Args:
        arguments: of pytest; the whole suite when empty.

    Returns:
        pytest's exit code, or `NO_PYTEST`.
    """
    try:
        import pytest
    except ImportError:
        print("pytest is not installed in Slicer's Python: PythonSlicer -m pip install pytest", file=sys.stderr)
        return NO_PYTEST
    _let_tests_start_python()
    os.chdir(ROOT)  # pytest finds pyproject.toml and the paths in it from here
    common = ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
    capture = "--capture=sys"  # Slicer writes to its own file descriptors
    return int(pytest.main([*common, capture, *(list(arguments) or [str(ROOT / "Testing")])]))


def _let_tests_start_python() -> None:
    """Tests start `sys.executable`, which must be Slicer's Python and not another Slicer."""
    sys.path.insert(0, str(ROOT / "SAMBenchmark"))
    from SAMBenchmarkLib.cli.slicer_batch import use_slicers_python

    use_slicers_python()
    sys.executable = os.fsdecode(multiprocessing.spawn.get_executable())


def _main() -> None:
    """Run, and end Slicer whatever happens: it stays open after a script, also after one that failed."""
    status = FAULT
    try:
        status = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - the outermost net: Slicer would show the error and wait for ever
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        import slicer

        slicer.util.exit(status)


if __name__ == "__main__":
    _main()
