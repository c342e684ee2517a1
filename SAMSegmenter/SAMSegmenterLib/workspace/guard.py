"""Puts the rules of `access` in front of everything that the web server answers, the web socket included."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.access import Access


def guard(app: Any, access: Access) -> None:
    """Have an aiohttp application refuse what `access` refuses, and send its headers with every answer.

    Args:
        app: an `aiohttp.web.Application` that was not started yet.
    """
    from aiohttp import web

    @web.middleware
    async def check(request: Any, handler: Any) -> Any:
        asked = request.query.get("token")
        refusal = access.refusal(
            request.host, request.headers.get("Origin"), asked or request.cookies.get(access.cookie)
        )
        if refusal:
            return web.Response(status=403, text=refusal)
        if asked and access.token:  # out of the address line, where others could read it
            answer = web.HTTPFound("/")
            secure = access.certificate is not None
            answer.set_cookie(access.cookie, access.token, httponly=True, samesite="Lax", secure=secure)
            raise answer
        return await handler(request)

    async def add_headers(request: Any, response: Any) -> None:
        for name, value in access.headers(request.host).items():
            response.headers[name] = value

    app.middlewares.append(check)
    app.on_response_prepare.append(add_headers)
