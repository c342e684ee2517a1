"""Files that the browser sends: limited in size, kept in a private temporary file while they are read."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.workspace.open_files import frame_number
from SAMSegmenterLib.workspace.opening import KINDS

Take = Callable[[str, Path, str, int], Awaitable[None]]
"""Opens a file: kind, path, series, frame; raises `SAMError` when it cannot."""

_LONGEST_NAME = 120


def add_uploads(app: Any, take: Take, tell: Callable[[Notice], None], most_bytes: int) -> None:
    """Have an aiohttp application take files that are sent to `open/volume` and `open/labels`.

    The body is the file alone; the query's `name`, `series` and `frame` say what it is. One is taken at a time, so that
    many together take up no more room than is allowed.

    Args:
        tell: shows the user what is wrong.
        most_bytes: of a file; 0 refuses all.
    """
    from aiohttp import web

    busy = asyncio.Lock()

    async def opened(request: Any) -> Any:
        kind = request.match_info["kind"]
        if kind not in KINDS:
            raise web.HTTPNotFound(text="There is nothing of that kind to open.")
        try:
            check_length(request.content_length, most_bytes)
            series, frame = request.query.get("series", "").strip(), frame_number(request.query.get("frame", ""))
            if busy.locked():
                raise InputError("Another file is being sent.", "Wait until it is shown.")
            async with busy:
                with tempfile.TemporaryDirectory(prefix="sam-workspace-") as folder:  # readable by this user alone
                    path = Path(folder, safe_name(request.query.get("name", "")))
                    await receive(request.content.iter_chunked(1 << 20), path, most_bytes)
                    await take(kind, path, series, frame)
        except SAMError as error:
            tell(Notice.of(error))
            return web.json_response({"error": str(error)}, status=422)
        return web.json_response({})

    app.router.add_post("/open/{kind}", opened)


async def receive(chunks: AsyncIterator[bytes], path: Path, most_bytes: int) -> None:
    """Write what is sent to a file.

    Raises:
        InputError: more is sent than is allowed; the file is gone then.
        StoreError: the disk is full.
    """
    size = 0
    try:
        with path.open("xb") as file:
            async for chunk in chunks:
                size += len(chunk)
                check_length(size, most_bytes)
                file.write(chunk)
    except (SAMError, OSError) as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if isinstance(error, SAMError):
            raise
        raise store_error(path.name, error) from error


def check_length(size: int | None, most_bytes: int) -> None:
    """Refuse what is too long, also before it is read.

    Raises:
        InputError: it is.
    """
    if not most_bytes:
        raise InputError("Files cannot be sent to this workspace.", "Open one of the shared folder.")
    if size is not None and size > most_bytes:
        raise InputError(
            f"The file is larger than {most_bytes / (1 << 20):.0f} MB, the most that may be sent.",
            "Put it into the shared folder, or have --upload-limit raised.",
        )


def safe_name(name: str) -> str:
    """A file name without folders, strange letters or leading dots; its ending stays, as it tells the format."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(letter if letter.isalnum() or letter in "._- " else "_" for letter in last).lstrip(". ")
    return kept[-_LONGEST_NAME:].lstrip(". ") or "file"
