"""The prompts as a file that the browser saves: `sam-segment --prompts` makes the same masks of it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

from SAMSegmenterLib.core.prompt_file import identity_of, write_prompt_file
from SAMSegmenterLib.workspace.case_keeper import CaseKeeper

FILE = "prompts.json"


def add_prompt_download(app: Any, keeper: CaseKeeper) -> None:
    """Have an aiohttp application answer `save/prompts.json`."""
    from aiohttp import web

    async def save(_request: Any) -> Any:
        session = keeper.controller.session
        prompts = session.prompt_file(with_checksum=False)
        if prompts is None or session.source is None:
            raise web.HTTPConflict(text="There is no volume that prompts could belong to.")
        identity = await asyncio.to_thread(identity_of, session.source.volume)
        headers = {"Content-Disposition": f'attachment; filename="{FILE}"'}
        text = await asyncio.to_thread(write_prompt_file, replace(prompts, volume=identity))
        return web.Response(text=text, content_type="application/json", headers=headers)

    app.router.add_get(f"/save/{FILE}", save)
