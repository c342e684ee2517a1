"""The process of a workspace tells what it cannot open, and ends when whoever began it is gone."""

import asyncio

import pytest

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.workspace.worker_options import SAMPLE, WorkerOptions, function_of
from SAMSegmenterLib.workspace.worker_process import WorkerProcess


def test_what_cannot_be_opened_is_told_in_its_words(tmp_path):
    broken = tmp_path / "broken.nrrd"
    broken.write_bytes(b"no image")
    with pytest.raises(InputError, match=r"broken\.nrrd cannot be read") as caught:
        asyncio.run(WorkerProcess.start(WorkerOptions(volume=str(broken))))
    assert caught.value.hint


def test_it_serves_with_its_token_and_ends_with_its_input(tmp_path, monkeypatch):
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    aiohttp = pytest.importorskip("aiohttp", reason="aiohttp, which comes with trame, is not installed")
    monkeypatch.setenv("SAM_CACHE_DIR", str(tmp_path))

    async def run():
        worker = await WorkerProcess.start(WorkerOptions())
        await worker.begin("owner")
        async with aiohttp.ClientSession() as client:
            async with client.get(f"{worker.url}/index.html") as answer:
                assert answer.status == 403
            async with client.get(f"{worker.url}/index.html", headers={"X-Sam-Worker": worker.token}) as answer:
                assert answer.status == 200
        assert worker.is_alive
        await worker.end()
        assert not worker.is_alive and await worker.wait() == 0

    asyncio.run(run())


def test_options_survive_as_text():
    options = WorkerOptions("ct.nrrd", extensions=("a:b",), upload_megabytes=5, folder="images")
    assert WorkerOptions.from_text(options.to_text()) == options
    assert min(function_of(SAMPLE)().shape_kji) > 10
    with pytest.raises(InputError, match="cannot be allowed"):
        WorkerOptions(upload_megabytes=-1)
