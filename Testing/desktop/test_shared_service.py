from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from SAMSegmenterLib.session.preferences import Preferences


@pytest.fixture
def shared(a_stand_in, tmp_path, monkeypatch):
    from SAMSegmenterLib.desktop import shared_service

    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path / "cache"))
    shared_service.replace_service(None)
    yield shared_service
    shared_service.replace_service(None)


def test_there_is_one_service_as_the_user_prefers_it(shared):
    from SAMSegmenterLib.desktop.settings_store import write_preferences

    write_preferences(Preferences(memory_megabytes=32))
    service = shared.shared_service()
    assert service is shared.shared_service()
    assert service.cache.ram_budget_bytes == 32 << 20 and service.cache.directory is None


def test_a_changed_cache_is_used_at_once_and_the_model_loaded_anew(shared, tmp_path):
    service = shared.shared_service()
    service.choose("sam-small", "cpu")
    generation = service.generation
    shared.use_preferences(Preferences(keep_on_disk=True))
    assert service.cache.directory == tmp_path / "cache"
    assert (service.model, service.device_asked, service.generation) == ("sam-small", "cpu", generation + 1)


def test_what_is_chosen_per_editor_disturbs_no_model(shared):
    service = shared.shared_service()
    service.choose("sam-small", "cpu")
    cache, generation = service.cache, service.generation
    shared.use_preferences(replace(Preferences(), model="vit_b", device="cuda", disk_megabytes=100))
    assert service.cache is cache and service.generation == generation


def test_threads_are_those_chosen_last(shared, monkeypatch):
    asked = []
    monkeypatch.setattr(Preferences, "load", lambda self, *given: asked.append(self.threads))
    shared.shared_service()
    shared._load("sam-small", "cpu", "float32")
    shared.use_preferences(Preferences(threads=2))
    shared._load("sam-small", "cpu", "float32")
    assert asked == [0, 2]


def test_a_cache_on_disk_that_grew_too_large_is_made_smaller_off_the_main_thread(
    shared, tmp_path, monkeypatch, wait_until
):
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

    threads, trim = [], EmbeddingCache.trim
    monkeypatch.setattr(
        EmbeddingCache, "trim", lambda self, limit: (threads.append(threading.current_thread()), trim(self, limit))[1]
    )
    entry = tmp_path / "cache" / "aa" / f"{'aa' * 20}.safetensors"
    entry.parent.mkdir(parents=True)
    entry.write_bytes(bytes(17 << 20))
    shared.shared_service()
    shared.use_preferences(Preferences(keep_on_disk=True, disk_megabytes=16))
    wait_until(lambda: not entry.exists())
    assert len(threads) == 1 and threads[0] is not threading.main_thread()
