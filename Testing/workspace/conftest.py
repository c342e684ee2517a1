"""Fixtures of the workspace's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def a_desk() -> Iterator[Any]:
    """`support.workspace_desk.WorkspaceDesk` on two boxes."""
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    from support.workspace_desk import a_workspace_desk

    desk = a_workspace_desk()
    yield desk
    desk.controller.close()
