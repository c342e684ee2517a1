"""What the browser talks to: lets in who may come, and hands each browser to a workspace of its own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import ssl
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from SAMSegmenterLib.core.errors import DependencyError, InputError, SAMError
from SAMSegmenterLib.workspace.access import Access, free_port
from SAMSegmenterLib.workspace.gateway_pages import entry_page, error_page, starting_page
from SAMSegmenterLib.workspace.guard import guard
from SAMSegmenterLib.workspace.proxy import forward, forward_socket
from SAMSegmenterLib.workspace.sessions import Session, Sessions

logger = logging.getLogger(__name__)

OWNER_COOKIE = "sam_workspace_owner"
OWNER_DAYS = 30
SWEEP_SECONDS = 5.0

_SECRET_LENGTH = 43
_PAGES = ("/", "/index.html")


class Gateway:
    """The web server.

    Args:
        access: where to listen, and what to ask of whoever comes; port 0 is replaced by a free one.
        sessions: the workspaces.

    Attributes:
        access: with the port that is used.

    Raises:
        InputError: nothing can listen there, or the certificate cannot be used.
        DependencyError: a package is missing.
    """

    def __init__(self, access: Access, sessions: Sessions) -> None:
        self.access = replace(access, port=free_port(access.host, access.port))
        self._sessions = sessions
        self._client: Any = None
        self._tls = _tls(self.access)

    async def serve(self, on_ready: Callable[[str], None], until: asyncio.Event) -> None:
        """Serve until an event is set.

        Args:
            on_ready: called with the page's address when it can be opened.

        Raises:
            SAMError: the first workspace cannot be opened.
        """
        web = _aiohttp_web()
        runner = web.AppRunner(self.application(), access_log=None, handle_signals=False, shutdown_timeout=5.0)
        sweeper = None
        try:
            await self._sessions.prepare()
            await runner.setup()
            await web.TCPSite(runner, self.access.host, self.access.port, ssl_context=self._tls).start()
            sweeper = asyncio.create_task(self._sweep())
            on_ready(self.access.url())
            await until.wait()
        finally:
            if sweeper is not None:
                sweeper.cancel()
            await self._sessions.close()  # their sockets end, so the pages' do, and the runner need not wait for them
            await runner.cleanup()

    def application(self) -> Any:
        """The `aiohttp.web.Application` that answers."""
        web = _aiohttp_web()
        app = web.Application()
        guard(app, self.access)
        app.router.add_get("/session", self._state)
        app.router.add_route("*", "/{path:.*}", self._answer)
        app.cleanup_ctx.append(self._with_client)
        return app

    async def _with_client(self, _app: Any) -> Any:
        import aiohttp

        timeout = aiohttp.ClientTimeout(total=None, sock_connect=20)
        async with aiohttp.ClientSession(timeout=timeout, auto_decompress=False) as self._client:
            yield

    async def _answer(self, request: Any) -> Any:
        """Hand a request to the workspace of its browser."""
        web = _aiohttp_web()
        secret = request.cookies.get(OWNER_COOKIE, "")
        is_page = request.method == "GET" and request.path in _PAGES
        if not _is_secret(secret):
            return self._welcome(request) if is_page else web.Response(status=403, text="Open the page first.")
        try:
            session = self._sessions.session(secret) if is_page else self._sessions.known(secret)
        except SAMError as error:
            return _page(error_page(error), 503)
        if session is None:
            return web.Response(status=409, text="This workspace was ended. Reload the page.")
        if session.worker is None or not session.worker.is_alive:
            return self._waiting(session) if is_page else web.Response(status=409, text="The workspace is starting.")
        if request.headers.get("Upgrade", "").lower() != "websocket":
            return await forward(request, session.worker, self._client)
        session.connections += 1
        try:
            return await forward_socket(request, session.worker, self._client)
        finally:
            session.connections -= 1
            self._sessions.touch(session)

    async def _state(self, request: Any) -> Any:
        """Tell a page whether the workspace it was made by is still there; a lost one is started again, once."""
        web = _aiohttp_web()
        secret = request.cookies.get(OWNER_COOKIE, "")
        if not _is_secret(secret):
            return web.json_response({"workspace": None}, status=403)
        try:
            session = self._sessions.session(secret)
        except SAMError as error:
            return web.json_response({"workspace": None, "error": str(error)}, status=503)
        if session.error is not None:
            return web.json_response({"workspace": None, "error": str(session.error)}, status=503)
        ready = session.worker is not None and session.worker.is_alive
        return web.json_response({"workspace": session.begun if ready else None})

    def _welcome(self, request: Any) -> Any:
        """Give a browser the secret that its workspace is known by.

        A page of another site that leads here comes without our cookies, though the browser may have some: it is sent
        here once more by ourselves, so that a workspace is not exchanged for an empty one.
        """
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
            return _page(entry_page())
        answer = _page(starting_page(0))
        answer.set_cookie(
            OWNER_COOKIE,
            secrets.token_urlsafe(32),
            max_age=OWNER_DAYS * 86400,
            httponly=True,
            samesite="Strict",
            secure=self.access.certificate is not None,
        )
        return answer

    def _waiting(self, session: Session) -> Any:
        if session.error is None:
            return _page(starting_page())
        self._sessions.forget(session)
        return _page(error_page(session.error), 503)

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self._sessions.sweep()
            except Exception:
                logger.exception("Unused workspaces could not be ended.")


def _page(text: str, status: int = 200) -> Any:
    return _aiohttp_web().Response(text=text, content_type="text/html", charset="utf-8", status=status)


def _is_secret(text: str) -> bool:
    """Whether this can be a secret of ours; what it opens is decided by its hash alone."""
    return len(text) == _SECRET_LENGTH and text.isascii() and text.replace("-", "").replace("_", "").isalnum()


def _tls(access: Access) -> ssl.SSLContext | None:
    if access.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(access.certificate, access.key, password=_no_password)
    except (OSError, ValueError) as error:
        hint = "Give the certificate and its own key in PEM format, the key without a password."
        raise InputError(f"The certificate cannot be used for TLS: {error}.", hint) from error
    return context


def _no_password() -> str:
    raise ValueError("the key asks for a password")


def _aiohttp_web() -> Any:
    try:
        from aiohttp import web
    except ImportError as error:
        raise DependencyError(
            "The browser workspace needs the package trame, which is not installed.",
            'Install it with: pip install "slicer-sam-segmenter[workspace]".',
        ) from error
    return web


async def run_gateway(gateway: Gateway, on_ready: Callable[[str], None]) -> None:
    """Serve until the user stops it (Ctrl+C), or the system asks for it."""
    until = asyncio.Event()
    with _signals(until):
        await gateway.serve(on_ready, until)


@contextlib.contextmanager
def _signals(until: asyncio.Event) -> Any:
    """Have Ctrl+C, and the system's request to end, set an event."""
    import signal

    loop, before = asyncio.get_running_loop(), {}

    def stop(*_: Any) -> None:
        loop.call_soon_threadsafe(until.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        before[number] = signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
