"""The benchmark's page in a real browser: structures are evaluated, and a row leads to its slice."""

import pytest

from SAMSegmenterLib.files.writing import write_labels
from support.browser import a_workspace_process, why_no_browser
from support.phantoms import matrix, two_boxes_volume
from support.workspace_page import click, enabled, open_page, state

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")

IN_FIRST = (12.0, 12.0)


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Address of the workspace with the benchmark, on two boxes."""
    folder = tmp_path_factory.mktemp("case")
    volume, labels = two_boxes_volume(ijk_to_ras=matrix(lps=True))
    write_labels(folder / "ct.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(folder / "boxes.seg.nrrd", labels)
    files = str(folder / "ct.nrrd"), "--labels", str(folder / "boxes.seg.nrrd")
    with a_workspace_process(*files, module="SAMBenchmarkLib.cli.app") as (address, _process):
        yield address


def shows_panel(page, shown=True):
    page.click("[data-action=panel-benchmark]")
    page.wait_for_selector(".sam-panel", state="visible" if shown else "detached")


def test_structures_are_evaluated_and_a_row_leads_to_its_slice(browser, url):
    page = open_page(browser, url)
    shows_panel(page)
    page.click("[data-action=benchmark-run]")
    page.wait_for_selector("[data-action=benchmark-stop]")
    page.wait_for_selector(".sam-benchmark-rows tbody tr")
    page.wait_for_selector(".sam-benchmark-plots svg")
    assert {row["structure"] for row in state(page, "benchmark_rows")} == {"left box", "right box"}
    assert state(page, "benchmark_error") == "" and page.locator(".sam-table tbody tr").count() > 0
    row = page.locator(".sam-benchmark-rows tbody tr").first
    row.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".sam-benchmark-picture img")
    chosen = state(page, "benchmark_rows")[0]
    shows_panel(page, False)
    assert str(state(page, f"view_{chosen['plane']}")["index"]) == str(chosen["slice"])
    page.close()
    assert not page.errors


def test_what_the_panel_covers_is_neither_reached_nor_changed_with_the_keyboard(browser, url):
    page = open_page(browser, url)
    click(page, "axial", IN_FIRST)
    enabled(page, "accept")
    shows_panel(page)
    page.keyboard.press("a")
    page.evaluate("document.querySelector('[data-view=axial] svg').focus()")
    assert page.evaluate("document.activeElement.closest('.sam-views') === null")
    shows_panel(page, False)
    enabled(page, "accept")
    page.close()
