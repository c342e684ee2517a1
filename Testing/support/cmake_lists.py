"""The lists of scripts and resources that each module's CMakeLists.txt must name: files that are not listed are
silently missing from the installed extension. Standard library only."""

from __future__ import annotations

from pathlib import Path

MODULES = ("SAMSegmenter", "SAMBenchmark")
_SCRIPTS = {".py"}
_IGNORED_FOLDERS = {"__pycache__"}


def write_all(root: Path) -> list[Path]:
    """Write the CMakeLists.txt of every module; returns their paths."""
    paths = [root / module / "CMakeLists.txt" for module in MODULES]
    for path in paths:
        path.write_text(module_text(path.parent), encoding="utf-8", newline="\n")
    return paths


def outdated(root: Path) -> list[Path]:
    """CMakeLists.txt files that differ from what the tree asks for."""
    paths = [root / module / "CMakeLists.txt" for module in MODULES]
    return [path for path in paths if not path.exists() or path.read_text(encoding="utf-8") != module_text(path.parent)]


def module_text(folder: Path) -> str:
    """Text of a module's CMakeLists.txt, one file name per line."""
    scripts, resources = module_files(folder)
    return f"""# Written by: python3 Testing/run.py lists

set(MODULE_NAME {folder.name})

set(MODULE_PYTHON_SCRIPTS
{_lines(scripts)}
  )

set(MODULE_PYTHON_RESOURCES
{_lines(resources)}
  )

slicerMacroBuildScriptedModule(
  NAME ${{MODULE_NAME}}
  SCRIPTS ${{MODULE_PYTHON_SCRIPTS}}
  RESOURCES ${{MODULE_PYTHON_RESOURCES}}
  WITH_GENERIC_TESTS
  )
"""


def module_files(folder: Path) -> tuple[list[str], list[str]]:
    """Scripts and resources of a module, relative to its folder, sorted."""
    files = sorted(
        path.relative_to(folder)
        for path in folder.rglob("*")
        if path.is_file() and not _IGNORED_FOLDERS & set(path.parts) and path.name != "CMakeLists.txt"
    )
    names = [path.as_posix() for path in files if not any(part.startswith(".") for part in path.parts)]
    scripts = [name for name in names if Path(name).suffix in _SCRIPTS]
    return scripts, [name for name in names if name not in scripts]


def _lines(names: list[str]) -> str:
    return "\n".join(f"  {name}" for name in names)
