"""The process of one workspace, seen from outside: begun, asked where it listens, ended.

It is told what to do by lines of JSON on its standard input, so that no token stands in the list of processes, and it
answers by lines of JSON on its standard output. When its input ends, because whoever began it is gone, it ends too.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from typing import Any

from SAMSegmenterLib.core.errors import DependencyError, InputError, ModelError, SAMError
from SAMSegmenterLib.workspace.worker_options import WorkerOptions

MODULE = "SAMSegmenterLib.workspace.worker"
END_SECONDS = 20.0

_ERRORS = {2: InputError, 3: ModelError}
_LINE_BYTES = 1 << 20
_TIDY_TRIES, _TIDY_SECONDS = 10, 1.0


class WorkerProcess:
    """One process; `start` makes it.

    Attributes:
        token: that the process asks of every request.
        scratch: folder of its temporary files, which are gone when it is.
        port: of this computer, where it listens; 0 before `begin`.
    """

    def __init__(self, process: asyncio.subprocess.Process, token: str, scratch: str) -> None:
        self._process, self.token, self.scratch, self.port = process, token, scratch, 0
        self._drain: asyncio.Task[None] | None = None
        self._tidying = asyncio.get_running_loop().create_task(self._tidy_up())

    @classmethod
    async def start(cls, options: WorkerOptions) -> WorkerProcess:
        """Start a process and wait until it has read its files.

        Raises:
            SAMError: what the process cannot open, in its words.
        """
        scratch = tempfile.mkdtemp(prefix="sam-workspace-")  # private to the account
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-u", "-m", MODULE),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=_LINE_BYTES,
                env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)},
            )
        except BaseException:
            shutil.rmtree(scratch, ignore_errors=True)
            raise
        worker = cls(process, secrets.token_urlsafe(24), scratch)
        try:
            await worker._say({"options": options.to_text(), "token": worker.token, "scratch": scratch})
            await worker._answer("loaded")
        except BaseException:
            worker.kill()
            await worker.wait()
            raise
        return worker

    @property
    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.returncode is None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    async def begin(self, owner: str, notice: str = "") -> None:
        """Have it open its page.

        Args:
            owner: name of the folder in which it keeps what the user accepted.
            notice: shown to the user at once.

        Raises:
            SAMError: it cannot.
        """
        await self._say({"owner": owner, "notice": notice})
        self.port = int((await self._answer("ready"))["ready"])
        self._drain = asyncio.get_running_loop().create_task(self._read_on())

    async def wait(self) -> int:
        """Wait until it has ended and its files are gone; returns its exit code."""
        await asyncio.shield(self._tidying)
        return await self._process.wait()

    async def end(self) -> None:
        """Let it keep what was accepted, and end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            await asyncio.wait_for(self.wait(), END_SECONDS)
        except TimeoutError:
            self.kill()
            await self.wait()

    def kill(self) -> None:
        """End it at once."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _tidy_up(self) -> None:
        """Remove its temporary files once it has ended: when it was killed, it did not, and there are patients' images
        among them."""
        await self._process.wait()
        for _ in range(_TIDY_TRIES):  # a process of its own that packs a scene ends a little later
            await asyncio.to_thread(shutil.rmtree, self.scratch, ignore_errors=True)
            if not os.path.exists(self.scratch):
                return
            await asyncio.sleep(_TIDY_SECONDS)

    async def _say(self, message: dict[str, Any]) -> None:
        with contextlib.suppress(ConnectionError):  # it has ended: waiting for its answer tells so
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            await self._process.stdin.drain()

    async def _answer(self, wanted: str) -> dict[str, Any]:
        while line := await self._process.stdout.readline():
            message = _message_in(line)
            if "error" in message:
                raise _error_of(message)
            if wanted in message:
                return message
        raise SAMError(
            "The workspace ended before it could be opened.",
            "The window in which sam-workspace runs may say why; with --verbose it says more.",
        )

    async def _read_on(self) -> None:
        """Libraries print what they like; nobody may have to wait because nobody reads it."""
        with contextlib.suppress(ValueError, ConnectionError):
            while await self._process.stdout.read(_LINE_BYTES):
                pass


def _message_in(line: bytes) -> dict[str, Any]:
    """The JSON at the end of a line, which libraries may begin; empty when there is none."""
    start = line.find(b'{"')
    try:
        found = json.loads(line[start:]) if start >= 0 else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _error_of(message: dict[str, Any]) -> SAMError:
    kind = DependencyError if message.get("missing") else _ERRORS.get(message.get("code", 2), InputError)
    return kind(str(message["error"]), str(message.get("hint", "")))
