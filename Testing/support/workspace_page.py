"""A person's hand on the workspace's page, with Playwright."""

from __future__ import annotations

from pathlib import Path
from typing import Any

SECONDS = 600_000
"""Milliseconds to wait at most: machines that run tests may be busy."""


def open_page(browser: Any, url: str, width: int = 1280, height: int = 800) -> Any:
    """The page, with its first picture; `errors` of it is a list of what went wrong in scripts."""
    page = browser.new_page(viewport={"width": width, "height": height}, accept_downloads=True)
    page.set_default_timeout(SECONDS)
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(error))
    page.goto(url)
    page.wait_for_selector("[data-view=axial] image")
    return page


def place(page: Any, view: str, uv: tuple[float, float]) -> tuple[float, float]:
    """Where a place (u, v) of a view with square pixels lies in the window."""
    return page.evaluate(
        """([view, u, v]) => {
            const matrix = document.querySelector(`[data-view=${view}] svg`).getScreenCTM();
            const point = new DOMPoint(u, v).matrixTransform(matrix);
            return [point.x, point.y];
        }""",
        [view, *uv],
    )


def click(page: Any, view: str, uv: tuple[float, float]) -> None:
    """Click at a place of a view, and wait until the mark is drawn."""
    before = page.locator(f"[data-view={view}] .sam-point").count()
    page.mouse.click(*place(page, view, uv))
    page.wait_for_function(
        "([view, count]) => document.querySelectorAll(`[data-view=${view}] .sam-point`).length > count",
        arg=[view, before],
    )


def drag(page: Any, view: str, *places: tuple[float, float]) -> None:
    """Press the mouse at the first place, move it through the others, let go."""
    page.mouse.move(*place(page, view, places[0]))
    page.mouse.down()
    for one in places[1:]:
        page.mouse.move(*place(page, view, one), steps=3)
    page.mouse.up()


def enabled(page: Any, action: str) -> None:
    """Wait until a button can be pressed."""
    page.wait_for_selector(f"[data-action='{action}']:not([disabled])")


def disabled(page: Any, action: str) -> None:
    """Wait until a button cannot be pressed."""
    page.wait_for_selector(f"[data-action='{action}'][disabled]")


def accept(page: Any) -> None:
    """Accept the preview with the keyboard."""
    enabled(page, "accept")
    page.keyboard.press("Enter")
    disabled(page, "accept")


def wait_for_results(page: Any) -> None:
    """Wait until propagation has ended and there is something to accept."""
    enabled(page, "accept_carried")
    page.wait_for_function(
        "() => { const state = window.trame.state.state; return !state.carrying.running && state.carrying.ready; }"
    )


def wait_until_accepted(page: Any) -> None:
    """Wait until nothing that was carried waits any more."""
    page.wait_for_function("() => !window.trame.state.state.carrying.results")


def state(page: Any, name: str) -> Any:
    """A variable of the page."""
    return page.evaluate("(name) => window.trame.state.state[name]", name)


def saved(page: Any, name: str, folder: Path) -> Path:
    """What a button of the toolbar saves: an ending, or "prompts"."""
    with page.expect_download() as download:
        page.click(f"[data-action='save{name}']")
    path = folder / (f"saved{name}" if name.startswith(".") else f"{name}.json")
    download.value.save_as(path)
    return path
