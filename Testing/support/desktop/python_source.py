"""Stands for `qSlicerSegmentEditorScriptedEffect::setPythonSource` (Slicer 5.10 and newer): which class a file stands
for.

The module is named for the file's *folder*. Where a module of that name has the class already, it is taken from there;
otherwise the single file is loaded and replaces the module.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import PurePosixPath
from typing import Any

from support.desktop.complaints import log


def class_of(source: str) -> tuple[str, Any]:
    """The module's name and the class that a file stands for; None, with a complaint, when there is none."""
    if not source.endswith((".py", ".pyc")):
        return "", None
    path = PurePosixPath(source)  # Slicer takes paths apart at forward slashes
    name, class_name = path.parent.name, path.name.split(".")[0]
    if not class_name.endswith("Effect"):
        class_name += "Effect"
    found = getattr(sys.modules.get(name), class_name, None)
    if found is None and _load(name, source):
        found = getattr(sys.modules.get(name), class_name, None)
    if found is None:
        failed = f"Failed to load segment editor scripted effect: class {class_name} was not found in {source}"
        log.add("critical", failed)
    return name, found


def _load(name: str, source: str) -> bool:
    """Run a file as a module without a package around it, in the place of whatever had that name."""
    spec = importlib.util.spec_from_file_location(name, source)
    try:
        if spec is None or spec.loader is None:
            raise ImportError(f"cannot load {source}")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 - printed, as Slicer does
        log.add_exception(error)
        log.add("critical", f"Failed to load file {source} as module {name}!")
        return False
    return True
