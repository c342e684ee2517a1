"""Fixtures of the tests that need a window: Slicer's own, or the stand-in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest


@pytest.fixture
def a_desktop(a_scene: Any) -> Iterator[Any]:
    """`slicer.app`, with `qt`, `ctk` and the module base classes ready to import."""
    import slicer

    if not hasattr(slicer, "app"):
        pytest.importorskip("PySide6", reason="PySide6, which stands in for Slicer's Qt, is not installed")
    from support.desktop import close_windows, install

    yield install()
    close_windows()


@pytest.fixture
def wait_until(a_desktop: Any) -> Iterator[Callable[[Callable[[], bool]], None]]:
    """`wait_until(condition)`: lets the window work until a condition holds; fails when it never does."""
    import time

    def wait(condition: Callable[[], bool]) -> None:
        end = time.monotonic() + 60
        while not condition():
            a_desktop.processEvents()
            assert time.monotonic() < end, "waited in vain"

    yield wait
    a_desktop.processEvents()
