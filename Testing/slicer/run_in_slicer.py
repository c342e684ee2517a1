"""Runs the tests inside a real Slicer:

    Slicer --no-splash --no-main-window --python-script Testing/slicer/run_in_slicer.py [pytest arguments]

Without arguments: the layers that meet Slicer, and `core`. Slicer ends with pytest's exit code. pytest must be
installed in Slicer's Python (`PythonSlicer -m pip install pytest`).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("core", "scene", "session", "desktop")
NO_PYTEST = 3


def run(arguments: Sequence[str] = ()) -> int:
    """Run pytest in this process.

    Args:
        arguments: of pytest; the tests of `LAYERS` when empty.

    Returns:
        pytest's exit code, or `NO_PYTEST`.
    """
    try:
        import pytest
    except ImportError:
        print("pytest is not installed in Slicer's Python: PythonSlicer -m pip install pytest", file=sys.stderr)
        return NO_PYTEST
    chosen = list(arguments) or [str(ROOT / "Testing" / layer) for layer in LAYERS]
    os.chdir(ROOT)  # pytest finds pyproject.toml and the paths in it from here
    common = ["--rootdir", str(ROOT), "-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider"]
    return int(pytest.main([*common, *chosen]))


def _exit(status: int) -> None:
    """Slicer stays open after a script unless it is told to end."""
    import slicer

    slicer.util.exit(status)


if __name__ == "__main__":
    _exit(run(sys.argv[1:]))
