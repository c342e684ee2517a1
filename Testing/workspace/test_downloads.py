"""Saved files hold the voxels of the segments."""

import asyncio

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.workspace.downloads import ENDINGS, add_downloads, label_file
from support.phantoms import two_boxes_volume
from support.workspace_desk import IN_FIRST

web = pytest.importorskip("aiohttp.web", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")


def answer(controller, path):
    async def run():
        app = web.Application()
        add_downloads(app, controller)
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            found = await client.get(path)
            return found.status, found.headers, await found.read()

    return asyncio.run(run())


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_was_accepted_is_in_the_file(a_desk, tmp_path, ending):
    a_desk.controller.do(lambda: a_desk.controller.click("axial", IN_FIRST))
    a_desk.settle()
    a_desk.controller.do(a_desk.controller.accept)
    status, headers, content = answer(a_desk.controller, f"/save/segmentation{ending}")
    assert status == 200 and f'filename="segmentation{ending}"' in headers["Content-Disposition"]
    path = tmp_path / f"saved{ending}"
    path.write_bytes(content)
    expected = a_desk.controller.case.segmentation()
    assert np.array_equal(read_labels(path).layers[0] != 0, expected.layers[0] != 0) and expected.layers[0].any()


def test_an_empty_segmentation_can_be_saved(a_desk):
    assert answer(a_desk.controller, "/save/segmentation.seg.nrrd")[0] == 200


def test_other_endings_are_not_there(a_desk):
    assert answer(a_desk.controller, "/save/segmentation.exe")[0] == 404


def test_what_a_format_cannot_hold_is_told_on_the_page(a_desk, monkeypatch):
    volume, _labels = two_boxes_volume()
    ones = np.ones(volume.shape_kji, np.uint8)
    overlapping = Segmentation((ones, ones), volume.ijk_to_ras, (Structure(1, "one", 0, 1), Structure(2, "two", 1, 1)))
    monkeypatch.setattr(a_desk.controller.case, "segmentation", lambda: overlapping)
    status, _headers, content = answer(a_desk.controller, "/save/segmentation.nii.gz")
    assert status == 409 and b"overlap" in content and "overlap" in a_desk.messages
    with pytest.raises(InputError, match="overlap"):
        label_file(overlapping, ".nii.gz")
    assert label_file(overlapping, ".seg.nrrd").startswith(b"NRRD")
