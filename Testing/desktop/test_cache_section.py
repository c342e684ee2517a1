from __future__ import annotations

import threading

import pytest

from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.worker import Worker
from support.module_page import AnsweringUser, load_page


@pytest.fixture
def folder(tmp_path):
    """One kept slice of 3 MB, and a file of somebody else."""
    (tmp_path / "aa").mkdir()
    (tmp_path / "aa" / f"{'aa' * 20}.safetensors").write_bytes(bytes(3_000_000))
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    return tmp_path


@pytest.fixture
def open_section(a_desktop):
    """`open_section(user)`: (section, widgets, messages)."""
    from SAMSegmenterLib.desktop.cache_section import CacheSection

    opened = []

    def make(user=None):
        widget, ui = load_page()
        said = []
        section = CacheSection(ui, user or AnsweringUser(), said.append, widget, worker)
        opened.append((section, widget))
        return section, ui, said

    worker = Worker("test")
    yield make
    for section, _widget in opened:
        section.cleanup()
    worker.close(10)


def test_the_size_is_said_when_it_is_known(open_section, folder, wait_until):
    section, ui, _said = open_section()
    section.show(folder)
    assert not ui.purgeButton.enabled
    wait_until(lambda: not section.is_busy)
    assert ui.cacheLabel.text == "Kept on disk: 3.0 MB" and ui.purgeButton.enabled
    section.show(folder / "nothing")
    wait_until(lambda: not section.is_busy)
    assert ui.cacheLabel.text == "Kept on disk: 0.0 MB" and not ui.purgeButton.enabled


def test_kept_slices_are_deleted_after_the_question_and_nothing_else(open_section, folder, wait_until):
    user = AnsweringUser(agrees=False)
    section, ui, said = open_section(user)
    section.show(folder)
    wait_until(lambda: not section.is_busy)
    ui.purgeButton.click()
    assert "3.0 MB" in user.asked[0][1] and not section.is_busy
    user.agrees = True
    ui.purgeButton.click()
    wait_until(lambda: not section.is_busy)
    assert said == ["Deleting ...", "Deleted: 3.0 MB."]
    assert ui.cacheLabel.text == "Kept on disk: 0.0 MB" and not ui.purgeButton.enabled
    assert [path.name for path in folder.rglob("*") if path.is_file()] == ["notes.txt"]


def test_what_is_in_use_elsewhere_is_said(open_section, folder, wait_until, monkeypatch):
    section, ui, said = open_section()
    section.show(folder)
    wait_until(lambda: not section.is_busy)
    monkeypatch.setattr(EmbeddingCache, "clear", lambda self: None)
    ui.purgeButton.click()
    wait_until(lambda: not section.is_busy)
    assert said[-1] == "3.0 MB are in use by another program and could not be deleted." and ui.purgeButton.enabled


def test_looking_and_deleting_happen_on_the_worker(open_section, folder, wait_until, monkeypatch):
    threads = []
    for name in ("size_bytes", "clear"):
        original = getattr(EmbeddingCache, name)
        monkeypatch.setattr(
            EmbeddingCache,
            name,
            lambda self, original=original: (threads.append(threading.current_thread()), original(self))[1],
        )
    section, ui, _said = open_section()
    section.show(folder)
    wait_until(lambda: not section.is_busy)
    ui.purgeButton.click()
    wait_until(lambda: not section.is_busy)
    assert len(threads) == 3 and threading.main_thread() not in threads


def test_a_folder_that_cannot_be_read_is_said(open_section, folder, wait_until, monkeypatch):
    def refuse(self):
        raise PermissionError("denied")

    monkeypatch.setattr(EmbeddingCache, "size_bytes", refuse)
    section, ui, said = open_section()
    section.show(folder)
    wait_until(lambda: not section.is_busy)
    assert "denied" in said[-1] and not ui.purgeButton.enabled
