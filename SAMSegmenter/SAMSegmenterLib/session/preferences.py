"""What a user chooses once for all sessions: model, device, threads and caches. Where it is kept is not known here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.models.folders import cache_directory
from SAMSegmenterLib.models.known_models import BUNDLED

if TYPE_CHECKING:
    from SAMSegmenterLib.core.predictor import Predictor
    from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

DEVICES = ("auto", "cpu", "cuda", "mps")
MOST_THREADS = 256
LEAST_MEGABYTES, MOST_MEGABYTES = 16, 1 << 20
_MEGABYTE = 1 << 20
_TRUE = ("true", "1", "yes", "on")


@dataclass(frozen=True)
class Preferences:
    """The choices of one user on one computer.

    Args:
        model: of the registry; used where none was chosen.
        device: one of `DEVICES`.
        threads: CPU threads of a model; 0 leaves the choice to SAM_THREADS and to PyTorch.
        memory_megabytes: embeddings kept in memory, at most.
        keep_on_disk: whether embeddings are also kept on disk, for the next time the same slice is shown.
        cache_folder: where; empty for SAM_CACHE_DIR or the user's cache folder.
        disk_megabytes: embeddings kept on disk, at most; those not used for the longest time give way.
    """

    model: str = BUNDLED
    device: str = "auto"
    threads: int = 0
    memory_megabytes: int = 512
    keep_on_disk: bool = False
    cache_folder: str = ""
    disk_megabytes: int = 4096

    def __post_init__(self) -> None:
        if not self.model:
            raise InputError("No model is chosen.", "Choose one of the list.")
        if self.device not in DEVICES:
            raise InputError(f"There is no device '{self.device}'.", f"Choose one of: {', '.join(DEVICES)}.")
        if not 0 <= self.threads <= MOST_THREADS:
            raise InputError(f"{self.threads} threads cannot be used.", f"Choose 0 (automatic) to {MOST_THREADS}.")
        for megabytes in (self.memory_megabytes, self.disk_megabytes):
            if not LEAST_MEGABYTES <= megabytes <= MOST_MEGABYTES:
                raise InputError(
                    f"A cache of {megabytes} MB cannot be used.",
                    f"Choose {LEAST_MEGABYTES} to {MOST_MEGABYTES} MB.",
                )

    def folder(self) -> Path:
        """Where embeddings are kept on disk; it may not exist yet."""
        return Path(self.cache_folder).expanduser() if self.cache_folder else cache_directory()

    def embedding_cache(self) -> EmbeddingCache:
        """The cache as chosen; its disk part may have grown beyond its limit, see `trim`."""
        from SAMSegmenterLib.models.embedding_cache import EmbeddingCache

        limits = self.memory_megabytes * _MEGABYTE, self.disk_megabytes * _MEGABYTE
        return EmbeddingCache(self.folder() if self.keep_on_disk else None, *limits)

    def trim(self, cache: EmbeddingCache) -> int:
        """Make the disk part of a cache as small as chosen; it may take a while. Returns the bytes that were freed."""
        return cache.trim(self.disk_megabytes * _MEGABYTE)

    def load(self, name: str, device: str, precision: str) -> Predictor:
        """Load a model with the chosen number of threads; fits `ModelService(load=...)`."""
        from SAMSegmenterLib.models.registry import load

        return load(name, device, threads=self.threads or None, precision=precision)


def preferences_from(read: Callable[[str], Any]) -> Preferences:
    """Preferences from a store of texts; what cannot be read there, or makes no sense, is as it is by default.

    Args:
        read: gives the stored value of a field of `Preferences`, or None. Settings files keep everything as text.
    """
    chosen: dict[str, Any] = {}
    for field in fields(Preferences):
        value = _converted(read(field.name), field.default)
        try:
            Preferences(**{field.name: value})
        except InputError:
            continue
        chosen[field.name] = value
    return Preferences(**chosen)


def _converted(value: Any, default: Any) -> Any:
    """A stored value as the type of the default, or the default."""
    if value is None:
        return default
    if isinstance(default, bool):
        return str(value).strip().lower() in _TRUE
    if isinstance(default, int):
        try:
            return int(str(value))
        except ValueError:
            return default
    return str(value)
