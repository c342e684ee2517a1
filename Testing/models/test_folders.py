"""Weights and caches go where the environment or the platform says."""

import sys
from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import StoreError
from SAMSegmenterLib.models.folders import cache_directory, make_private, models_directory


def test_the_environment_decides(monkeypatch, tmp_path):
    monkeypatch.setenv("SAM_MODELS_DIR", str(tmp_path / "weights"))
    monkeypatch.setenv("SAM_CACHE_DIR", "~/cache-of-mine")
    assert models_directory() == tmp_path / "weights"
    assert cache_directory() == Path("~/cache-of-mine").expanduser()


@pytest.mark.parametrize(
    ("platform", "environment", "models", "cache"),
    [
        (
            "linux",
            {"XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "/c"},
            "/d/SAMSegmenter/models",
            "/c/SAMSegmenter/embeddings",
        ),
        ("linux", {}, "/home/u/.local/share/SAMSegmenter/models", "/home/u/.cache/SAMSegmenter/embeddings"),
        (
            "darwin",
            {},
            "/home/u/Library/Application Support/SAMSegmenter/models",
            "/home/u/Library/Caches/SAMSegmenter/embeddings",
        ),
        ("win32", {"LOCALAPPDATA": "/l"}, "/l/SAMSegmenter/models", "/l/SAMSegmenter/embeddings"),
        (
            "win32",
            {},
            "/home/u/AppData/Local/SAMSegmenter/models",
            "/home/u/AppData/Local/SAMSegmenter/embeddings",
        ),
    ],
)
def test_each_platform_has_its_own_folders(monkeypatch, platform, environment, models, cache):
    for name in ("SAM_MODELS_DIR", "SAM_CACHE_DIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/u"))
    assert (models_directory(), cache_directory()) == (Path(models), Path(cache))


def test_a_new_folder_is_private_and_an_old_one_stays(tmp_path):
    folder = make_private(tmp_path / "a" / "b")
    assert folder.is_dir()
    if sys.platform != "win32":
        assert folder.stat().st_mode & 0o077 == 0
    assert make_private(folder) == folder


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="file"):
        make_private(tmp_path / "file" / "models")
