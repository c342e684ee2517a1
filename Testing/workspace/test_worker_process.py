"""The process of a workspace tells what it cannot open, and ends when whoever began it is gone."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.workspace import worker as worker_module
from SAMSegmenterLib.workspace.worker_options import SAMPLE, WorkerOptions, function_of
from SAMSegmenterLib.workspace.worker_process import WorkerProcess


def test_what_cannot_be_opened_is_told_in_its_words(tmp_path):
    broken = tmp_path / "broken.nrrd"
    broken.write_bytes(b"no image")
    with pytest.raises(InputError, match=r"broken\.nrrd cannot be read") as caught:
        asyncio.run(WorkerProcess.start(WorkerOptions(volume=str(broken))))
    assert caught.value.hint


def test_a_process_that_dies_at_its_start_is_told_in_words():
    with pytest.raises(SAMError, match="ended before it could be opened") as caught:
        asyncio.run(WorkerProcess.start(WorkerOptions(default_volume="os:abort")))
    assert "sam-workspace runs" in caught.value.hint


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


_GATEWAY = """
import asyncio, sys
from SAMSegmenterLib.workspace.worker_options import WorkerOptions
from SAMSegmenterLib.workspace.worker_process import WorkerProcess
async def run():
    worker = await WorkerProcess.start(WorkerOptions())
    await worker.begin("owner")
    print("ready", flush=True)
    await asyncio.sleep(600)
asyncio.run(run())
"""


def test_it_ends_and_leaves_no_file_when_the_gateway_is_killed(tmp_path):
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    scratch = tmp_path / "temporary"
    scratch.mkdir()
    own = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    environment = {**os.environ, **own, "SAM_CACHE_DIR": str(tmp_path / "cache")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    gateway = subprocess.Popen([sys.executable, "-c", _GATEWAY], env=environment, **pipes)
    assert gateway.stdout.readline() == "ready\n" and len(list(scratch.glob("sam-workspace-*"))) == 1
    gateway.kill()
    gateway.communicate(timeout=120)  # its streams are the worker's as well: they end when both have
    assert list(scratch.iterdir()) == []


def test_it_ends_also_when_the_gateway_is_gone_before_the_page_is_ready(tmp_path):
    pytest.importorskip("slicer", reason="Slicer's Python package is not installed")
    lines = [{"options": WorkerOptions().to_text(), "token": "t"}, {"owner": "owner", "notice": ""}]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    environment = {**os.environ, "SAM_CACHE_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "SAMSegmenterLib.workspace.worker"]
    ran = subprocess.run(command, input=text, env=environment, timeout=120, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "ready" in ran.stdout


def test_one_that_hangs_is_ended_without_more_ado(monkeypatch):
    done = []
    monkeypatch.setattr(worker_module, "LONGEST_END_SECONDS", 0.0)
    monkeypatch.setattr(os, "_exit", lambda code: done.append(code))
    worker_module._wait_for_end(iter(()), lambda: done.append("asked"))
    assert done[0] == "asked" and done[1] != 0


def test_the_files_of_a_killed_one_are_removed():
    async def run():
        worker = await WorkerProcess.start(WorkerOptions())
        scratch = Path(worker.scratch)
        (scratch / "upload.nrrd").write_bytes(b"voxels")
        worker.kill()
        await worker.wait()
        assert not scratch.exists()

    asyncio.run(run())


def test_options_survive_as_text():
    options = WorkerOptions("ct.nrrd", extensions=("a:b",), upload_megabytes=5, folder="images")
    assert WorkerOptions.from_text(options.to_text()) == options
    assert min(function_of(SAMPLE)().shape_kji) > 10
    with pytest.raises(InputError, match="cannot be allowed"):
        WorkerOptions(upload_megabytes=-1)
