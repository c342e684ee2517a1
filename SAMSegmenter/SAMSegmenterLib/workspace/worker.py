"""The process of one workspace: reads its files, waits for its browser, serves it. See `worker_process`."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from SAMSegmenterLib.core.errors import EXIT_INPUT, EXIT_OK, DependencyError, SAMError
from SAMSegmenterLib.core.terminal_log import configure_logging
from SAMSegmenterLib.session.notices import INFO, Notice
from SAMSegmenterLib.workspace.worker_options import WorkerOptions, function_of

logger = logging.getLogger(__name__)

LONGEST_END_SECONDS = 30.0
"""For keeping what was accepted; longer than the gateway waits, so that this counts only when the gateway is gone."""


def main(source: TextIO = sys.stdin, target: TextIO = sys.stdout) -> int:
    """Do what the lines of `source` ask for, until it ends; returns the exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches every process; the gateway decides
    first = json.loads(source.readline() or "null")
    if first is None:
        return EXIT_OK
    options = WorkerOptions.from_text(first["options"])
    configure_logging(options.verbose)
    try:
        return _serve(options, str(first["token"]), source, target)
    finally:
        if first.get("scratch"):
            shutil.rmtree(first["scratch"], ignore_errors=True)


def _serve(options: WorkerOptions, token: str, source: TextIO, target: TextIO) -> int:
    try:
        workspace = Workspace(options, token)
        _say(target, loaded=True)
        second = json.loads(source.readline() or "null")
        if second is None:
            return EXIT_OK
        workspace.serve(str(second["owner"]), str(second["notice"]), source, target)
    except SAMError as error:
        missing = isinstance(error, DependencyError)
        _say(target, error=error.message, hint=error.hint, code=error.exit_code, missing=missing)
        return error.exit_code
    except (OSError, MemoryError) as error:
        _say(target, error=str(error) or "There is not enough memory for this.", hint="", code=EXIT_INPUT)
        return EXIT_INPUT
    return EXIT_OK


class Workspace:
    """Everything that is read before the browser is known.

    Raises:
        SAMError: a file or the model cannot be used.
    """

    def __init__(self, options: WorkerOptions, token: str) -> None:
        from SAMSegmenterLib.models.registry import resolve
        from SAMSegmenterLib.session.preferences import Preferences
        from SAMSegmenterLib.workspace.shared_folder import SharedFolder

        self._options, self._token = options, token
        self._preferences = Preferences(device=options.device)
        self._model = resolve(options.model).name if options.model else self._preferences.model
        self._folder = SharedFolder(Path(options.folder)) if options.folder else None
        self._opened = self._open()
        self._extensions = [function_of(reference) for reference in options.extensions]
        from SAMSegmenterLib.workspace import server  # noqa: F401 - takes seconds: done before anybody waits

    def serve(self, owner: str, notice: str, source: TextIO, target: TextIO) -> None:
        """Serve the page until `source` ends."""
        from SAMSegmenterLib.models.folders import cache_directory
        from SAMSegmenterLib.session.model_service import ModelService
        from SAMSegmenterLib.workspace.access import LOOPBACK, free_port
        from SAMSegmenterLib.workspace.case_keeper import CaseKeeper
        from SAMSegmenterLib.workspace.server import WorkspaceServer

        service = ModelService(self._preferences.load, self._preferences.embedding_cache())
        service.choose(self._model, self._preferences.device)
        keeper = CaseKeeper(service, cache_directory() / "workspaces" / owner, self._opened)
        if notice:
            keeper.controller.session.tell(Notice(INFO, notice))
        port = free_port(LOOPBACK, 0)
        megabytes = self._options.upload_megabytes
        server = WorkspaceServer(keeper, port, self._token, self._folder, megabytes << 20, self._extensions)
        threading.Thread(target=_wait_for_end, args=(source, server.stop), daemon=True).start()
        server.run(lambda: _say(target, ready=port))

    def _open(self) -> Any:
        from SAMSegmenterLib.workspace.opening import Opened, open_labels, open_volume

        options = self._options
        if options.volume:
            opened = open_volume(Path(options.volume), lambda _path: True, options.series, options.frame)
        else:
            opened = Opened(function_of(options.default_volume)())
        if not options.labels:
            return opened
        return Opened(opened.volume, open_labels(Path(options.labels), lambda _path: True, opened.volume), opened.notes)


def _wait_for_end(source: TextIO, stop: Callable[[], None]) -> None:
    """Whoever began this process asks it to end, or is gone, when the input ends; then it must, whatever it does."""
    with contextlib.suppress(ValueError):  # no text
        for _line in source:
            pass
    stop()
    time.sleep(LONGEST_END_SECONDS)
    logger.warning("The workspace did not end in time and is ended at once.")
    os._exit(EXIT_INPUT)


def _say(target: TextIO, **message: Any) -> None:
    with contextlib.suppress(BrokenPipeError):  # whoever began this process is gone: its input ends as well
        target.write(json.dumps(message) + "\n")
        target.flush()


if __name__ == "__main__":
    sys.exit(main())
