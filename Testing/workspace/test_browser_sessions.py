"""Two browsers at once, a lost workspace, a closed tab: in real browsers, as people meet them."""

import contextlib
import os
import signal
import time

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.workspace.kept_segments import read_kept
from support.browser import a_workspace, a_workspace_process, children_of, why_no_browser
from support.phantoms import two_boxes_volume
from support.workspace_page import accept, click, open_page, saved, state

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")


KIDNEY, LIVER = (66, 112), (60, 75)
"""Places (u, v) on the middle axial slice of the sample volume."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A shared folder with a volume, its structures and a broken file, beside a secret."""
    root = tmp_path_factory.mktemp("files")
    shared = root / "shared"
    shared.mkdir()
    volume, labels = two_boxes_volume()
    write_labels(shared / "ct.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(root / "secret.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(shared / "boxes.seg.nrrd", labels)
    (shared / "broken.nrrd").write_bytes(b"NRRD0004\ntype: short\ndimension: 3\nsizes: 9 9 9\nencoding: raw\n\nxx")
    return shared


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Where accepted segments are kept; each run of the tests begins without any."""
    before = os.environ.get("SAM_CACHE_DIR")
    folder = tmp_path_factory.mktemp("cache")
    os.environ["SAM_CACHE_DIR"] = str(folder)
    yield folder
    os.environ.pop("SAM_CACHE_DIR") if before is None else os.environ.update({"SAM_CACHE_DIR": before})


def open_of_folder(page, name, kind):
    page.click("[data-action=open]")
    page.wait_for_selector(".sam-folder")
    row = page.locator(".sam-folder .v-list-item", has_text=name)
    row.locator(f"[data-action=open-{kind}]").click()


def wait_until_kept(cache, voxels):
    """Wait until so many voxels are kept against a crash."""
    for _ in range(600):
        for path in cache.rglob("*.segments.npz"):
            with contextlib.suppress(InputError):  # it may be replaced just now
                if read_kept(path).voxels == voxels:
                    return
        time.sleep(0.1)
    raise AssertionError("the accepted segments are not kept")


def names(page):
    return [one.input_value() for one in page.locator(".sam-name").all()]


def test_two_browsers_work_on_volumes_of_their_own(cache, browser, folder, tmp_path):
    with a_workspace("--folder", str(folder)) as url:
        first, second = open_page(browser, url), open_page(browser, url)
        open_of_folder(second, "broken.nrrd", "volume")
        second.wait_for_selector(".v-dialog >> text=cannot be read as NRRD")
        second.click("[data-action=close-files]")
        assert names(second) == ["Segment"]
        open_of_folder(second, "ct.nrrd", "volume")
        second.wait_for_selector(".sam-folder", state="detached")
        open_of_folder(second, "boxes.seg.nrrd", "labels")
        second.wait_for_selector(".sam-name >> nth=1")
        second.wait_for_selector(".sam-folder", state="detached")
        assert names(second) == ["left box", "right box"] and names(first) == ["Segment"]
        click(first, "axial", KIDNEY)
        accept(first)
        mine = read_labels(saved(first, ".seg.nrrd", tmp_path))
        theirs = read_labels(saved(second, ".seg.nrrd", tmp_path))
        assert mine.shape_kji != theirs.shape_kji
        assert [one.name for one in theirs.structures] == ["left box", "right box"]
        stranger = browser.new_context().request
        assert stranger.get(f"{url}save/segmentation.seg.nrrd").status == 403
        first.close()
        second.close()


def test_a_file_is_sent_by_the_browser(cache, browser, folder):
    with a_workspace() as url:
        page = open_page(browser, url)
        page.select_option("[data-action=carry-range]", "slices")
        page.wait_for_function("window.trame.state.state.carry_last > 0")
        whole = page.get_attribute("[data-view=axial] svg", "viewBox")
        page.focus("[data-view=axial] svg")
        page.keyboard.press("+")
        page.wait_for_function(f"document.querySelector('[data-view=axial] svg').getAttribute('viewBox') !== '{whole}'")
        for name in ("broken.nrrd", "ct.nrrd"):
            if not page.locator("input[data-open=volume]").count():
                page.click("[data-action=open]")
            page.set_input_files("input[data-open=volume]", folder / name)
            told = "text=cannot be read as NRRD" if name == "broken.nrrd" else "[data-view=axial]"
            page.wait_for_selector(told)
        page.wait_for_selector("input[data-open=volume]", state="detached")
        page.wait_for_function("window.trame.state.state.case_name === 'ct'")
        page.wait_for_function("window.trame.state.state.view_axial.count === 16")
        assert (state(page, "carry_range"), state(page, "carry_last")) == ("end", 0), "of the last volume"
        page.wait_for_function(
            "document.querySelector('[data-view=axial] svg').getAttribute('viewBox').split(' ')[2] === '48'"
        )
        page.close()


def test_a_lost_workspace_comes_back_with_what_was_accepted(cache, browser, tmp_path):
    with a_workspace_process() as (url, process):
        if not children_of(process):
            pytest.skip("the processes of a workspace cannot be found here")
        page = open_page(browser, url)
        click(page, "axial", KIDNEY)
        accept(page)
        before = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
        click(page, "axial", LIVER)
        accept(page)
        expected = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
        wait_until_kept(cache, np.count_nonzero(expected))
        for child in children_of(process):
            os.kill(child, signal.SIGKILL)
        page.wait_for_selector("[data-action=take_over]")
        page.wait_for_selector("text=was started again")
        page.click("[data-action=take_over]")
        page.wait_for_selector("[data-view=axial] .sam-overlay")
        after = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
        assert np.array_equal(after != 0, expected != 0)
        assert np.count_nonzero(after) > np.count_nonzero(before) > 0
        page.goto("about:blank")
        page.goto(url)
        page.wait_for_selector("[data-view=axial] .sam-overlay")  # a page that was left ends nothing
        again = read_labels(saved(page, ".seg.nrrd", tmp_path)).layers[0]
        assert np.array_equal(again != 0, expected != 0)
        page.close()
