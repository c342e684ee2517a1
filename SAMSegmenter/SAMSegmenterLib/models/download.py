"""Weights from the internet: resumed where they broke off, checked before they appear under their name."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import logging
import os
import re
import shutil
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from SAMSegmenterLib.core.atomic import store_error
from SAMSegmenterLib.core.errors import Cancelled, ModelError, StoreError
from SAMSegmenterLib.core.predictor import ModelSpec
from SAMSegmenterLib.core.progress import OnProgress, ProgressMeter, ShouldStop, ignore_progress, never_stop

if TYPE_CHECKING:
    from hashlib import _Hash

logger = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 18
_TIMEOUT_S = 30.0
_ATTEMPTS = 4  # as long as every one of them brings something
_OFFLINE = "Check the network and any proxy, or fetch the file elsewhere and run 'sam-models import FILE'."
_CONNECTION_FAILURES = (OSError, http.client.HTTPException)


class _BrokeOff(Exception):  # noqa: N818 - an event between the attempts, never seen outside
    """The connection ended before the file did."""


def download(
    spec: ModelSpec,
    directory: Path,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
    pause_s: float = 1.0,
) -> Path:
    """Fetch a model's weights into a folder.

    An interrupted download leaves a `.part` file, which the next call continues. The file appears under its own name
    only when size and SHA-256 agree with the spec.

    Args:
        spec: with `url`, `bytes` and `sha256`.
        directory: an existing folder.
        on_progress: called with bytes done.
        should_stop: asked between chunks.
        pause_s: wait before a broken connection is tried again.

    Returns:
        Path of the file. One that is already there, whole and right, is not fetched again.

    Raises:
        ModelError: no network, the server does not have the file, or sends another one.
        StoreError: the disk is full or the folder cannot be written.
        Cancelled: `should_stop` said so; the part is kept.
    """
    if not spec.url.startswith(("https://", "http://")):
        raise ModelError(f"Model '{spec.name}' cannot be downloaded: it has no web address.", "Import it from a file.")
    target = Path(directory) / spec.url.rpartition("/")[2]
    part = target.with_name(target.name + ".part")
    if target.is_file() and _is_right(target, spec, on_progress):
        return target
    meter = ProgressMeter(f"Downloading {spec.name}", spec.bytes or None, on_progress, skipped=_size(part))
    try:
        digest = _fetch_all(spec, part, meter, should_stop, pause_s)
        _check_whole(spec, part, digest)
        os.replace(part, target)
    except OSError as error:
        if isinstance(error, StoreError):
            raise
        raise store_error(part, error) from error
    return target


def _fetch_all(spec: ModelSpec, part: Path, meter: ProgressMeter, should_stop: ShouldStop, pause_s: float) -> _Hash:
    """Attempt after attempt until the part is whole; the digest is that of its content."""
    without_progress = 0
    while True:
        digest, before = _digest_of_part(spec, part), _size(part)
        if spec.bytes and before == spec.bytes:
            return digest
        _check_space(spec, part)
        try:
            return _fetch(spec, part, digest, meter, should_stop)
        except _BrokeOff as error:
            without_progress = 0 if _size(part) > before else without_progress + 1
            if without_progress >= _ATTEMPTS - 1:
                raise ModelError(
                    f"The connection broke off {_ATTEMPTS} times: {_size(part)} of {spec.bytes} bytes are here.",
                    "Run the same command again later: it continues where it stopped. " + _OFFLINE,
                ) from error
            meter.note("connection lost, trying again")
            time.sleep(pause_s * (without_progress + 1))


def _fetch(spec: ModelSpec, part: Path, digest: _Hash, meter: ProgressMeter, should_stop: ShouldStop) -> _Hash:
    """One request, appended to the part, or written from the start where the server cannot continue."""
    with contextlib.closing(_open(spec, _size(part))) as response:
        start = _start_of(response)
        if start not in (0, _size(part)):
            part.unlink()
            raise _BrokeOff
        if start == 0:
            meter.advance(units=-_size(part))
            digest = hashlib.sha256()
        _check_announced_size(spec, response, start)
        with part.open("ab" if start else "wb") as file:
            while chunk := _read(response):
                if should_stop():
                    raise Cancelled
                _append(chunk, file, digest)
                meter.advance(units=len(chunk))
                if spec.bytes and file.tell() > spec.bytes:
                    break
    size = _size(part)
    if spec.bytes and size < spec.bytes:
        raise _BrokeOff
    return digest


def _open(spec: ModelSpec, start: int) -> Any:
    headers = {"User-Agent": "SAMSegmenter", "Accept-Encoding": "identity"}
    if start:
        headers["Range"] = f"bytes={start}-"
    request = urllib.request.Request(spec.url, headers=headers)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500:
            raise _BrokeOff from error
        hint = "The address may have moved. " + _OFFLINE if error.code in (404, 410) else _OFFLINE
        raise ModelError(f"The server answered {error.code} ({error.reason}) for {spec.url}.", hint) from error
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionResetError | TimeoutError):
            raise _BrokeOff from error
        raise ModelError(f"{spec.url} cannot be reached: {error.reason}.", _OFFLINE) from error
    except _CONNECTION_FAILURES as error:
        raise _BrokeOff from error


def _read(response: Any) -> bytes:
    try:
        return response.read(_CHUNK_BYTES)
    except _CONNECTION_FAILURES as error:
        raise _BrokeOff from error


def _append(chunk: bytes, file: BinaryIO, digest: _Hash) -> None:
    file.write(chunk)
    digest.update(chunk)


def _start_of(response: Any) -> int:
    """Where the answer begins in the file: 0 when the server does not continue files, -1 when it does not say."""
    if response.status != 206:
        return 0
    match = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    return int(match[1]) if match else -1


def _check_announced_size(spec: ModelSpec, response: Any, start: int) -> None:
    length = response.headers.get("Content-Length", "")
    if spec.bytes and length.isdigit() and start + int(length) != spec.bytes:
        raise ModelError(
            f"The server announces a file of {start + int(length)} bytes, the weights of '{spec.name}' have "
            f"{spec.bytes}.",
            "The address may now hold another file, or a proxy answers in its place. " + _OFFLINE,
        )


def _digest_of_part(spec: ModelSpec, part: Path) -> _Hash:
    """Digest of what is already here; a part that cannot be of this file is deleted."""
    digest = hashlib.sha256()
    if spec.bytes and _size(part) > spec.bytes:
        part.unlink()
    if part.is_file():
        with part.open("rb") as file:
            while chunk := file.read(1 << 22):
                digest.update(chunk)
    return digest


def _check_whole(spec: ModelSpec, part: Path, digest: _Hash) -> None:
    size = _size(part)
    if (spec.bytes and size != spec.bytes) or (spec.sha256 and digest.hexdigest() != spec.sha256):
        part.unlink()
        raise ModelError(
            f"What {spec.url} sent is not the weights of '{spec.name}': {size} bytes with another SHA-256. "
            "It was deleted.",
            "Run the command again; if it happens twice, a proxy or the server changes the file. " + _OFFLINE,
        )


def _check_space(spec: ModelSpec, part: Path) -> None:
    if shutil.disk_usage(part.parent).free < spec.bytes - _size(part):
        raise store_error(part, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))


def _is_right(path: Path, spec: ModelSpec, on_progress: OnProgress) -> bool:
    from SAMSegmenterLib.models.weights import file_sha256

    whole = not spec.bytes or path.stat().st_size == spec.bytes
    return whole and (not spec.sha256 or file_sha256(path, on_progress) == spec.sha256)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0
