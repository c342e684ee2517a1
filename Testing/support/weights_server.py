"""A local HTTP server that misbehaves on request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class WeightsServer:
    """Serves one file at `url`; change the fields to make it misbehave.

    Args:
        content: the file.
        break_after: close the connection after so many bytes of each answer, for the next `breaks` answers.
        announced: Content-Length to claim instead of the true one.
        ranges: False ignores Range headers.
        range_start: first byte to claim in Content-Range instead of the one asked for.
        status: answer with this code instead of the file, for the next `failures` answers.
        requests: Range headers received so far, None where there was none.
    """

    content: bytes
    break_after: int | None = None
    breaks: int = 10**9
    announced: int | None = None
    ranges: bool = True
    range_start: int | None = None
    status: int = 200
    failures: int = 10**9
    requests: list[str | None] = field(default_factory=list)
    url: str = ""


@contextmanager
def serving(content: bytes, name: str = "weights.pth") -> Iterator[WeightsServer]:
    """Run a server on this computer's own address while the block runs."""
    state = WeightsServer(content)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, state)

        def log_message(self, *arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/{name}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _answer(handler: BaseHTTPRequestHandler, state: WeightsServer) -> None:
    asked = handler.headers.get("Range")
    state.requests.append(asked)
    if state.status != 200 and state.failures > 0:
        state.failures -= 1
        handler.send_error(state.status)
        return
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and state.ranges else 0
    body = state.content[start:]
    handler.send_response(206 if asked and state.ranges else 200)
    if asked and state.ranges:
        claimed = start if state.range_start is None else state.range_start
        handler.send_header("Content-Range", f"bytes {claimed}-{len(state.content) - 1}/{len(state.content)}")
    handler.send_header("Content-Length", str(len(body) if state.announced is None else state.announced))
    handler.end_headers()
    if state.break_after is not None and state.breaks > 0:
        state.breaks -= 1
        body = body[: state.break_after]
    handler.wfile.write(body)
