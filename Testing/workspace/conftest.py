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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser without a window."""
    from support.browser import a_browser

    with a_browser() as found:
        yield found


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Address of a workspace on the sample volume."""
    from support.browser import a_workspace

    with a_workspace() as address:
        yield address


@pytest.fixture
def page(browser: Any, url: str) -> Iterator[Any]:
    """The page, ready; it must have had no error when it is closed."""
    from support.workspace_page import open_page

    page = open_page(browser, url)
    yield page
    page.close()
    assert not page.errors
