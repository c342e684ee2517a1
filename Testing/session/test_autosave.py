"""Unaccepted prompts survive a crash, are offered for their own volume, and leave nothing behind otherwise."""

from __future__ import annotations

import gc
import os
import stat
import sys
import time
from dataclasses import replace

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
from SAMSegmenterLib.session.autosave import KEPT_DAYS, PROBE, REST_SECONDS, Autosave, forget
from support.crashes import end_without_a_word
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
    autosave.note_change("volume")
    clock.now += 2 * REST_SECONDS
    assert autosave.save_if_due(lambda volume_id: contents or prompts_on())
    return autosave


def left_behind(folder, clock, contents=None):
    """What a session leaves whose process ends without a word; the file's path."""
    before = set(folder.glob("*.json"))
    end_without_a_word(saved(folder, clock, contents))
    (path,) = set(folder.glob("*.json")) - before
    return path


def test_prompts_are_written_when_they_rest_and_once_per_change(folder, clock):
    autosave, asked = Autosave(folder, clock), []

    def contents(volume_id):
        asked.append(volume_id)
        return prompts_on()

    assert not autosave.save_if_due(contents)
    autosave.note_change("volume")
    clock.now += REST_SECONDS / 2
    assert not autosave.save_if_due(contents)
    clock.now += REST_SECONDS
    assert autosave.save_if_due(contents) and not autosave.save_if_due(contents)
    assert asked == ["volume"] and len(list(folder.glob("*.json"))) == 1


def test_prompts_that_never_rest_are_written_now_and_then(folder, clock):
    autosave = Autosave(folder, clock)
    written = 0
    for _ in range(100):
        autosave.note_change("volume")
        clock.now += REST_SECONDS / 4
        written += autosave.save_if_due(lambda volume_id: prompts_on())
    assert 1 <= written <= 4


def test_another_session_is_offered_what_was_left_for_the_same_volume(folder, clock):
    left_behind(folder, clock)
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
        path = left_behind(folder, clock)
        os.utime(path, (time.time() - age, time.time() - age))
    ages = [round((time.time() - recovery.saved_at) / 100) for recovery in Autosave(folder, clock).offers(HERE)]
    assert ages == [1, 3, 5]


def test_a_session_that_ends_as_it_should_leaves_nothing(folder, clock):
    saved(folder, clock).discard()
    assert list(folder.glob("*")) == []


def test_when_all_is_accepted_the_file_goes_away(folder, clock):
    autosave = saved(folder, clock)
    autosave.note_change("volume")
    clock.now += 2 * REST_SECONDS
    assert autosave.save_if_due(lambda volume_id: None)
    assert list(folder.glob("*.json")) == []
    autosave.discard()
    assert list(folder.glob("*")) == []


def test_each_volume_has_its_own_file(folder, clock):
    autosave = saved(folder, clock)
    autosave.note_change("other volume")
    clock.now += 2 * REST_SECONDS
    autosave.save_if_due(lambda volume_id: prompts_on())
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
    path = left_behind(folder, clock)
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
        autosave.note_change("volume")
        clock.now += 2 * REST_SECONDS
        autosave.save_if_due(lambda volume_id: prompts_on())
    assert caplog.text.count("no longer kept") == 1
    assert autosave.offers(HERE) == []


@pytest.mark.skipif(sys.platform == "win32", reason="folders on Windows have no such mode")
def test_the_folder_is_private(folder, clock):
    saved(folder, clock)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_numbers_come_back_to_the_last_bit(folder, clock):
    xy = np.array([1 / 3, 2.0**-40])
    record = SlicePromptRecord(SlicePlane.lattice(0, 1), MarkSet((PointMark("p1", xy),)))
    left_behind(folder, clock, PromptFile(HERE, segments=(SegmentPrompts("one", "One", (record,)),)))
    (recovery,) = Autosave(folder, clock).offers(HERE)
    np.testing.assert_array_equal(recovery.prompts.segments[0].slices[0].marks.marks[0].xy, xy)


def test_sessions_at_work_keep_their_own(folder, clock):
    first, second = saved(folder, clock), saved(folder, clock)
    third = Autosave(folder, clock)
    assert first.offers(HERE) == second.offers(HERE) == third.offers(HERE) == []
    end_without_a_word(first)
    assert len(second.offers(HERE)) == len(third.offers(HERE)) == 1
    second.discard()
    assert len(third.offers(HERE)) == 1, "what a third one left is not touched"


def test_a_session_that_is_only_let_go_of_counts_as_ended(folder, clock):
    saved(folder, clock)
    gc.collect()
    assert len(Autosave(folder, clock).offers(HERE)) == 1


def test_changes_are_written_for_their_own_volume_although_another_one_is_at_hand(folder, clock):
    autosave = Autosave(folder, clock)
    autosave.note_change("first")
    clock.now += REST_SECONDS / 2
    autosave.note_change("second")
    clock.now += 0.6 * REST_SECONDS
    asked = []
    assert autosave.save_if_due(lambda volume_id: asked.append(volume_id))
    assert asked == ["first"]
    clock.now += REST_SECONDS
    assert autosave.save_if_due(lambda volume_id: asked.append(volume_id)) and asked == ["first", "second"]


def test_volumes_that_share_their_place_are_told_by_their_voxels(folder, clock):
    left_behind(folder, clock, replace(prompts_on(), parameters={PROBE: "1" * 16}))
    autosave = Autosave(folder, clock)
    assert autosave.offers(HERE, "2" * 16) == []
    assert len(autosave.offers(HERE, "1" * 16)) == len(autosave.offers(HERE)) == 1


def test_what_another_session_is_writing_is_not_read(folder, clock):
    folder.mkdir(parents=True)
    (folder / ".abc.json").write_text("{", encoding="utf-8")
    autosave = Autosave(folder, clock)
    assert autosave.offers(HERE) == [] and (folder / ".abc.json").exists()
    old = time.time() - (KEPT_DAYS + 1) * 86400
    os.utime(folder / ".abc.json", (old, old))
    assert autosave.offers(HERE) == [] and not (folder / ".abc.json").exists()


def test_what_was_taken_leaves_no_lock_behind(folder, clock):
    left_behind(folder, clock)
    assert len(list(folder.glob("*.lock"))) == 1
    (recovery,) = Autosave(folder, clock).offers(HERE)
    forget(recovery)
    assert list(folder.glob("*")) == []
