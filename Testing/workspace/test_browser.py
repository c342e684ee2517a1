"""The workspace in a real browser, as a person uses it."""

import numpy as np
import pytest

from SAMSegmenterLib.files.labels import read_labels
from support.browser import a_workspace, why_no_browser
from support.workspace_page import SECONDS, disabled, enabled, place, saved

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")

KIDNEY = (66, 112)
"""Place (u, v) of the right kidney on the middle axial slice of the sample volume."""


def test_a_structure_is_clicked_corrected_accepted_undone_redone_and_saved(page, tmp_path):
    page.mouse.click(*place(page, "axial", KIDNEY))
    page.wait_for_selector("[data-view=axial] .sam-inside")
    enabled(page, "accept")
    page.wait_for_selector("[data-view=axial] .sam-overlay")
    page.keyboard.press("n")
    page.mouse.click(*place(page, "axial", (KIDNEY[0], KIDNEY[1] - 20)))
    page.wait_for_selector("[data-view=axial] .sam-outside")
    enabled(page, "accept")
    page.keyboard.press("p")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=voxels changed")
    disabled(page, "accept")
    nrrd = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
    nifti = read_labels(saved(page, ".nii.gz", tmp_path)).layers[0]
    assert nrrd.any() and np.array_equal(nrrd != 0, nifti != 0)
    page.keyboard.press("Control+z")
    enabled(page, "redo")
    page.keyboard.press("Control+y")
    disabled(page, "redo")
    again = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
    assert np.array_equal(nrrd, again)
    page.reload()
    page.wait_for_selector("[data-view=axial] .sam-overlay")
    assert page.locator("[data-view=axial] .sam-point").count() == 2


def test_a_box_is_drawn_with_the_mouse_and_taken_back(page):
    page.click("[data-action=add-segment]")
    page.wait_for_function("document.querySelectorAll('.sam-name').length > 1")
    page.keyboard.press("b")
    page.wait_for_selector("[data-action=box].v-btn--active")
    page.mouse.move(*place(page, "axial", (84, 124)))
    page.mouse.down()
    page.mouse.move(*place(page, "axial", (98, 140)))
    page.wait_for_selector(".sam-drawn")
    page.mouse.move(*place(page, "axial", (109, 166 - 8)))
    page.mouse.up()
    page.wait_for_selector(".sam-box:not(.sam-drawn)")
    enabled(page, "accept")
    page.keyboard.press("Escape")
    page.wait_for_selector(".sam-box", state="detached")
    page.keyboard.press("p")


def test_views_scroll_by_wheel_key_and_slider_and_follow_a_place(page):
    def shown(view):
        return page.locator(f"[data-view={view}] output").text_content()

    def waits_for(view, text):
        page.wait_for_function(
            "([view, text]) => document.querySelector(`[data-view=${view}] output`).textContent === text",
            arg=[view, text],
        )

    page.mouse.move(*place(page, "coronal", (50, 20)))
    page.keyboard.down("Shift")
    page.mouse.click(*place(page, "axial", (60, 100)))
    page.keyboard.up("Shift")
    waits_for("coronal", "100/159")
    waits_for("sagittal", "60/191")
    page.mouse.move(*place(page, "coronal", (50, 20)))
    page.mouse.wheel(0, -100)
    waits_for("coronal", "101/159")
    page.focus("[data-view=coronal] svg")
    page.keyboard.press("ArrowDown")
    waits_for("coronal", "100/159")
    page.fill("[data-view=coronal] input", "7")
    waits_for("coronal", "7/159")
    assert shown("sagittal") == "60/191"


def test_the_page_loads_nothing_from_elsewhere(browser, url):
    page = browser.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(url)
    page.wait_for_selector("[data-view=axial] image", timeout=SECONDS)
    page.close()
    assert asked
    assert all(one.startswith((url, "data:", "blob:", url.replace("http", "ws"))) for one in asked)


def test_without_the_token_a_stranger_sees_nothing(browser):
    with a_workspace("--host", "0.0.0.0", "--insecure") as address:
        assert "?token=" in address
        here = address.replace("0.0.0.0", "127.0.0.1")
        stranger = browser.new_page()
        assert stranger.goto(here.split("?")[0]).status == 403
        stranger.close()
        guest = browser.new_page()
        guest.goto(here)
        guest.wait_for_selector("[data-view=axial] image", timeout=SECONDS)
        assert "token" not in guest.url
        guest.close()
