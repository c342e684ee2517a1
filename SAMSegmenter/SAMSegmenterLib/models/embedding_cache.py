"""Embeddings kept in memory and on disk, by content, so that no image is encoded twice."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.folders import make_private

logger = logging.getLogger(__name__)

DEFAULT_RAM_BYTES = 512 << 20
DEFAULT_DISK_BYTES = 4096 << 20

_ROOM = 0.9
"""Share of the limit on disk that is used after older entries gave way, so that not every new one makes others go."""

_KEY = re.compile(r"[0-9a-f]{12,128}")


class EmbeddingCache:
    """Embeddings by key: the latest in memory, more of them on disk. Safe for several threads and processes.

    Disk entries are safetensors files `<first two digits>/<key>.safetensors` with a checksum. A damaged one is deleted
    and counts as absent. When the disk is full or cannot be written, the disk part switches itself off with a warning.
    When they take more than the limit, those not used for the longest time are deleted, whichever process made them.

    Args:
        directory: folder of the disk entries; None keeps embeddings in memory only.
        ram_budget_bytes: largest sum of the features kept in memory.
        disk_limit_bytes: largest sum of the entries on disk; other processes may exceed it by what they are writing.
    """

    def __init__(
        self,
        directory: Path | None = None,
        ram_budget_bytes: int = DEFAULT_RAM_BYTES,
        disk_limit_bytes: int = DEFAULT_DISK_BYTES,
    ) -> None:
        self.directory = Path(directory) if directory is not None else None
        self._disk_limit, self._disk_bytes = disk_limit_bytes, -1  # not looked at yet
        self._writable = self.directory is not None
        self._budget, self._held = ram_budget_bytes, 0
        self._recent: OrderedDict[str, Embedding] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def ram_bytes(self) -> int:
        """Bytes of the features kept in memory."""
        return self._held

    @property
    def ram_entries(self) -> int:
        """Embeddings kept in memory."""
        return len(self._recent)

    @property
    def ram_budget_bytes(self) -> int:
        """Largest sum of the features kept in memory."""
        return self._budget

    def get(self, key: str) -> Embedding | None:
        """The embedding of a key, or None."""
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
                return self._recent[key]
        embedding = self._read(key)
        if embedding is not None:
            self._remember(embedding)
        return embedding

    def put(self, embedding: Embedding) -> None:
        """Keep an embedding; never fails because of the disk."""
        self._remember(embedding)
        if not self._writable:
            return
        path = self._path(embedding.key)
        try:
            make_private(self.directory)
            path.parent.mkdir(exist_ok=True)
            written = _to_bytes(embedding)
            with atomic_path(path) as temporary:
                temporary.write_bytes(written)
            self._keep_to_the_limit(len(written))
        except (SAMError, OSError) as error:
            if not path.is_file():  # on Windows a file that another process reads cannot be replaced; it is the same
                self._writable = False
                logger.warning("Embeddings are no longer kept on disk: %s", error)

    def clear(self) -> None:
        """Forget everything, in memory and on disk; other files in the folder stay."""
        with self._lock:
            self._recent.clear()
            self._held = 0
            self._disk_bytes = -1
        for path in self._entries():
            with contextlib.suppress(OSError):
                path.unlink()

    def size_bytes(self) -> int:
        """Bytes of the entries on disk."""
        total = 0
        for path in self._entries():
            with contextlib.suppress(OSError):
                total += path.stat().st_size
        return total

    def trim(self, limit_bytes: int) -> int:
        """Delete the oldest entries on disk until the rest fits into a limit.

        Returns:
            Bytes that were freed; 0 where nothing had to go.
        """
        entries = []
        for path in self._entries():
            with contextlib.suppress(OSError):
                facts = path.stat()
                entries.append((facts.st_mtime_ns, path.name, facts.st_size, path))
        excess = sum(size for _time, _name, size, _path in entries) - limit_bytes
        freed = 0
        for _time, _name, size, path in sorted(entries):
            if freed >= excess:
                break
            with contextlib.suppress(OSError):
                path.unlink()
                freed += size
        return freed

    def _keep_to_the_limit(self, written: int) -> None:
        """Count what is written, and look at the folder only when the count says that it may be full."""
        with self._lock:
            self._disk_bytes = self._disk_bytes + written if self._disk_bytes >= 0 else self.size_bytes()
            if self._disk_bytes <= self._disk_limit:
                return
            self.trim(round(self._disk_limit * _ROOM))
            self._disk_bytes = self.size_bytes()

    def _remember(self, embedding: Embedding) -> None:
        with self._lock:
            replaced = self._recent.pop(embedding.key, None)
            self._held -= replaced.features.nbytes if replaced is not None else 0
            self._recent[embedding.key] = embedding
            self._held += embedding.features.nbytes
            while self._held > self._budget and self._recent:
                self._held -= self._recent.popitem(last=False)[1].features.nbytes

    def _read(self, key: str) -> Embedding | None:
        if self.directory is None:
            return None
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            embedding = _from_file(key, path)
            with contextlib.suppress(OSError):
                os.utime(path)  # it is in use: others go first
            return embedding
        except _unreadable() as error:
            logger.debug("the cached embedding %s is damaged and made anew: %s", path, error)
            with contextlib.suppress(OSError):
                path.unlink()
            return None

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"'{key}' is not the key of an embedding")
        return self.directory / key[:2] / f"{key}.safetensors"

    def _entries(self) -> Iterator[Path]:
        """Entries on disk, and what a killed process left of one."""
        if self.directory is None or not self.directory.is_dir():
            return
        for path in self.directory.glob("[0-9a-f][0-9a-f]/*.safetensors"):
            if _KEY.fullmatch(path.stem.lstrip(".")):
                yield path


# safetensors is imported where it is used: the application's windows must open, and say so, where it is missing.


def _unreadable() -> tuple[type[Exception], ...]:
    """What reading a damaged entry raises."""
    from safetensors import SafetensorError

    return (OSError, SafetensorError, ValueError, KeyError, TypeError)


def _to_bytes(embedding: Embedding) -> bytes:
    from safetensors.numpy import save

    arrays = embedding.pack()
    return save(arrays, {"checksum": _checksum(embedding.key, arrays)})


def _from_file(key: str, path: Path) -> Embedding:
    from safetensors import safe_open

    with safe_open(path, "numpy") as file:
        checksum = (file.metadata() or {}).get("checksum")
        arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - not a mapping
    if checksum != _checksum(key, arrays):
        raise ValueError("the checksum differs")
    return Embedding.unpack(key, arrays)


def _checksum(key: str, arrays: dict[str, np.ndarray]) -> str:
    digest = hashlib.blake2b(key.encode(), digest_size=16)
    for name in sorted(arrays):
        digest.update(f"|{name}|{arrays[name].dtype}|{arrays[name].shape}|".encode())
        digest.update(np.ascontiguousarray(arrays[name]))
    return digest.hexdigest()
