"""Accepted segments survive whatever ends a workspace, and nobody is offered those of a workspace that lives."""

import os
import threading
import time

import numpy as np
import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import voxel_probe
from SAMSegmenterLib.session.autosave import KEPT_DAYS
from SAMSegmenterLib.workspace.kept_segments import KeptSegments, Look, read_kept, write_kept
from SAMSegmenterLib.workspace.kept_work import REST_SECONDS, KeptWork, forget
from support.phantoms import two_boxes_volume


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def case():
    """A volume and segments on it."""
    volume, labels = two_boxes_volume()
    looks = (Look("workspace_1", (1.0, 0.5, 0.0)), Look("workspace_7", (0.0, 0.5, 1.0), False))
    return volume, KeptSegments(labels, looks, voxel_probe(volume))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def work(tmp_path, clock):
    kept = KeptWork(tmp_path, clock)
    yield kept
    kept.close(False)


def files(folder):
    return sorted(path.name for path in folder.iterdir())


def test_segments_come_back_as_they_were(case, tmp_path):
    volume, kept = case
    write_kept(tmp_path / "a.npz", kept)
    read = read_kept(tmp_path / "a.npz")
    assert read.looks == kept.looks and read.segmentation.structures == kept.segmentation.structures
    assert np.array_equal(read.segmentation.layers[0], kept.segmentation.layers[0])
    assert read.is_of(volume) and read.voxels == kept.voxels > 0


def test_segments_are_made_ready_away_from_the_main_thread(case, tmp_path, work):
    _volume, kept = case
    threads = []
    work.note_change()
    work.save_now(lambda: lambda: threads.append(threading.current_thread()) or kept)
    assert len(threads) == 1 and threads[0] is not threading.main_thread() and files(tmp_path)


def test_segments_of_another_volume_are_told_apart(case):
    volume, kept = case
    other, _ = two_boxes_volume(ijk_to_ras=np.diag([1.0, 1.0, 7.0, 1.0]))
    assert kept.is_of(volume) and not kept.is_of(other)


@pytest.mark.parametrize("content", [b"", b"no zip file", b"PK\x03\x04"])
def test_damaged_files_are_told(tmp_path, content):
    path = tmp_path / "a.npz"
    path.write_bytes(content)
    with pytest.raises(InputError, match="damaged"):
        read_kept(path)


def test_a_change_is_written_once_it_rests_and_offered_when_the_workspace_is_gone(case, tmp_path, work, clock):
    volume, kept = case
    work.note_change()
    assert not work.save_if_due(lambda: lambda: kept)
    clock.now = REST_SECONDS + 0.01
    assert work.save_if_due(lambda: lambda: kept)
    work.save_now(lambda: lambda: kept)
    later = KeptWork(tmp_path)
    assert later.offers(volume) == []  # its owner lives
    work.close(False)
    (offer,) = later.offers(volume)
    assert np.array_equal(offer.kept.segmentation.layers[0], kept.segmentation.layers[0])
    forget(offer)
    assert later.offers(volume) == [] and files(tmp_path) == []
    later.close(False)


def test_a_workspace_that_is_killed_leaves_its_file(case, tmp_path):
    volume, kept = case
    work = KeptWork(tmp_path)
    work.note_change()
    work.save_now(lambda: lambda: kept)
    work._lock.release()  # as the system does when a process ends
    assert len(KeptWork(tmp_path).offers(volume)) == 1


def test_what_the_user_saved_is_not_kept(case, tmp_path):
    work = KeptWork(tmp_path)
    work.note_change()
    work.save_now(lambda: lambda: case[1])
    assert len(files(tmp_path)) == 2
    work.close(True)
    assert files(tmp_path) == []


def test_empty_segments_are_not_kept(case, tmp_path, work):
    _volume, kept = case
    empty = KeptSegments(type(kept.segmentation)((np.zeros_like(kept.segmentation.layers[0]),), *_rest(kept)), (), "")
    work.note_change()
    work.save_now(lambda: lambda: kept)
    assert any(name.endswith(".npz") for name in files(tmp_path))
    work.note_change()
    work.save_now(lambda: lambda: empty)
    assert not any(name.endswith(".npz") for name in files(tmp_path))


def _rest(kept):
    return kept.segmentation.ijk_to_ras, ()


def test_another_volume_gets_a_file_of_its_own(case, tmp_path, work):
    volume, kept = case
    work.note_change()
    work.save_now(lambda: lambda: kept)
    work.leave(False)
    work.note_change()
    work.save_now(lambda: lambda: kept)
    assert len([name for name in files(tmp_path) if name.endswith(".npz")]) == 2
    assert len(work.offers(volume)) == 1  # the one that was left


def test_old_and_damaged_files_are_removed(case, tmp_path):
    volume, kept = case
    old, broken = tmp_path / "old.segments.npz", tmp_path / "broken.segments.npz"
    write_kept(old, kept)
    past = time.time() - (KEPT_DAYS + 1) * 86400
    os.utime(old, (past, past))
    broken.write_bytes(b"broken")
    assert KeptWork(tmp_path).offers(volume) == [] and files(tmp_path) == []


def test_a_folder_that_cannot_be_written_ends_nothing(case, tmp_path, caplog):
    (tmp_path / "file").touch()
    work = KeptWork(tmp_path / "file" / "folder")
    work.note_change()
    work.save_now(lambda: lambda: case[1])
    assert "not kept" in caplog.text and work.offers(case[0]) == []
    work.close(False)
