"""The room for embeddings follows the environment, else the disk."""

import shutil
from types import SimpleNamespace

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.cache_limit import disk_limit


@pytest.mark.parametrize(("free", "held", "limit"), [(900, 0, 20), (100, 0, 10), (60, 20, 8), (0, 0, 0)])
def test_a_tenth_of_what_is_free_and_held_but_at_most_20_gb(tmp_path, monkeypatch, free, held, limit):
    monkeypatch.delenv("SAM_CACHE_GB", raising=False)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free * 10**9))
    assert disk_limit(tmp_path / "not" / "yet", held * 10**9) == limit * 10**9


def test_the_environment_decides(tmp_path, monkeypatch):
    monkeypatch.setenv("SAM_CACHE_GB", " 0.5 ")
    assert disk_limit(tmp_path) == 500_000_000


@pytest.mark.parametrize("given", ["much", "-1", "nan", "inf"])
def test_what_is_no_size_is_refused(tmp_path, monkeypatch, given):
    monkeypatch.setenv("SAM_CACHE_GB", given)
    with pytest.raises(InputError, match="SAM_CACHE_GB"):
        disk_limit(tmp_path)


def test_a_folder_that_cannot_be_asked_has_the_usual_limit(tmp_path, monkeypatch):
    monkeypatch.delenv("SAM_CACHE_GB", raising=False)

    def refuse(folder):
        raise PermissionError

    monkeypatch.setattr(shutil, "disk_usage", refuse)
    assert disk_limit(tmp_path) == 20 * 10**9
