"""The loaded model as the worker uses it: with a cache, followed step by step, and moved when memory runs out."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeVar

from SAMSegmenterLib.core.errors import Cancelled, DeviceError, DeviceMemoryError
from SAMSegmenterLib.core.predictor import Candidates, Embedding, EverythingParameters, Predictor
from SAMSegmenterLib.core.progress import OnProgress, ProgressEvent, ShouldStop
from SAMSegmenterLib.models.cached_encoder import CachedEncoder
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.notices import WARNING, Notice

logger = logging.getLogger(__name__)

T = TypeVar("T")
Load = Callable[[str, str, str], Predictor]
"""(name, device, precision) to a predictor."""

SMALLEST_BATCH = 4


def load_registered(name: str, device: str, precision: str) -> Predictor:
    """A model of the registry, see `registry.load`."""
    from SAMSegmenterLib.models.registry import load

    return load(name, device, precision=precision)


class ServedPredictor(CachedEncoder):
    """A predictor with a cache that asks for fewer points at a time when everything mode runs out of memory.

    Args:
        predictor: does the work.
        cache: of embeddings.
        notify: told when something was done differently than asked.

    Attributes:
        encode_seconds: what the last image took that had to be encoded, None before.
    """

    def __init__(self, predictor: Predictor, cache: EmbeddingCache, notify: Callable[[Notice], None]) -> None:
        super().__init__(predictor, cache)
        self.loaded, self._notify, self._points_at_once = predictor, notify, 1 << 30
        self.encode_seconds: float | None = None

    def encode(self, images: list) -> list[Embedding]:
        """As the cached encoder, with the time kept."""
        misses, started = self.misses, time.perf_counter()
        embeddings = super().encode(images)
        if self.misses > misses:
            self.encode_seconds = (time.perf_counter() - started) / (self.misses - misses)
        return embeddings

    def everything(self, embedding: Embedding, parameters: EverythingParameters) -> Candidates:
        """As the predictor inside; with a quarter of the points at a time whenever memory does not suffice."""
        while True:
            points = min(parameters.points_per_batch, self._points_at_once)
            try:
                return super().everything(embedding, replace(parameters, points_per_batch=points))
            except DeviceMemoryError:
                if points <= SMALLEST_BATCH:
                    raise
            self._points_at_once = max(SMALLEST_BATCH, points // 4)
            self._notify(
                Notice(WARNING, f"Memory was short: proposals are made from {self._points_at_once} points at a time.")
            )


class ServedModel:
    """One model, loaded when it is first needed, on the best device that has room for it. Worker only.

    Out of memory, it is tried with a 16-bit encoder on the same device, then on the CPU; when the device fails
    altogether, on the CPU at once. What was asked is then done again, so prompts and requests survive.

    Args:
        name: of the model.
        device: "auto", "cpu", "cuda", ...
        load: loads it.
        cache: of embeddings.
        notify: told about every step down; called on the worker.
    """

    def __init__(
        self, name: str, device: str, load: Load, cache: EmbeddingCache, notify: Callable[[Notice], None]
    ) -> None:
        self.name, self._load, self._cache, self._notify = name, load, cache, notify
        self._rung = 0
        self._ladder = _ladder(device)
        self.predictor: ServedPredictor | None = None

    def run(self, task: Callable[[ServedPredictor], T], on_progress: OnProgress, should_stop: ShouldStop) -> T:
        """Do a task with the model; again, from the start, after a step down.

        Raises:
            ModelError, DependencyError: the model cannot be loaded, or fails on the last device, too.
            Cancelled: `should_stop` said so.
        """
        while True:
            try:
                if self.predictor is None:
                    self._open(on_progress)
                with _followed(self.predictor.loaded, on_progress, should_stop):
                    return task(self.predictor)
            except DeviceError as error:
                failure = self._next_rung(error)
                if failure is None:
                    raise
            self._step_down(*failure)

    @property
    def is_as_asked(self) -> bool:
        """Whether it is loaded, and no step down was needed."""
        return self.predictor is not None and self._rung == 0

    def close(self) -> None:
        """Let its memory go; it is loaded again when it is needed again."""
        self.predictor = None
        free_device_memory()

    def _open(self, on_progress: OnProgress) -> None:
        on_progress(ProgressEvent("loading the model", 0, None, None, self.name))
        device, precision = self._ladder[self._rung]
        loaded = self._load(self.name, device, precision)
        _import_helpers()
        self.predictor = ServedPredictor(loaded, self._cache, self._notify)
        if loaded.device.startswith("cpu"):  # "auto" has nowhere to go from there
            self._ladder = self._ladder[: self._rung + 1]

    def _next_rung(self, error: DeviceError) -> tuple[int, str] | None:
        """The number of the next thing to try and why; only words leave the handler, so that memory is let go."""
        rung = self._rung + 1 if isinstance(error, DeviceMemoryError) else len(self._ladder) - 1
        return (rung, error.message) if self._rung < rung < len(self._ladder) else None

    def _step_down(self, rung: int, reason: str) -> None:
        logger.warning("Stepping down: %s", reason)
        self.predictor, self._rung = None, rung
        free_device_memory()
        device, precision = self._ladder[rung]
        way = (
            "on the CPU, which is slower" if device == "cpu" else f"with {precision.removeprefix('float')}-bit numbers"
        )
        self._notify(Notice(WARNING, f"{reason} '{self.name}' now works {way}.", "Your prompts are kept."))


def _import_helpers() -> None:
    """What `core` imports when it is first used, so that no window waits for it later."""
    import scipy.ndimage
    import scipy.sparse.csgraph  # noqa: F401


def free_device_memory() -> None:
    """Let a graphics card's memory go that nothing uses any more; without a collection, which is the main thread's."""
    import sys

    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        torch.cuda.empty_cache()


def _ladder(device: str) -> tuple[tuple[str, str], ...]:
    first = (device, "float32")
    return (first,) if device.startswith("cpu") else (first, (device, "float16"), ("cpu", "float32"))


@contextlib.contextmanager
def _followed(predictor: Predictor, on_progress: OnProgress, should_stop: ShouldStop) -> Iterator[None]:
    """Report and stop between the parts of the network, where the predictor can."""

    def step(done: int, total: int) -> None:
        if should_stop():
            raise Cancelled
        if total:
            on_progress(ProgressEvent("encoding the slice", done, total))

    if not hasattr(predictor, "on_step"):
        yield
        return
    before, predictor.on_step = predictor.on_step, step
    try:
        yield
    finally:
        predictor.on_step = before
