"""Effects for tests of the stand-in: a file is written with the hooks that a test is about, and registered."""

from __future__ import annotations

import itertools
import textwrap
from pathlib import Path
from typing import Any

import slicer

_numbers = itertools.count(1)

_HEAD = """
import numpy
import qt
import slicer
import vtk
from SegmentEditorEffects import *


class SegmentEditorProbeEffect(AbstractScriptedSegmentEditorEffect):
    def __init__(self, scriptedEffect):
        scriptedEffect.name = "{name}"
        scriptedEffect.perSegment = {per_segment}
        scriptedEffect.requireSegments = {require_segments}
        AbstractScriptedSegmentEditorEffect.__init__(self, scriptedEffect)
        self.calls = []

    def clone(self):
        clonedEffect = slicer.qSlicerSegmentEditorScriptedEffect(None)
        clonedEffect.setPythonSource(__file__.replace("\\\\", "/"))
        return clonedEffect
"""


def write_probe(
    folder: Path, hooks: str = "", name: str = "Probe", per_segment: bool = True, require_segments: bool = True
) -> str:
    """Write an effect into a folder of its own, whose name no module has.

    Args:
        folder: a temporary one.
        hooks: methods of the class, in Python; `self.calls` is there to note things in.
        name, per_segment, require_segments: the effect's properties.

    Returns:
        The path as `setPythonSource` wants it.
    """
    place = folder / f"Probe{next(_numbers)}Lib"
    place.mkdir()
    head = _HEAD.format(name=name, per_segment=per_segment, require_segments=require_segments)
    path = place / "SegmentEditorProbeEffect.py"
    path.write_text(head + textwrap.indent(textwrap.dedent(hooks), "    "), encoding="utf-8")
    return path.as_posix()


def register(source: str) -> Any:
    """Register an effect file as modules do; returns the C++ half, of which editors get copies."""
    instance = slicer.qSlicerSegmentEditorScriptedEffect(None)
    assert instance.setPythonSource(source)
    instance.self().register()
    return instance
