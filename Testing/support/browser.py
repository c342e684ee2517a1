"""A real browser without a window, and the workspace's command as a process of its own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def why_no_browser() -> str:
    """Why pages cannot be tried here; empty when they can."""
    missing = [name for name in ("playwright", "trame", "slicer") if importlib.util.find_spec(name) is None]
    if missing:
        return f"not installed: {', '.join(missing)}"
    return "" if _chromium() else "no Chromium is installed"


@contextlib.contextmanager
def a_browser() -> Iterator[Any]:
    """A browser of Playwright."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=list(FLAGS))
        yield browser
        browser.close()


@contextlib.contextmanager
def a_workspace(*arguments: str) -> Iterator[str]:
    """Address of the page of a `sam-workspace` that runs with these arguments; it is ended as a user ends it."""
    with a_workspace_process(*arguments) as (url, _process):
        yield url


@contextlib.contextmanager
def a_workspace_process(
    *arguments: str, module: str = "SAMSegmenterLib.cli.sam_workspace"
) -> Iterator[tuple[str, int]]:
    """As `a_workspace`, with the id of the process that answers.

    Args:
        module: of the command.
    """
    command = [sys.executable, "-u", "-m", module, "--no-browser", "--port", "0"]
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True, encoding="utf-8", env=_env())
    deadline = threading.Timer(600, process.kill)
    deadline.start()
    try:
        line = next((line for line in process.stdout if "http" in line), "")
        assert line, "the workspace did not start"
        deadline.cancel()
        yield line.split()[-1], process.pid
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
    finally:
        deadline.cancel()
        process.kill()
        process.communicate()


def children_of(process: int) -> list[int]:
    """Processes that a process began, on Linux; empty elsewhere."""
    listed = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in listed.read_text(encoding="utf-8").split()] if listed.exists() else []


def _chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def _env() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}
