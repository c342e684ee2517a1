"""Fixtures of the tests that need Slicer's nodes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def a_scene() -> Iterator[Any]:
    """The open scene, emptied before and after."""
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    from SAMSegmenterLib.scene.runtime import ensure_scene

    scene = ensure_scene().scene
    scene.Clear(0)
    yield scene
    scene.Clear(0)
