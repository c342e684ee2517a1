"""Unaccepted prompts survive a crash, are offered for their own volume, and leave nothing behind otherwise."""

from __future__ import annotations

import os
import stat
import sys
import time

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_file import (
    PromptFile,
    SegmentPrompts,
    SlicePromptRecord,
    VolumeIdentity,
    write_prompt_file,
)
from SAMSegmenterLib.core.prompt_marks import MarkSet, PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.autosave import KEPT_DAYS, REST_SECONDS, Autosave, forget
from support.editing import Clock
from support.phantoms import matrix

HERE = VolumeIdentity((4, 5, 6), matrix())


def prompts_on(identity=HERE, accepted=False):
    record = SlicePromptRecord(SlicePlane.lattice(0, 1), MarkSet((PointMark("p1", (2, 3)),)), accepted=accepted)
    return PromptFile(identity, "model", segments=(SegmentPrompts("one", "One", (record,)),))


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "private" / "prompts"


def saved(folder, clock, contents=None):
    autosave = Autosave(folder, clock)
    autosave.note_change()
    clock.now += 2 * REST_SECONDS
    assert autosave.save_if_due("volume", lambda: contents or prompts_on())
    return autosave


def test_prompts_are_written_when_they_rest_and_once_per_change(folder, clock):
    autosave, asked = Autosave(folder, clock), []

    def contents():
        asked.append(clock.now)
        return prompts_on()

    assert not autosave.save_if_due("volume", contents)
    autosave.note_change()
    clock.now += REST_SECONDS / 2
    assert not autosave.save_if_due("volume", contents)
    clock.now += REST_SECONDS
    assert autosave.save_if_due("volume", contents) and not autosave.save_if_due("volume", contents)
    assert len(asked) == 1 and len(list(folder.glob("*.json"))) == 1


def test_prompts_that_never_rest_are_written_now_and_then(folder, clock):
    autosave = Autosave(folder, clock)
    written = 0
    for _ in range(100):
        autosave.note_change()
        clock.now += REST_SECONDS / 4
        written += autosave.save_if_due("volume", prompts_on)
    assert 1 <= written <= 4


def test_another_session_is_offered_what_was_left_for_the_same_volume(folder, clock):
    saved(folder, clock)
    other = Autosave(folder, clock)
    (recovery,) = other.offers(HERE)
    assert recovery.slices == 1 and tuple(recovery.prompts.segments[0].slices[0].marks.marks[0].xy) == (2, 3)
    assert other.offers(VolumeIdentity((4, 5, 7), matrix())) == []
    assert other.offers(VolumeIdentity((4, 5, 6), matrix((1, 1, 2)))) == []
    forget(recovery)
    assert other.offers(HERE) == [] and list(folder.glob("*")) == []


def test_a_session_is_not_offered_its_own(folder, clock):
    assert saved(folder, clock).offers(HERE) == []


def test_the_latest_is_offered_first(folder, clock):
    for age in (500, 100, 300):
        before = set(folder.glob("*.json"))
        saved(folder, clock)
        (path,) = set(folder.glob("*.json")) - before
        os.utime(path, (time.time() - age, time.time() - age))
    ages = [round((time.time() - recovery.saved_at) / 100) for recovery in Autosave(folder, clock).offers(HERE)]
    assert ages == [1, 3, 5]


def test_a_session_that_ends_as_it_should_leaves_nothing(folder, clock):
    saved(folder, clock).discard()
    assert list(folder.glob("*")) == []


def test_when_all_is_accepted_the_file_goes_away(folder, clock):
    autosave = saved(folder, clock)
    autosave.note_change()
    clock.now += 2 * REST_SECONDS
    assert autosave.save_if_due("volume", lambda: None)
    assert list(folder.glob("*")) == []


def test_each_volume_has_its_own_file(folder, clock):
    autosave = saved(folder, clock)
    autosave.note_change()
    clock.now += 2 * REST_SECONDS
    autosave.save_if_due("other volume", prompts_on)
    assert len(list(folder.glob("*.json"))) == 2
    autosave.discard()
    assert list(folder.glob("*")) == []


@pytest.mark.parametrize("contents", ["", "{", "[]", '{"schema": "other"}'])
def test_damaged_files_are_removed_and_not_offered(folder, clock, contents):
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(contents, encoding="utf-8")
    assert Autosave(folder, clock).offers(HERE) == []
    assert list(folder.glob("*")) == []


def test_old_files_are_removed(folder, clock):
    saved(folder, clock)
    (path,) = folder.glob("*.json")
    old = time.time() - (KEPT_DAYS + 1) * 86400
    os.utime(path, (old, old))
    assert Autosave(folder, clock).offers(HERE) == [] and not path.exists()


def test_accepted_prompts_alone_are_not_offered(folder, clock):
    folder.mkdir(parents=True)
    (folder / "x.json").write_text(write_prompt_file(prompts_on(accepted=True)), encoding="utf-8")
    assert Autosave(folder, clock).offers(HERE) == []


def test_a_folder_that_cannot_be_written_is_given_up_with_one_warning(tmp_path, clock, caplog):
    (tmp_path / "file").write_text("", encoding="utf-8")
    autosave = Autosave(tmp_path / "file" / "prompts", clock)
    for _ in range(2):
        autosave.note_change()
        clock.now += 2 * REST_SECONDS
        autosave.save_if_due("volume", prompts_on)
    assert caplog.text.count("no longer kept") == 1
    assert autosave.offers(HERE) == []


@pytest.mark.skipif(sys.platform == "win32", reason="folders on Windows have no such mode")
def test_the_folder_is_private(folder, clock):
    saved(folder, clock)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_numbers_come_back_to_the_last_bit(folder, clock):
    xy = np.array([1 / 3, 2.0**-40])
    record = SlicePromptRecord(SlicePlane.lattice(0, 1), MarkSet((PointMark("p1", xy),)))
    saved(folder, clock, PromptFile(HERE, segments=(SegmentPrompts("one", "One", (record,)),)))
    (recovery,) = Autosave(folder, clock).offers(HERE)
    np.testing.assert_array_equal(recovery.prompts.segments[0].slices[0].marks.marks[0].xy, xy)
