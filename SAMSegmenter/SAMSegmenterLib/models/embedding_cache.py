"""Embeddings kept in memory and on disk, by content, so that no image is encoded twice."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from SAMSegmenterLib.core.atomic import atomic_path
from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.core.predictor import Embedding
from SAMSegmenterLib.models.cache_limit import disk_limit
from SAMSegmenterLib.models.embedding_file import UNREADABLE, embedding_bytes, read_embedding
from SAMSegmenterLib.models.folders import make_private

logger = logging.getLogger(__name__)

DEFAULT_RAM_BYTES = 512 << 20

_ROOM = 0.9
"""Share of the limit on disk that is used after older entries gave way, so that not every new one makes others go."""

_UNSEEN = 1 / 16
"""Share of the limit that a process writes before it looks what others wrote."""

_ABANDONED_S = 600.0
"""An unfinished file of this age is what a killed process left; younger ones are being written."""

_KEY = re.compile(r"[0-9a-f]{12,128}")


class EmbeddingCache:
    """Embeddings by key: the latest in memory, more of them on disk. Safe for several threads and processes.

    Disk entries are safetensors files `<first two digits>/<key>.safetensors` with a checksum, which appear whole or not
    at all and are mapped into memory when they are read. A damaged one is deleted and counts as absent. When the disk
    is full or cannot be written, the disk part switches itself off with a warning. When they take more than the limit,
    those not used for the longest time are deleted, whichever process made them.

    Args:
        directory: folder of the disk entries; None keeps embeddings in memory only.
        ram_budget_bytes: largest sum of the embeddings' bytes kept in memory.
        disk_limit_bytes: largest sum of the entries on disk, which each further process that writes at the same time
            may exceed by a sixteenth; None for SAM_CACHE_GB or a share of the disk, see `disk_limit`.
    """

    def __init__(
        self,
        directory: Path | None = None,
        ram_budget_bytes: int = DEFAULT_RAM_BYTES,
        disk_limit_bytes: int | None = None,
    ) -> None:
        self.directory = Path(directory) if directory is not None else None
        self._disk_limit = disk_limit_bytes
        self._disk_bytes, self._unseen = -1, 0  # not looked at yet; written since
        self._writable = self.directory is not None
        self._budget, self._held = ram_budget_bytes, 0
        self._recent: OrderedDict[str, Embedding] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def ram_bytes(self) -> int:
        """Bytes of the embeddings kept in memory."""
        return self._held

    @property
    def ram_entries(self) -> int:
        """Embeddings kept in memory."""
        return len(self._recent)

    @property
    def ram_budget_bytes(self) -> int:
        """Largest sum of the embeddings' bytes kept in memory."""
        return self._budget

    @property
    def disk_limit_bytes(self) -> int:
        """Largest sum of the entries on disk; 0 where nothing is kept there."""
        if self.directory is None:
            return 0
        if self._disk_limit is None:
            self._disk_limit = disk_limit(self.directory, self.size_bytes())
        return self._disk_limit

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
            limit = self.disk_limit_bytes
            make_private(self.directory)
            path.parent.mkdir(exist_ok=True)
            written = embedding_bytes(embedding)
            with atomic_path(path) as temporary:
                temporary.write_bytes(written)
            self._keep_to_the_limit(len(written), limit)
        except (SAMError, OSError) as error:
            if isinstance(error.__cause__, FileNotFoundError):
                logger.debug("the cache was emptied while %s was written", path)
            elif not path.is_file():  # on Windows a file that another process reads cannot be replaced; it is the same
                self._writable = False
                logger.warning("Embeddings are no longer kept on disk: %s", error)

    def clear(self) -> None:
        """Forget everything, in memory and on disk; other files in the folder stay."""
        with self._lock:
            self._recent.clear()
            self._held = self._unseen = 0
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

    def count(self) -> int:
        """Entries on disk."""
        return sum(not path.name.startswith(".") for path in self._entries())

    def trim(self, limit_bytes: int) -> int:
        """Delete the oldest entries on disk until the rest fits into a limit; what is being written stays.

        Returns:
            Bytes that were freed; 0 where nothing had to go.
        """
        entries, total, now = [], 0, time.time()
        for path in self._entries():
            with contextlib.suppress(OSError):
                facts = path.stat()
                total += facts.st_size
                if not path.name.startswith(".") or now - facts.st_mtime > _ABANDONED_S:
                    entries.append((facts.st_mtime_ns, path.name, facts.st_size, path))
        freed = 0
        for _time, _name, size, path in sorted(entries):
            if freed >= total - limit_bytes:
                break
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)  # another process may be at it, too
                freed += size
        return freed

    def _keep_to_the_limit(self, written: int, limit: int) -> None:
        """Look at the folder now and then, and when the count says that it may be full."""
        with self._lock:
            self._unseen += written
            if self._disk_bytes < 0 or self._unseen > limit * _UNSEEN:
                self._look()
            if self._disk_bytes + self._unseen > limit:
                self.trim(round(limit * _ROOM))
                self._look()

    def _look(self) -> None:
        self._disk_bytes, self._unseen = self.size_bytes(), 0

    def _remember(self, embedding: Embedding) -> None:
        with self._lock:
            replaced = self._recent.pop(embedding.key, None)
            self._held -= replaced.nbytes if replaced is not None else 0
            self._recent[embedding.key] = embedding
            self._held += embedding.nbytes
            while self._held > self._budget and self._recent:
                self._held -= self._recent.popitem(last=False)[1].nbytes

    def _read(self, key: str) -> Embedding | None:
        if self.directory is None:
            return None
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            embedding = read_embedding(key, path)
            with contextlib.suppress(OSError):
                os.utime(path)  # it is in use: others go first
            return embedding
        except UNREADABLE as error:
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
