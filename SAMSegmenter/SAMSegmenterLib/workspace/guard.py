"""Puts the rules of `access` in front of everything that the web server answers, the web socket included."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.access import Access

_ENTER = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>SAM workspace</title>
<link rel="icon" href="data:,"><meta http-equiv="refresh" content="0; url=/"></head>
<body>The workspace is opened.</body></html>"""
"""Takes the token out of the address line, where others could read it. A redirection would do so too, but browsers then
leave out strict cookies when the address was followed from another page, such as a message with the address."""


def guard(app: Any, access: Access) -> None:
    """Have an aiohttp application refuse what `access` refuses, and send its headers with every answer.

    Args:
        app: an `aiohttp.web.Application` that was not started yet.
    """
    from aiohttp import web

    @web.middleware
    async def check(request: Any, handler: Any) -> Any:
        asked, kept = request.query.get("token"), request.cookies.get(access.cookie)
        refusal = access.refusal(request.host, request.headers.get("Origin"), asked or kept, _changes(request))
        if refusal:
            return web.Response(status=403, text=refusal)
        if asked and access.token:
            answer = web.Response(text=_ENTER, content_type="text/html", charset="utf-8")
            secure = access.certificate is not None
            answer.set_cookie(access.cookie, access.token, httponly=True, samesite="Strict", secure=secure)
            return answer
        return await handler(request)

    async def add_headers(request: Any, response: Any) -> None:
        for name, value in access.headers(request.host).items():
            response.headers[name] = value

    app.middlewares.append(check)
    app.on_response_prepare.append(add_headers)


def _changes(request: Any) -> bool:
    return request.method not in ("GET", "HEAD") or request.headers.get("Upgrade", "").lower() == "websocket"
