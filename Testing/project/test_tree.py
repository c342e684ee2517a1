"""The project's own rules: file lists of CMake, style, layers' layout."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.cmake_lists import MODULES, module_files, module_text, outdated

ROOT = Path(__file__).resolve().parents[2]


def test_every_file_of_a_module_is_in_its_cmake_list():
    assert outdated(ROOT) == [], "run: python3 Testing/run.py lists"


def test_resource_names_are_unique_as_both_modules_share_one_folder():
    names = [name for module in MODULES for name in module_files(ROOT / module)[1] if name.startswith("Resources/")]
    assert len(names) == len(set(names))


def test_only_the_module_file_lies_directly_in_a_module_folder():
    for module in MODULES:
        assert [path.name for path in (ROOT / module).glob("*.py")] == [f"{module}.py"]


def test_a_list_names_new_files_and_leaves_caches_out(tmp_path):
    for name in ("M.py", "MLib/__init__.py", "MLib/__pycache__/x.pyc", "Resources/Icons/M.png"):
        path = tmp_path / "M" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    text = module_text(tmp_path / "M")
    scripts, resources = re.findall(r"set\(\w+_(?:SCRIPTS|RESOURCES)\n(.*?)\n  \)", text, re.DOTALL)
    assert scripts.split() == ["M.py", "MLib/__init__.py"]
    assert resources.split() == ["Resources/Icons/M.png"]


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]])
def test_ruff_finds_nothing(command):
    pytest.importorskip("ruff")
    ruff = Path(sys.executable).with_name("ruff")
    found = str(ruff) if ruff.exists() else shutil.which("ruff")
    ran = subprocess.run([found, *command, "--no-cache", str(ROOT)], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_weights_and_caches_are_never_unpickled():
    careless = re.compile(r"pickle\.loads?\(|Unpickler\(|allow_pickle\s*=\s*True")
    for path in ROOT.glob("SAM*/**/*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert "torch.load(" not in line or "weights_only=True" in line, path
            assert not careless.search(line), path
