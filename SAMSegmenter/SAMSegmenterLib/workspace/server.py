"""Serves one workspace to one browser: a trame server behind the gateway, whose event loop makes the session tick."""

from __future__ import annotations

import asyncio
import functools
import hmac
import logging
from collections.abc import Callable, Sequence
from typing import Any

from SAMSegmenterLib.core.errors import DependencyError
from SAMSegmenterLib.models.registry import registry
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.access import LOOPBACK
from SAMSegmenterLib.workspace.actions import PageActions
from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
from SAMSegmenterLib.workspace.downloads import add_downloads
from SAMSegmenterLib.workspace.extension import Extension, Host
from SAMSegmenterLib.workspace.open_files import OpenFiles
from SAMSegmenterLib.workspace.page import VARIABLES, build_page
from SAMSegmenterLib.workspace.page_state import PageState
from SAMSegmenterLib.workspace.prompt_download import add_prompt_download
from SAMSegmenterLib.workspace.proxy import TOKEN_HEADER
from SAMSegmenterLib.workspace.shared_folder import SharedFolder
from SAMSegmenterLib.workspace.uploads import add_uploads

logger = logging.getLogger(__name__)

TICK_SECONDS = 0.02

MakeExtension = Callable[[Host], Extension]


class WorkspaceServer:
    """One workspace in the browser.

    Args:
        keeper: of the case at hand.
        port: of this computer, where it listens.
        token: asked of every request, in the header `TOKEN_HEADER`.
        folder: files below it may be opened; None for none.
        upload_bytes: size of a file that is sent, at most.
        extensions: further panels.

    Raises:
        DependencyError: trame is not installed.
    """

    def __init__(
        self,
        keeper: CaseKeeper,
        port: int,
        token: str,
        folder: SharedFolder | None = None,
        upload_bytes: int = 0,
        extensions: Sequence[MakeExtension] = (),
    ) -> None:
        self.keeper, self._token, self._upload_bytes = keeper, token, upload_bytes
        self._server = _trame_server(port)
        self._files = OpenFiles(keeper, folder, upload_bytes, self.push, self._show_files)
        self._told: dict[str, Any] = {}
        self._tick_task: asyncio.Task[None] | None = None
        self._is_stopped, self._number = False, 0
        host = Host(self._server.state, lambda: self.keeper.controller, self._tell, self.push)
        self._extensions = [make(host) for make in extensions]
        self._server.state.update({"theme": "dark", "panel": "", "case_number": 0, **self._files.state})
        self._begin_case()
        self._build()
        self._server.controller.on_server_bind.add(self._bind)

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until `stop` is called.

        Args:
            on_ready: called when the page can be opened.
        """
        self._server.controller.on_server_ready.add(lambda **_: self._begin(on_ready))
        try:
            self._server.start(open_browser=False, show_connection_info=False, disable_logging=True, timeout=0)
        finally:
            self.keeper.end()  # first of all: accepted work is kept whatever happens to the panels
            for extension in self._extensions:
                extension.close()

    def stop(self) -> None:
        """Have `run` return; may be called on any thread."""
        self._is_stopped = True
        if self._tick_task is not None:
            self._tick_task.get_loop().call_soon_threadsafe(lambda: asyncio.ensure_future(self._server.stop()))

    def push(self) -> None:
        """Send the page what has changed."""
        if self.keeper.controller is not self._controller:
            self._begin_case()
            self._forget_choices()
            for extension in self._extensions:
                extension.case_changed()
            if list(self._controller.views) != self._laid_out:
                self._build()
        now = {**self._files.state, "kept_offer": self._offer(), "case_name": self._controller.case.name}
        changed = self._page.news() | {name: value for name, value in now.items() if self._told.get(name) != value}
        self._told.update(now)
        if changed:
            with self._server.state as state:
                state.update(changed)

    def _begin_case(self) -> None:
        self._controller = self.keeper.controller
        self._page = PageState(self._controller)
        self._actions = PageActions(self._controller, self.push).by_name()
        self._told.clear()

    def _forget_choices(self) -> None:
        """What was chosen on the page for the last volume, such as a range of slices or the zoom, ends."""
        self._number += 1
        with self._server.state as state:
            state.update({**VARIABLES, "case_number": self._number})

    def _build(self) -> None:
        """Lay out the page; what it asks for goes to the case that is at hand then."""
        self._laid_out = list(self._controller.views)
        names = [*self._actions]
        actions = {name: functools.partial(self._act, name) for name in names} | self._own_actions()
        models = [spec.name for spec in registry().values() if spec.path is not None]
        self.push()
        build_page(self._server, self._laid_out, models, actions, self._extensions)

    def _act(self, name: str, *arguments: Any, **named: Any) -> None:
        self._actions[name](*arguments, **named)

    def _own_actions(self) -> dict[str, Callable[..., None]]:
        def doing(work: Callable[[], None]) -> Callable[..., None]:
            def act(*_: Any, **__: Any) -> None:
                self.keeper.controller.do(work)
                self.push()

            return act

        return {
            "take_over": doing(self.keeper.take_over),
            "dismiss_kept": doing(self.keeper.dismiss),
            "browse": lambda path="", **_: self._files.browse(path),
            "open_path": lambda path, kind, series="", frame="", **_: self._files.open_path(path, kind, series, frame),
        }

    def _offer(self) -> str:
        offer = self.keeper.offer
        if offer is None:
            return ""
        count = len(offer.kept.looks)
        return f"An earlier session left {count} segment{'' if count == 1 else 's'} of this volume."

    def _show_files(self, shown: bool) -> None:
        with self._server.state as state:  # the browser opens and closes this dialog, too
            state.files_shown = shown

    def _tell(self, notice: Notice) -> None:
        self.keeper.controller.session.tell(notice)

    def _bind(self, web_server: Any) -> None:
        ask_for_token(web_server.app, self._token)
        add_downloads(web_server.app, self.keeper)
        add_prompt_download(web_server.app, self.keeper)

        async def take(kind: str, path: Any, series: str, frame: int) -> None:
            await self._files.take(kind, path, series, frame, lambda _other: False)

        add_uploads(web_server.app, take, self._tell, self._upload_bytes)

    def _begin(self, on_ready: Callable[[], None]) -> None:
        self._tick_task = asyncio.get_running_loop().create_task(self._tick())
        on_ready()
        if self._is_stopped:  # before there was a loop to stop
            self.stop()

    async def _tick(self) -> None:
        """The session's timer: the worker runs on a thread of its own, so the loop is free in between."""
        while True:
            try:
                if self.keeper.tick() or self._page.is_behind:
                    self.push()
                for extension in self._extensions:
                    extension.tick()
            except Exception:
                logger.exception("A tick of the workspace failed.")
            await asyncio.sleep(TICK_SECONDS)


def ask_for_token(app: Any, token: str) -> None:
    """Have an aiohttp application refuse requests that do not come from the gateway."""
    from aiohttp import web

    @web.middleware
    async def check(request: Any, handler: Any) -> Any:
        if not hmac.compare_digest(request.headers.get(TOKEN_HEADER, "").encode(), token.encode()):
            return web.Response(status=403, text="Open the address that sam-workspace printed.")
        return await handler(request)

    app.middlewares.append(check)


def _trame_server(port: int) -> Any:
    try:
        import trame.widgets.vuetify3  # noqa: F401 - a part of its own, which may be missing
        from trame.app import get_server
    except ImportError as error:
        raise DependencyError(
            "The browser workspace needs the package trame, which is not installed.",
            'Install it with: pip install "slicer-sam-segmenter[workspace]".',
        ) from error
    server = get_server(f"sam-workspace-{port}", client_type="vue3")
    options = ["--server", "--host", LOOPBACK, "--port", str(port)]
    # trame would read the options of whatever command this process was started with
    server.cli.parse_known_args = functools.partial(server.cli.parse_known_args, options)
    return server
