"""Runs the workspace: a trame server that listens as `Access` says, with one session that ticks in its event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from SAMSegmenterLib.core.errors import DependencyError, InputError
from SAMSegmenterLib.models.registry import registry
from SAMSegmenterLib.workspace.access import Access
from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.downloads import add_downloads
from SAMSegmenterLib.workspace.guard import guard
from SAMSegmenterLib.workspace.page import build_page
from SAMSegmenterLib.workspace.view_state import ViewDrawer, session_state

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02


class WorkspaceServer:
    """One workspace in the browser.

    Args:
        controller: what the page drives.
        access: where to listen; port 0 is replaced by a free one.

    Attributes:
        access: with the port that is used.

    Raises:
        DependencyError: trame is not installed.
        InputError: the port is in use.
    """

    def __init__(self, controller: WorkspaceController, access: Access) -> None:
        self.controller, self.access = controller, replace(access, port=free_port(access.host, access.port))
        self._server = _trame_server(self.access)
        self._drawers = {name: ViewDrawer(controller, view) for name, view in controller.views.items()}
        self._shown: dict[str, Any] = {}
        self._tick_task: asyncio.Task[None] | None = None
        self._server.state.update({"case_name": controller.case.name, "theme": "dark"})
        actions = PageActions(controller, self.push).by_name()
        models = [spec.name for spec in registry().values() if spec.path is not None]
        self.push()
        build_page(self._server, list(controller.views), models, actions)
        self._server.controller.on_server_bind.add(self._bind)

    def run(self, on_ready: Callable[[str], None]) -> None:
        """Serve until the user stops it (Ctrl+C).

        Args:
            on_ready: called with the page's address when it can be opened.
        """
        self._server.controller.on_server_ready.add(lambda **_: self._begin(on_ready))
        try:
            self._server.start(open_browser=False, show_connection_info=False, disable_logging=True, timeout=0)
        finally:
            self.controller.close()

    def push(self) -> None:
        """Send the page what has changed."""
        now = session_state(self.controller)
        if self.controller.session.source is not None:
            now.update({f"view_{name}": drawer.state() for name, drawer in self._drawers.items()})
        changed = {name: value for name, value in now.items() if self._shown.get(name) != value}
        self._shown.update(changed)
        if changed:
            with self._server.state as state:
                state.update(changed)

    def _bind(self, web_server: Any) -> None:
        guard(web_server.app, self.access)
        add_downloads(web_server.app, self.controller)

    def _begin(self, on_ready: Callable[[str], None]) -> None:
        self._tick_task = asyncio.get_running_loop().create_task(self._tick())
        on_ready(self.access.url())

    async def _tick(self) -> None:
        """The session's timer: the worker runs on a thread of its own, so the loop is free in between."""
        while True:
            try:
                if self.controller.tick():
                    self.push()
            except Exception:
                logger.exception("A tick of the workspace failed.")
            await asyncio.sleep(TICK_SECONDS)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0.

    Raises:
        InputError: the port is in use, or the address is none of this computer's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise InputError(
                f"Nothing can listen on {host}, port {port}: {error.strerror or error}.",
                "Choose another --port, or --port 0 for any that is free.",
            ) from error
        return int(probe.getsockname()[1])


def _trame_server(access: Access) -> Any:
    try:
        import trame.widgets.vuetify3  # noqa: F401 - a part of its own, which may be missing
        from trame.app import get_server
    except ImportError as error:
        raise DependencyError(
            "The browser workspace needs the package trame, which is not installed.",
            'Install it with: pip install "slicer-sam-segmenter[workspace]".',
        ) from error
    server = get_server(f"sam-workspace-{access.port}", client_type="vue3")
    options = ["--server", "--host", access.host, "--port", str(access.port)]
    if access.certificate is not None:
        options += ["--ssl", f"{access.certificate},{access.key}"]
    # trame would read the options of whatever command this process was started with
    server.cli.parse_known_args = functools.partial(server.cli.parse_known_args, options)
    return server
