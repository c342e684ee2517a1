"""Makes the picture of the browser workspace for the README, on the synthetic CT with the bundled model:

python Testing/support/workspace_picture.py [folder]
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "SAMSegmenter" / "Resources" / "Screenshots"
NAME = "SAMSegmenterWorkspace.png"

STRUCTURES = (("liver", (60, 75)), ("vertebra", (100, 124)))
"""Names and places (u, v) on the middle axial slice of the synthetic CT."""

CARRIED = ("right kidney", (66, 116))
"""What is carried from slice to slice, and not accepted yet."""

CROSSING = (63, 80)
"""Where the views cross."""


def main(folder: Path) -> None:
    """Segment the structures in the page, and take its picture."""
    from support.browser import a_browser, a_workspace
    from support.workspace_page import open_page, place, wait_until_accepted

    with a_browser() as browser, a_workspace() as url:
        page = open_page(browser, url)
        for name, uv in STRUCTURES:
            _begin_segment(page, name)
            _propagate(page, uv)
            page.keyboard.press("Control+Enter")
            wait_until_accepted(page)
            _show_middle(page)
        page.click("[data-action=surface]")
        page.wait_for_function("window.trame.state.state.surface_state === 'ready'")
        _begin_segment(page, CARRIED[0])
        _propagate(page, CARRIED[1])
        page.keyboard.down("Shift")
        page.mouse.click(*place(page, "axial", CROSSING))
        page.keyboard.up("Shift")
        _show_middle(page, 18)
        page.mouse.move(2, 400)
        page.wait_for_timeout(500)
        page.screenshot(path=str(folder / NAME))
        page.close()


def _begin_segment(page: Any, name: str) -> None:
    """Name the segment that is empty yet, or another one."""
    if page.evaluate("window.trame.state.state.can_undo"):
        count = page.locator(".sam-name").count()
        page.click("[data-action=add-segment]")
        page.wait_for_function(f"document.querySelectorAll('.sam-name').length > {count}")
    field = page.locator(".sam-name").last
    field.fill(name)
    field.press("Enter")
    page.wait_for_function(f"window.trame.state.state.segments.some((one) => one.name === '{name}')")


def _propagate(page: Any, uv: tuple[int, int]) -> None:
    from support.workspace_page import accept, click, wait_for_results

    click(page, "axial", uv)
    accept(page)
    page.keyboard.press("g")
    wait_for_results(page)


def _show_middle(page: Any, index: int = 16) -> None:
    page.fill("[data-view=axial] input", str(index))
    page.wait_for_function(f"window.trame.state.state.view_axial.index === {index}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "Testing"))
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
