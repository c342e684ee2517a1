"""Makes the environment and runs the project: `python3 Testing/run.py demo`, `app`, `tests`,
`benchmarks`, `lists`.

Needs Python 3.11 to 3.13 and its standard library, nothing else; works on Linux, macOS and Windows. The environment
is `.venv` in the project's folder; it is made once and reused until the requirements change.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PYTHONS = ((3, 11), (3, 13))
TORCH = "torch==2.13.0"
TORCH_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
DEMO_DATA = "nilearn==0.14.1"
EXTRAS = "headless,imaging,engines,test"
LEAST_FREE_GB = 6

EXIT_INPUT, EXIT_INSTALLATION, EXIT_STOPPED = 2, 3, 130

CAUSES = (
    (
        "No space left on device",
        "The disk is full.",
        f"Free {LEAST_FREE_GB} GB, or move the project to a larger disk, and run the command again.",
    ),
    (
        "Could not find a version",
        "A package is not available for this Python or this system.",
        "Use a 64-bit Python 3.11, 3.12 or 3.13 on Linux x86-64, Windows x86-64 or macOS 11 or newer.",
    ),
    (
        "Failed to establish a new connection",
        "The package index cannot be reached.",
        "Check the network; behind a proxy set HTTPS_PROXY, with a mirror set PIP_INDEX_URL.",
    ),
    (
        "CERTIFICATE_VERIFY_FAILED",
        "The package index's certificate is not trusted here.",
        "Behind an inspecting proxy set PIP_CERT to the proxy's certificate file.",
    ),
    (
        "Read timed out",
        "The package index answers too slowly.",
        "Run the command again; set PIP_DEFAULT_TIMEOUT=120 if it happens again.",
    ),
    (
        "Permission denied",
        "The environment cannot be written.",
        "Run the command as the owner of the project's folder.",
    ),
)


class SetupError(Exception):
    """The environment cannot be made; carries a cause and a hint."""

    def __init__(self, cause: str, hint: str) -> None:
        super().__init__(f"error: {cause}\nhint: {hint}")


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; returns the exit code."""
    parser = _parser()
    options, rest = parser.parse_known_args(arguments)
    if rest and options.command == "lists":
        parser.error(f"unknown arguments: {' '.join(rest)}")
    try:
        if options.command == "lists":
            return lists(check=options.check)
        return {"demo": demo, "app": app, "tests": tests, "benchmarks": benchmarks}[options.command](rest)
    except SetupError as error:
        print(error, file=sys.stderr)
        return EXIT_INSTALLATION
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return EXIT_STOPPED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="run.py",
        description="Make the environment if needed, then run one of the project's commands in it.",
        epilog="Further arguments go to the command: 'run.py demo --help', 'run.py tests -k metrics'.",
    )
    commands = {
        "demo": "S1-S6 on a real brain MR: tables, pictures, a Slicer scene and an HTML report",
        "app": "the browser workspace, on a brain MR when no volume is named (app --help)",
        "tests": "the whole test suite (pytest; further arguments go to it)",
        "benchmarks": "speed and memory, each beside a reference of the same run (benchmarks --help)",
        "lists": "write the lists of scripts and resources in the CMakeLists.txt files (--check: only compare)",
    }
    sub = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in commands.items():
        command = sub.add_parser(name, help=text, description=text, add_help=name == "lists")
        if name == "lists":
            command.add_argument("--check", action="store_true", help="exit with 1 when a list is not up to date")
    return parser


def demo(arguments: list[str]) -> int:
    """Run the demonstration."""
    return _in_environment(["-m", "SAMBenchmarkLib.cli.demo", *arguments])


def app(arguments: list[str]) -> int:
    """Open the workspace in the browser."""
    return _in_environment(["-m", "SAMBenchmarkLib.cli.app", *arguments])


def tests(arguments: list[str]) -> int:
    """Run pytest in the project's folder."""
    return _in_environment(["-m", "pytest", *arguments])


def benchmarks(arguments: list[str]) -> int:
    """Run the speed measurements."""
    return _in_environment([str(ROOT / "Testing" / "benchmarks" / "run_all.py"), *arguments])


