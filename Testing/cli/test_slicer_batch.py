from __future__ import annotations

import subprocess
import sys
import types
from pathlib import Path

import pytest

from SAMBenchmarkLib.cli import slicer_batch

SCRIPT = Path(slicer_batch.__file__)


@pytest.fixture
def a_slicer(monkeypatch):
    """A stand-in for Slicer's Python package that notes the exit code."""
    ended: list[int] = []
    util = types.ModuleType("slicer.util")
    util.exit = ended.append
    slicer = types.ModuleType("slicer")
    slicer.util = util
    monkeypatch.setitem(sys.modules, "slicer", slicer)
    monkeypatch.setitem(sys.modules, "slicer.util", util)
    return ended


@pytest.mark.parametrize(
    ("arguments", "code"),
    [(["--help"], 0), (["run"], 2), (["report", "--output", "nowhere"], 2), (["run", "--output", "nowhere"], 2)],
)
def test_slicer_is_ended_with_the_exit_code_of_the_command(a_slicer, capsys, arguments, code):
    slicer_batch.main(arguments)
    assert a_slicer == [code]


def test_a_package_that_slicer_lacks_gives_exit_code_3(a_slicer, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "SAMBenchmarkLib.cli.sam_benchmark", None)
    slicer_batch.main(["run"])
    assert a_slicer == [3]
    assert "Slicer lacks a package" in capsys.readouterr().err


def test_the_script_finds_both_libraries_from_anywhere(tmp_path):
    """As `Slicer --python-script` starts it: a file, in a Python that knows nothing of the two folders."""
    code = (
        "import runpy, sys\n"
        "sys.path = [p for p in sys.path if 'SAMSegmenter' not in p and 'SAMBenchmark' not in p]\n"
        "sys.meta_path = [f for f in sys.meta_path if 'editable' not in str(f).lower()]\n"
        f"sys.argv = [{str(SCRIPT)!r}, 'run', '--help']\n"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert "--manifest CSV" in ran.stdout


def test_workers_are_slicers_python_and_not_its_window(monkeypatch, tmp_path):
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / ("PythonSlicer.exe" if sys.platform == "win32" else "PythonSlicer")
    python.touch()
    slicer = types.SimpleNamespace(app=types.SimpleNamespace(slicerHome=str(tmp_path)))
    monkeypatch.setitem(sys.modules, "slicer", slicer)
    chosen: list[str] = []
    monkeypatch.setattr("multiprocessing.set_executable", chosen.append)
    slicer_batch.use_slicers_python()
    assert chosen == [str(python)]


def test_without_slicer_the_interpreter_exits(monkeypatch):
    monkeypatch.setitem(sys.modules, "slicer.util", None)
    with pytest.raises(SystemExit) as ended:
        slicer_batch.exit_with(2)
    assert ended.value.code == 2
