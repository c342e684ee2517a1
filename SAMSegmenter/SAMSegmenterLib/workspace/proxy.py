"""Hands a browser's requests to its workspace's process and the answers back, web sockets included."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from SAMSegmenterLib.workspace.worker_process import WorkerProcess

TOKEN_HEADER = "X-Sam-Worker"
MOST_SOCKET_BYTES = 1 << 25

_NOT_PASSED = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
"""Headers that belong to one connection. Source: RFC 9110, section 7.6.1."""

_KEPT_BACK = {*_NOT_PASSED, "host", "origin", "referer", "cookie", TOKEN_HEADER.lower()}
_CHUNK = 1 << 16


async def forward(request: Any, worker: WorkerProcess, client: Any) -> Any:
    """Have a workspace answer an ordinary request.

    Args:
        request: an `aiohttp.web.Request`; its body is passed on as it comes.
        client: an `aiohttp.ClientSession` that leaves compressed answers as they are.

    Returns:
        The answer; status 502 when the workspace was lost meanwhile.
    """
    import aiohttp
    from aiohttp import web

    headers = _passed(request.headers, _KEPT_BACK) | {TOKEN_HEADER: worker.token}
    body = request.content.iter_chunked(_CHUNK) if request.can_read_body else None
    answer = None
    try:
        url = worker.url + request.rel_url.raw_path_qs
        async with client.request(
            request.method, _exact(url), headers=headers, data=body, allow_redirects=False
        ) as got:
            answer = web.StreamResponse(status=got.status, reason=got.reason)
            answer.headers.update(_passed(got.headers, {*_NOT_PASSED, "set-cookie"}))
            await answer.prepare(request)
            async for chunk in got.content.iter_chunked(_CHUNK):
                await answer.write(chunk)
            await answer.write_eof()
            return answer
    except (aiohttp.ClientError, ConnectionError):
        if answer is not None and answer.prepared:
            raise
        return web.Response(status=502, text="The workspace ended unexpectedly. Reload the page.")


async def forward_socket(request: Any, worker: WorkerProcess, client: Any) -> Any:
    """Join a page's web socket with that of its workspace until one of them ends."""
    import aiohttp
    from aiohttp import web

    try:
        inner = await client.ws_connect(
            _exact(worker.url.replace("http", "ws", 1) + request.rel_url.raw_path_qs),
            headers={TOKEN_HEADER: worker.token},
            max_msg_size=0,
        )
    except (aiohttp.ClientError, ConnectionError):
        return web.Response(status=502, text="The workspace ended unexpectedly. Reload the page.")
    async with inner:
        outer = web.WebSocketResponse(max_msg_size=MOST_SOCKET_BYTES, heartbeat=30)
        await outer.prepare(request)
        both = [asyncio.ensure_future(_pump(outer, inner)), asyncio.ensure_future(_pump(inner, outer))]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in both:
                one.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            with contextlib.suppress(ConnectionError):
                await outer.close()
    return outer


async def _pump(source: Any, target: Any) -> None:
    """Pass on messages until the source ends."""
    from aiohttp import WSMsgType

    async for message in source:
        if message.type == WSMsgType.TEXT:
            await target.send_str(message.data)
        elif message.type == WSMsgType.BINARY:
            await target.send_bytes(message.data)
        else:
            return


def _passed(headers: Any, without: set[str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in without}


def _exact(url: str) -> Any:
    """The address as it came: quoting it anew could make another one of it."""
    from yarl import URL

    return URL(url, encoded=True)
