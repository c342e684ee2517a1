from __future__ import annotations

import pytest

from SAMSegmenterLib.core.errors import InputError, ModelError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.desktop.model_manager import ModelManager, can_download, can_remove
from SAMSegmenterLib.session.worker import Worker


@pytest.fixture
def a_worker():
    worker = Worker("test")
    yield worker
    worker.close(10)


@pytest.fixture
def models_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


def test_a_download_goes_to_the_models_folder_on_the_worker(a_worker, models_folder):
    asked = []

    def fetch(spec, folder, on_progress, should_stop):
        asked.append((spec.name, folder, should_stop()))
        return folder / "file"

    assert ModelManager(fetch, a_worker).download("vit_b").result() == models_folder / "file"
    assert asked == [("vit_b", models_folder, False)]
    assert models_folder.is_dir()


def test_unknown_models_are_refused_at_once(a_worker, models_folder):
    manager = ModelManager(worker=a_worker)
    with pytest.raises(InputError, match="no model 'vit_x'"):
        manager.download("vit_x")
    with pytest.raises(ModelError, match="not on this computer"):
        manager.verify("vit_b")
    with pytest.raises(InputError, match="comes with the program"):
        manager.remove("sam-small")


def test_the_bundled_model_is_as_on_record(a_worker, models_folder):
    assert ModelManager(worker=a_worker).verify("sam-small").result() is None


def test_a_file_that_is_no_model_is_refused_and_leaves_nothing(a_worker, models_folder, tmp_path):
    file = tmp_path / "notes.pth"
    file.write_bytes(b"these are no weights")
    with pytest.raises(ModelError):
        ModelManager(worker=a_worker).import_file(str(file)).result()
    assert not models_folder.exists() or list(models_folder.iterdir()) == []


def test_what_can_be_downloaded_and_removed():
    here = ModelSpec("m", "vit_b", "", url="https://example.org/m.pth", path="m.pth")
    away = ModelSpec("m", "vit_b", "", url="https://example.org/m.pth")
    assert (can_download(here), can_remove(here)) == (False, True)
    assert (can_download(away), can_remove(away)) == (True, False)
    assert not can_download(ModelSpec("medsam", "vit_b", ""))
    assert not can_remove(ModelSpec("sam-small", "small", "", path="sam-small.safetensors"))
