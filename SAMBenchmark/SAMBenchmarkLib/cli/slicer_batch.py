"""sam-benchmark inside 3D Slicer, without its window:

Slicer --no-splash --no-main-window --python-script slicer_batch.py run --volume V --labels L --output FOLDER
"""

from __future__ import annotations

import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path


def add_libraries() -> None:
    """Put the folders of both libraries on the path, beside each other in the sources and together when installed."""
    here = Path(__file__).resolve()
    module = here.parents[2]
    for folder in (module, module.parent / "SAMSegmenter"):
        if folder.is_dir() and str(folder) not in sys.path:
            sys.path.insert(0, str(folder))


def use_slicers_python() -> None:
    """Let worker processes be Slicer's Python, not further windows of Slicer."""
    try:
        import slicer

        name = "PythonSlicer.exe" if sys.platform == "win32" else "PythonSlicer"
        python = Path(slicer.app.slicerHome, "bin", name)
    except (ImportError, AttributeError):
        return
    if python.is_file():
        multiprocessing.set_executable(str(python))


def exit_with(code: int) -> None:
    """End Slicer with an exit code; without it the application would stay open."""
    sys.stdout.flush()
    try:
        from slicer.util import exit as slicer_exit

        slicer_exit(code)
    except ImportError:  # no Slicer, or its libraries without the application
        sys.exit(code)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the application with its exit code."""
    add_libraries()
    use_slicers_python()
    try:
        from SAMBenchmarkLib.cli.sam_benchmark import main as sam_benchmark

        code = sam_benchmark(sys.argv[1:] if arguments is None else arguments)
    except SystemExit as asked:  # --help, and options that do not exist
        code = asked.code if isinstance(asked.code, int) else 2 if asked.code else 0
    except ImportError as error:
        print(f"error: {error}\nhint: Slicer lacks a package that this command needs.", file=sys.stderr)
        code = 3
    exit_with(code)


if __name__ == "__main__":
    main()
