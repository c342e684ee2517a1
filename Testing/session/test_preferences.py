from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.session.preferences import Preferences, preferences_from


def test_without_a_store_everything_is_as_by_default():
    assert preferences_from(lambda name: None) == Preferences()


def test_texts_of_a_settings_file_are_read_as_what_they_mean():
    store = {"model": "vit_b", "threads": "3", "keep_on_disk": "true", "memory_megabytes": "64"}
    assert preferences_from(store.get) == Preferences("vit_b", threads=3, keep_on_disk=True, memory_megabytes=64)


@pytest.mark.parametrize(
    "store", [{"threads": "many"}, {"threads": "-1"}, {"device": "toaster"}, {"disk_megabytes": "0"}, {"model": ""}]
)
def test_what_makes_no_sense_is_as_by_default(store):
    assert preferences_from(store.get) == Preferences()


def test_choices_that_cannot_be_are_refused():
    with pytest.raises(InputError, match="toaster"):
        Preferences(device="toaster")
    with pytest.raises(InputError, match="300 threads"):
        Preferences(threads=300)


def test_the_folder_is_the_users_unless_another_is_chosen(monkeypatch, tmp_path):
    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path / "usual"))
    assert Preferences().folder() == tmp_path / "usual"
    assert Preferences(cache_folder=str(tmp_path / "other")).folder() == tmp_path / "other"


def test_the_cache_is_on_disk_only_when_that_is_chosen(tmp_path):
    chosen = Preferences(cache_folder=str(tmp_path), memory_megabytes=16)
    assert chosen.embedding_cache().directory is None
    assert chosen.embedding_cache().ram_budget_bytes == 16 << 20
    kept = Preferences(cache_folder=str(tmp_path), keep_on_disk=True)
    assert kept.embedding_cache().directory == tmp_path


def test_a_disk_cache_beyond_its_limit_loses_its_oldest(tmp_path):
    import os

    folder = tmp_path / "aa"
    folder.mkdir()
    for age, name in enumerate(("aa" * 20, "ab" * 20)):
        path = folder / f"{name}.safetensors"
        path.write_bytes(b"0" * (10 << 20))
        os.utime(path, (1000 + age, 1000 + age))
    preferences = Preferences(cache_folder=str(tmp_path), keep_on_disk=True, disk_megabytes=16)
    preferences.trim(preferences.embedding_cache())
    assert [path.stem for path in folder.iterdir()] == ["ab" * 20]


def test_threads_reach_the_model(monkeypatch):
    from SAMSegmenterLib.models import registry

    asked = []
    monkeypatch.setattr(registry, "load", lambda *given, **named: asked.append((given, named)))
    Preferences(threads=2).load("sam-small", "cpu", "float32")
    Preferences().load("sam-small", "cpu", "float32")
    assert [named["threads"] for _given, named in asked] == [2, None]
