"""Saved files hold the voxels of the segments."""

import asyncio
import threading
from types import SimpleNamespace

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation, Structure
from SAMSegmenterLib.files.labels import read_labels
from SAMSegmenterLib.scene.runtime import private_scene
from SAMSegmenterLib.scene.segmentations import colours_of, segmentation_from_node
from SAMSegmenterLib.scene.volumes import volume_from_node
from SAMSegmenterLib.workspace.downloads import add_downloads, file_of
from support.phantoms import two_boxes_volume
from support.workspace_desk import IN_FIRST, a_keeper_desk

web = pytest.importorskip("aiohttp.web", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")


@pytest.fixture
def desk(tmp_path):
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    desk = a_keeper_desk(tmp_path / "kept")
    yield desk
    desk.keeper.end()


def answer(desk, path, method="GET"):
    async def run():
        app = web.Application()
        add_downloads(app, desk.keeper)
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            found = await client.request(method, path)
            return found.status, found.headers, await found.read()

    return asyncio.run(run())


def accept(desk):
    desk.controller.do(lambda: desk.controller.click("axial", IN_FIRST))
    desk.settle()
    desk.controller.do(desk.controller.accept)
    desk.settle()


@pytest.mark.parametrize("ending", [".seg.nrrd", ".nii.gz"])
def test_what_was_accepted_is_in_the_file(desk, tmp_path, ending):
    accept(desk)
    status, headers, content = answer(desk, f"/save/segmentation{ending}")
    assert status == 200 and f'filename="segmentation{ending}"' in headers["Content-Disposition"]
    path = tmp_path / f"saved{ending}"
    path.write_bytes(content)
    expected = desk.controller.case.segmentation()
    assert np.array_equal(read_labels(path).layers[0] != 0, expected.layers[0] != 0) and expected.layers[0].any()


def test_a_scene_holds_volume_and_segments_as_slicer_reads_them(desk, tmp_path):
    accept(desk)
    status, _headers, content = answer(desk, "/save/segmentation.mrb")
    path = tmp_path / "saved.mrb"
    path.write_bytes(content)
    handle = private_scene()
    assert status == 200 and handle.scene.ReadFromMRB(str(path), True)
    volume_node = handle.scene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
    node = handle.scene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
    case = desk.controller.case
    assert np.array_equal(volume_from_node(volume_node).array, case.volume.array)
    read, expected = segmentation_from_node(node, volume_node), case.segmentation()
    assert np.array_equal(read.layers[0] != 0, expected.layers[0] != 0) and expected.layers[0].any()
    assert colours_of(node)[case.segments()[0].name] == pytest.approx(case.segments()[0].colour, abs=0.01)


def test_what_was_saved_is_not_offered_again(desk, tmp_path):
    accept(desk)
    assert answer(desk, "/save/segmentation.seg.nrrd")[0] == 200
    desk.keeper.end()
    assert a_keeper_desk(tmp_path / "kept").keeper.offer is None


def test_asking_for_its_size_alone_saves_nothing(desk, tmp_path):
    accept(desk)
    assert answer(desk, "/save/segmentation.seg.nrrd", "HEAD")[0] == 200
    desk.keeper.end()
    assert a_keeper_desk(tmp_path / "kept").keeper.offer is not None


def test_an_empty_segmentation_can_be_saved(desk):
    assert answer(desk, "/save/segmentation.seg.nrrd")[0] == 200


def test_other_endings_are_not_there(desk):
    assert answer(desk, "/save/segmentation.exe")[0] == 404


def test_what_a_format_cannot_hold_is_told_on_the_page(desk, monkeypatch):
    volume, _labels = two_boxes_volume()
    ones = np.ones(volume.shape_kji, np.uint8)
    overlapping = Segmentation((ones, ones), volume.ijk_to_ras, (Structure(1, "one", 0, 1), Structure(2, "two", 1, 1)))
    threads = []
    copy = SimpleNamespace(segmentation=lambda: threads.append(threading.current_thread()) or overlapping)
    monkeypatch.setattr(desk.controller.case, "copy", lambda: copy)
    status, _headers, content = answer(desk, "/save/segmentation.nii.gz")
    assert threads and threads[0] is not threading.main_thread()  # which answers the page meanwhile
    assert status == 409 and b"overlap" in content and "overlap" in desk.messages
    with pytest.raises(InputError, match="overlap"):
        file_of(".nii.gz", overlapping, volume, {})
    assert file_of(".seg.nrrd", overlapping, volume, {}).startswith(b"NRRD")
