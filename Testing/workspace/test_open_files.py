"""The dialog opens what lies in the shared folder, and nothing changes when something cannot be opened."""

import asyncio
from threading import current_thread, main_thread

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.files.writing import write_labels
from SAMSegmenterLib.workspace.open_files import OpenFiles, frame_number
from SAMSegmenterLib.workspace.shared_folder import SharedFolder
from support.dicom_files import write_series
from support.phantoms import matrix, two_boxes_volume

pytest.importorskip("slicer", reason="Slicer's Python package is not installed")

from support.workspace_desk import a_keeper_desk


@pytest.fixture
def shared(tmp_path):
    """A shared folder with volume, structures, a series and a broken file, beside a secret."""
    root = tmp_path / "shared"
    (root / "series").mkdir(parents=True)
    volume, labels = two_boxes_volume(ijk_to_ras=matrix((1.0, 1.0, 4.0)))
    write_labels(root / "ct.nrrd", volume.array, volume.ijk_to_ras)
    write_labels(root / "boxes.seg.nrrd", labels)
    write_labels(tmp_path / "secret.nrrd", volume.array, volume.ijk_to_ras)
    write_series(root / "series", np.arange(4 * 8 * 8).reshape(4, 8, 8))
    (root / "broken.nrrd").write_bytes(b"broken")
    return root


class Desk:
    """The dialog of a workspace, and what it did to the page."""

    def __init__(self, folder, shared):
        self.desk, self.shown, self.changes = a_keeper_desk(folder), [], 0
        self.files = OpenFiles(
            self.desk.keeper, SharedFolder(shared) if shared else None, 1000, self.changed, self.shown.append
        )

    def changed(self):
        self.changes += 1

    async def open(self, *arguments):
        self.files.open_path(*arguments)
        await self.files._task

    async def browse(self, path):
        self.files.browse(path)
        await self.files._listing

    @property
    def names(self):
        return [row.name for row in self.desk.controller.case.segments()]


@pytest.fixture
def desk(tmp_path, shared):
    desk = Desk(tmp_path / "kept", shared)
    yield desk
    desk.desk.keeper.end()


def test_folders_are_listed_and_climbed(desk):
    assert desk.files.state["folder_shared"] and desk.files.state["folder_path"] == ""
    assert [one["name"] for one in desk.files.state["folder_entries"]][:2] == ["series", "boxes.seg.nrrd"]
    asyncio.run(desk.browse("series"))
    assert desk.files.state["folder_path"] == "series" and desk.files.state["folder_parent"] == ""
    assert len(desk.files.state["folder_entries"]) == 4 and desk.changes == 1
    asyncio.run(desk.browse(".."))
    assert "out of the shared folder" in desk.files.state["open_error"]
    assert desk.files.state["folder_path"] == "series"


def test_of_two_folders_the_one_that_was_asked_for_last_is_listed(desk):
    async def run():
        desk.files.browse("series")
        await desk.browse("")

    asyncio.run(run())
    assert desk.files.state["folder_path"] == "" and desk.changes == 1


def test_a_volume_and_its_structures_are_opened(desk):
    async def run():
        await desk.open("ct.nrrd", "volume")
        assert desk.desk.controller.case.name == "ct" and desk.names == ["Segment"]
        await desk.open("boxes.seg.nrrd", "labels")

    asyncio.run(run())
    assert desk.names == ["left box", "right box"] and desk.shown == [False, False]
    assert "2 structures added" in desk.desk.messages
    assert desk.files.state["opening"] == "" and desk.files.state["open_error"] == ""


def test_a_folder_of_dicom_files_is_opened(desk):
    asyncio.run(desk.open("series", "volume"))
    assert desk.desk.controller.case.volume.shape_kji == (4, 8, 8)


def test_a_folder_with_a_link_that_leads_out_is_not_opened_and_the_page_answers_meanwhile(desk, shared, monkeypatch):
    try:
        (shared / "series" / "more").symlink_to(shared.parent)
    except OSError:
        pytest.skip("links cannot be made here")
    holds, threads = SharedFolder.holds, set()
    monkeypatch.setattr(
        SharedFolder,
        "holds",
        lambda self, path: (path.name == "more" and threads.add(current_thread())) or holds(self, path),
    )
    before = desk.desk.controller
    asyncio.run(desk.open("series", "volume"))
    assert "A link in series leads to files" in desk.files.state["open_error"] and desk.desk.controller is before
    assert threads and main_thread() not in threads, "the folder is walked off the event loop"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("broken.nrrd", "volume"), "does not begin as such files do"),
        (("../secret.nrrd", "volume"), "out of the shared folder"),
        (("gone.nrrd", "volume"), "no such file"),
        (("ct.nrrd", "program"), "something unknown"),
        (("ct.nrrd", "volume", "", "9"), "no volume 9"),
        (("ct.nrrd", "volume", "", "two"), "not the number"),
        (("series", "labels"), "series"),
    ],
)
def test_what_cannot_be_opened_is_told_and_changes_nothing(desk, arguments, said):
    before = desk.desk.controller
    asyncio.run(desk.open(*arguments))
    assert said in desk.files.state["open_error"] and said in desk.desk.messages
    assert desk.desk.controller is before and desk.names == ["Segment"] and desk.files.state["opening"] == ""


def test_one_file_at_a_time(desk, shared):
    async def run():
        desk.files.open_path("ct.nrrd", "volume")
        await asyncio.sleep(0)
        assert desk.files.state["opening"] == "Reading ct.nrrd ..."
        with pytest.raises(InputError, match="Another file is being opened"):
            await desk.files.take("labels", shared / "boxes.seg.nrrd", "", 0, lambda _path: True)
        await desk.files._task

    asyncio.run(run())
    assert desk.desk.controller.case.name == "ct"


def test_a_fault_while_reading_is_told_in_words(desk, monkeypatch):
    def fail(*_):
        raise RuntimeError("a fault")

    monkeypatch.setattr("SAMSegmenterLib.workspace.open_files.open_volume", fail)
    asyncio.run(desk.open("ct.nrrd", "volume"))
    assert "ct.nrrd could not be opened" in desk.files.state["open_error"] and desk.names == ["Segment"]


def test_without_a_shared_folder_there_is_nothing_to_open(tmp_path):
    desk = Desk(tmp_path / "kept", None)
    asyncio.run(desk.open("ct.nrrd", "volume"))
    assert "No folder is shared" in desk.files.state["open_error"] and not desk.files.state["folder_shared"]
    desk.desk.keeper.end()


def test_the_number_of_a_volume_may_be_left_out():
    assert (frame_number(""), frame_number(" 3 ")) == (0, 3)
