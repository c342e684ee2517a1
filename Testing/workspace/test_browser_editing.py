"""A structure is segmented in the page from slice to slice; the command line makes the same voxels of its prompts."""

import numpy as np
import pytest

from SAMSegmenterLib.cli.sam_segment import main as sam_segment
from SAMSegmenterLib.core.sample_volume import sample_volume
from SAMSegmenterLib.files.labels import read_labels
from support.browser import why_no_browser
from support.case_files import write_volume
from support.workspace_page import (
    accept,
    click,
    disabled,
    drag,
    enabled,
    place,
    saved,
    state,
    wait_for_results,
    wait_until_accepted,
)

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")

KIDNEY, LIVER = (66, 112), (60, 75)
"""Places (u, v) on the middle axial slice of the sample volume."""


OUTSIDE = """() => [...document.querySelectorAll('header button, header a, .sam-view, .sam-strip')].filter((one) => {
        const frame = one.getBoundingClientRect();
        const fits = frame.left >= 0 && frame.right <= innerWidth + 1 && frame.bottom <= innerHeight + 1;
        return frame.width > 0 && !fits;
    }).map((one) => one.outerHTML.slice(0, 120))"""
"""What of the page does not fit into the window."""

AT_ONCE = """([selector, count, key]) => {
    for (let n = 0; n < count; n++)
        document.querySelector(selector).dispatchEvent(new KeyboardEvent('keydown', { ...key, bubbles: true }));
}"""
"""Press a key several times before the workspace can answer."""


@pytest.fixture
def by_command(tmp_path):
    """Voxels that `sam-segment` makes of a prompt file on the sample volume."""
    volume = tmp_path / "volume.nrrd"
    write_volume(volume, sample_volume()[0])

    def run(prompts, *options):
        output = tmp_path / f"{prompts.stem}.seg.nrrd"
        code = sam_segment(["--volume", str(volume), "--prompts", str(prompts), "--output", str(output), *options])
        assert code == 0
        return read_labels(output).layers[0] != 0

    return run


def voxels(page, folder):
    return read_labels(saved(page, ".seg.nrrd", folder)).layers[0] != 0


def test_what_is_done_on_the_page_is_what_the_command_line_does(page, by_command, tmp_path):
    click(page, "axial", KIDNEY)
    enabled(page, "accept")
    page.keyboard.press("n")
    click(page, "axial", (KIDNEY[0], KIDNEY[1] - 20))
    page.keyboard.press("p")
    accept(page)
    one_slice = voxels(page, tmp_path)
    page.keyboard.press("Control+z")
    enabled(page, "redo")
    page.keyboard.press("Control+y")
    disabled(page, "redo")
    keyframe = saved(page, "prompts", tmp_path)

    page.keyboard.press("g")
    wait_for_results(page)
    page.reload()
    wait_for_results(page)
    page.click("[data-action=accept_carried]")
    wait_until_accepted(page)
    carried = voxels(page, tmp_path)
    assert 0 < one_slice.sum() < carried.sum()
    assert np.array_equal(carried, by_command(keyframe.rename(tmp_path / "keyframe.json"), "--propagate"))

    page.keyboard.press("Control+z")
    enabled(page, "redo")
    page.keyboard.press("g")
    wait_for_results(page)
    page.keyboard.press("w")
    page.wait_for_function("() => { const s = window.trame.state.state.strip; return s.shown === s.worst; }")
    worst = state(page, "strip")["worst"]
    click(page, "axial", KIDNEY)
    accept(page)
    wait_for_results(page)
    assert [worst, 1.0, 2, "keyframe"] in state(page, "strip")["slices"]
    page.keyboard.press("Control+Enter")
    wait_until_accepted(page)
    corrected = voxels(page, tmp_path)
    assert corrected[worst].any() and not np.array_equal(corrected, one_slice)
    assert np.array_equal(corrected, by_command(saved(page, "prompts", tmp_path)))


