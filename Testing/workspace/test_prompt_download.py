"""The saved prompts make the same masks again."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from SAMSegmenterLib.core.prompt_file import identity_of, read_prompt_file
from SAMSegmenterLib.workspace.prompt_download import add_prompt_download
from support.workspace_desk import IN_FIRST

web = pytest.importorskip("aiohttp.web", reason="aiohttp, which comes with trame, is not installed")
test_utils = pytest.importorskip("aiohttp.test_utils")


def answer(controller):
    async def run():
        app = web.Application()
        add_prompt_download(app, SimpleNamespace(controller=controller))
        async with test_utils.TestClient(test_utils.TestServer(app)) as client:
            found = await client.get("/save/prompts.json")
            return found.status, found.headers, await found.text()

    return asyncio.run(run())


def test_accepted_prompts_are_in_the_file_with_the_checksum_of_the_volume(a_desk):
    a_desk.controller.do(lambda: a_desk.controller.click("axial", IN_FIRST))
    a_desk.settle()
    a_desk.controller.do(a_desk.controller.accept)
    status, headers, text = answer(a_desk.controller)
    found = read_prompt_file(text)
    (segment,) = found.segments
    (record,) = segment.slices
    assert status == 200 and 'filename="prompts.json"' in headers["Content-Disposition"]
    assert record.accepted and np.allclose([mark.xy for mark in record.marks], [IN_FIRST])
    assert found.volume.sha256 == identity_of(a_desk.controller.session.source.volume).sha256