def lists(check: bool) -> int:
    """Write or check the file lists of CMake; needs no environment."""
    sys.path.insert(0, str(ROOT / "Testing"))
    from support.cmake_lists import outdated, write_all

    if not check:
        for path in write_all(ROOT):
            print(f"wrote {path.relative_to(ROOT)}")
        return 0
    stale = outdated(ROOT)
    for path in stale:
        print(f"not up to date: {path.relative_to(ROOT)} (run: python3 Testing/run.py lists)")
    return 1 if stale else 0


def _in_environment(command: list[str]) -> int:
    python = ensure_environment()
    environment = {**os.environ, "PYTHONUTF8": "1"}
    process = subprocess.Popen([str(python), *command], cwd=_working_folder(command), env=environment)
    while True:  # Ctrl+C reaches the command as well: let it finish in its own way
        try:
            code = process.wait()
            return 128 - code if code < 0 else code
        except KeyboardInterrupt:
            continue


def _working_folder(command: list[str]) -> Path:
    """Tests run from the project's folder; everything else where the user is, so that relative paths hold."""
    return ROOT if command[1:2] == ["pytest"] else Path.cwd()


def ensure_environment() -> Path:
    """Path of the environment's Python; makes or completes the environment first.

    Raises:
        SetupError: it cannot be made.
    """
    _check_python()
    python = _python_of(ENVIRONMENT)
    stamp = ENVIRONMENT / ".sam-requirements"
    wanted = _fingerprint()
    if python.exists() and stamp.exists() and stamp.read_text(encoding="utf-8") == wanted:
        return python
    _check_space()
    if not python.exists():
        print(f"Making the environment {ENVIRONMENT} ...", flush=True)
        _make_environment()
    _install(python)
    stamp.write_text(wanted, encoding="utf-8")
    return python


def _install(python: Path) -> None:
    gpu = shutil.which("nvidia-smi") is not None
    kind = "with CUDA, as a GPU was found" if gpu else "for the CPU, as no GPU was found"
    print("Installing packages (about 3.5 GB, a few minutes; only the first time):", flush=True)
    index = [] if gpu or platform.system() == "Darwin" else ["--extra-index-url", TORCH_CPU_INDEX, "--retries", "1"]
    _pip(python, f"PyTorch {kind}", [*index, TORCH])
    _pip(python, "the project, Slicer's libraries and the test tools", ["-e", f"{ROOT}[{EXTRAS}]", TORCH])
    # nilearn carries the demonstration's brain template as files; nothing of it is imported, so nothing it needs either
    _pip(python, "the demonstration's brain template", ["--no-deps", DEMO_DATA])


def _pip(python: Path, what: str, arguments: list[str]) -> None:
    print(f"  - {what} ...", flush=True)
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=False)
    if result.returncode:
        raise _explained(what, result.stdout + result.stderr)


def _explained(what: str, output: str) -> SetupError:
    for sign, cause, hint in CAUSES:
        if sign.lower() in output.lower():
            return SetupError(f"installing {what} failed. {cause}", hint)
    last = "\n".join(line for line in output.strip().splitlines() if line.strip())[-1500:]
    return SetupError(
        f"installing {what} failed. The installer said:\n{last}",
        f"Remove the folder {ENVIRONMENT} and run the command again; if it fails again, report the lines above.",
    )


def _check_python() -> None:
    low, high = PYTHONS
    if not low <= sys.version_info[:2] <= high or sys.maxsize < 2**32:
        raise SetupError(
            f"this is Python {platform.python_version()} ({platform.architecture()[0]}).",
            "Use a 64-bit Python from 3.11 to 3.13, for example: python3.12 Testing/run.py demo",
        )


def _check_space() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    if free < LEAST_FREE_GB:
        raise SetupError(
            f"only {free:.1f} GB are free where the project lies.",
            f"The environment needs about {LEAST_FREE_GB} GB; free some space and run the command again.",
        )


def _make_environment() -> None:
    try:
        venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(ENVIRONMENT)
    except (subprocess.CalledProcessError, OSError, ImportError) as error:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        raise SetupError(
            f"the environment cannot be made ({error}).",
            "On Debian or Ubuntu install python3-venv; elsewhere check that the project's folder is writable.",
        ) from error


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _fingerprint() -> str:
    """Changes whenever the requirements, the Python or the folder do (an environment does not survive a move)."""
    digest = hashlib.sha256((ROOT / "pyproject.toml").read_bytes())
    for part in (TORCH, DEMO_DATA, EXTRAS, platform.python_version(), str(ROOT)):
        digest.update(part.encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main())