def test_every_kind_of_mark_is_made_and_moved_with_the_mouse(page):
    page.keyboard.press("s")
    page.wait_for_selector("svg.sam-tool-scribble")
    drag(page, "axial", (50, 70), (60, 75), (70, 72))
    page.wait_for_selector(".sam-line.sam-inside:not(.sam-drawn)")
    enabled(page, "accept")
    page.keyboard.press("l")
    page.wait_for_selector("svg.sam-tool-lasso")
    drag(page, "axial", (95, 80), (125, 80), (125, 105), (95, 105))
    page.wait_for_function("document.querySelectorAll('.sam-line:not(.sam-drawn)').length === 2")
    page.keyboard.press("o")
    page.wait_for_selector("svg.sam-tool-point")
    drag(page, "axial", (60, 75), (64, 80))
    page.wait_for_function(
        "window.trame.state.state.view_axial.marks.some((one) => one.kind === 'scribble' && one.path[0][1] > 74)"
    )
    page.keyboard.press("Delete")
    page.wait_for_selector(".sam-line", state="detached")


def test_the_page_is_used_with_the_keyboard_alone(page):
    page.focus("[data-view=axial] svg")
    page.evaluate(AT_ONCE, ["[data-view=axial] svg", 3, {"key": "ArrowLeft", "shiftKey": True}])
    page.wait_for_function("window.trame.state.state.view_sagittal.index === 93")
    page.keyboard.press("Space")
    page.wait_for_selector("[data-view=axial] .sam-point")
    enabled(page, "accept")
    page.keyboard.press("]")
    page.wait_for_function("window.trame.state.state.candidate === 1")
    accept(page)
    page.keyboard.press("Control+ArrowUp")
    page.wait_for_function("window.trame.state.state.view_axial.index === 17")
    wait_for_results(page)
    page.focus("[data-part=strip] svg")
    page.evaluate(AT_ONCE, ["[data-part=strip] svg", 2, {"key": "ArrowLeft"}])
    page.wait_for_function("window.trame.state.state.view_axial.index === 15")
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_selector("[data-action=accept_range]")
    page.keyboard.press("?")
    page.wait_for_selector(".sam-help")
    page.keyboard.press("Escape")
    page.wait_for_selector(".sam-help", state="hidden")
    assert state(page, "carrying")["ready"], "Escape closed the help, and rejected nothing"
    names = page.evaluate(
        """() => [...document.querySelectorAll('button, input, select, [tabindex="0"]')]
            .filter((one) => one.offsetParent && !(one.getAttribute('aria-label') || one.title
                || one.innerText.trim() || (one.labels && one.labels.length)))
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    assert names == [], "everything that can be reached says what it is"


def test_the_surface_of_the_result_is_drawn_when_it_is_asked_for(page):
    click(page, "axial", LIVER)
    accept(page)
    assert state(page, "surface")["parts"] == []
    page.click("[data-action=surface]")
    page.wait_for_function("window.trame.state.state.surface.parts.length === 1")
    drawn = """() => {
        const canvas = document.querySelector('[data-view=surface] canvas');
        const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let count = 0;
        for (let at = 3; at < data.length; at += 4) count += data[at] > 0;
        return count;
    }"""
    page.wait_for_function(f"({drawn})() > 50")
    before = page.evaluate(drawn)
    page.click("[data-view=surface] button:text-is('L')")
    page.wait_for_function(f"({drawn})() !== {before}")


def test_everything_fits_into_1280_by_800_in_dark_and_light(page):
    click(page, "axial", LIVER)
    accept(page)
    page.keyboard.press("g")
    wait_for_results(page)
    assert page.evaluate(OUTSIDE) == []
    before = state(page, "theme")
    page.click("[data-action=theme]")
    page.wait_for_function(f"window.trame.state.state.theme !== '{before}'")
    assert page.evaluate(OUTSIDE) == []
    left, top = place(page, "axial", (0, 0))
    assert left > 0 and top > 0
