"""One model on the shared worker, for all editing sessions of the application."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from SAMSegmenterLib.core.errors import Cancelled, DependencyError, ModelError
from SAMSegmenterLib.core.progress import OnProgress, ShouldStop
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.collection import COLLECTION
from SAMSegmenterLib.session.notices import Notice
from SAMSegmenterLib.session.served_model import Load, ServedModel, ServedPredictor, load_registered
from SAMSegmenterLib.session.worker import Job, Worker, shared_worker

T = TypeVar("T")
Task = Callable[[ServedPredictor, OnProgress, ShouldStop], T]
"""Work with the model, on the worker: (predictor, on_progress, should_stop). It may be called again after a step down,
so it must not change anything outside itself."""

CLICK, HOVER, REQUEST, PREFETCH = 0, 1, 2, 9
"""Priorities: what the user waits for, what follows the mouse, what takes long, what may be needed later."""

_MANY_NOTICES = 100


@dataclass(frozen=True)
class ModelStatus:
    """What a status line says.

    Args:
        model: name of the model chosen.
        device: where it runs, or was asked to run as long as it is not loaded.
        precision: of its image encoder, empty as long as it is not loaded.
        is_loaded: whether it is in memory.
        latency_seconds: from the last click to its mask, None before the first.
        encode_seconds: what the last slice took that was not in the cache, None before the first.
        cache_bytes, cache_entries, cache_budget_bytes: embeddings kept in memory.
        is_busy: whether the worker has something to do.
        error: why the model cannot be used, or None.
    """

    model: str
    device: str
    precision: str
    is_loaded: bool
    latency_seconds: float | None
    encode_seconds: float | None
    cache_bytes: int
    cache_entries: int
    cache_budget_bytes: int
    is_busy: bool
    error: ModelError | DependencyError | None


class ModelService:
    """Loads a model when it is needed and does work with it, one thing at a time, the most urgent first.

    Everything is called on the main thread; tasks run on the worker. While jobs are under way garbage is collected on
    the main thread only (`collection`), so somebody must call `tick` until the worker is idle again, or `leave`: every
    editing session does, at each of its own ticks and when it is closed.

    Args:
        load: loads a model.
        cache: of embeddings; in memory alone when None.
        worker: the shared one when None.
        clock: seconds that never run backwards.
    """

    def __init__(
        self,
        load: Load = load_registered,
        cache: EmbeddingCache | None = None,
        worker: Worker | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._load, self._clock = load, clock
        self.cache = cache if cache is not None else EmbeddingCache()
        self._worker = worker if worker is not None else shared_worker()
        self._chosen: ServedModel | None = None  # what the main thread wants
        self._current: ServedModel | None = None  # what the worker holds
        self._device = "auto"
        self._generation = 0
        self._running: dict[Job, float] = {}
        self._notices: list[Notice] = []
        self._notices_dropped = 0
        self._latency: float | None = None
        self._error: ModelError | DependencyError | None = None
        self._holds = False

    @property
    def model(self) -> str:
        """Name of the model chosen, empty before the first choice."""
        return self._chosen.name if self._chosen is not None else ""

    @property
    def device_asked(self) -> str:
        """Where the model was asked to run; it may run elsewhere after it had to step down."""
        return self._device

    @property
    def generation(self) -> int:
        """Rises with every choice of a model: what was made with an earlier one is then stale."""
        return self._generation

    def choose(self, name: str, device: str = "auto") -> None:
        """Use another model, or another device, from the next job on; it is loaded then.

        The same choice again changes nothing, unless the model failed or had to step down: it is then tried afresh.
        """
        if self.model == name and self._device == device and self._error is None and self._chosen.is_as_asked:
            return
        self._renew(name, device)

    def use_cache(self, cache: EmbeddingCache) -> None:
        """Keep embeddings elsewhere; a model that was chosen is loaded anew when it is needed next."""
        self.cache = cache
        if self._chosen is not None:
            self._renew(self.model, self._device)

    def submit(self, task: Task[T], priority: int = CLICK) -> Job[T]:
        """Do some work with the model.

        Args:
            task: must not touch MRML, VTK or Qt, nor hold the last reference to anything of theirs.
            priority: what is less urgent is passed; prefetching and hovering at hand are asked to stop.

        Returns:
            The job; its result raises `ModelError` when there is no model or it cannot be loaded.
        """
        if not self._holds:
            COLLECTION.hold()
            self._holds = True
        for job, other in self._running.items():
            if other > priority and other in (HOVER, PREFETCH):
                job.stop()
        wanted, started = self._chosen, self._clock()
        job = self._worker.submit(
            lambda on_progress, should_stop: self._do(wanted, task, on_progress, should_stop),
            lambda job: self._note_end(job, wanted, started if priority == CLICK else None),
            priority,
        )
        self._running[job] = priority
        return job

    def tick(self) -> None:
        """To be called often while jobs are under way, and once after; takes microseconds."""
        if not self._holds:
            return
        COLLECTION.collect()
        self._running = {job: priority for job, priority in self._running.items() if not job.done.is_set()}
        if not self._running and self._worker.is_idle:
            COLLECTION.release()
            self._holds = False

    def leave(self) -> None:
        """Nobody will tick any more, as far as the caller knows; whoever goes on ticking just does."""
        self.tick()
        if self._holds:
            COLLECTION.release(lambda: not self._worker.is_idle)
            self._holds = False

    @property
    def is_busy(self) -> bool:
        """Whether a job of this service waits or runs."""
        return any(not job.done.is_set() for job in self._running)

    def notices_since(self, seen: int) -> tuple[int, list[Notice]]:
        """Notices that came after the first `seen` of them, and how many there were in all."""
        kept, dropped = list(self._notices), self._notices_dropped
        return dropped + len(kept), kept[max(0, seen - dropped) :]

    def status(self) -> ModelStatus:
        """What a status line says; microseconds."""
        predictor = self._chosen.predictor if self._chosen is not None else None
        return ModelStatus(
            self.model,
            predictor.device if predictor is not None else self._device,
            predictor.precision if predictor is not None else "",
            predictor is not None,
            self._latency,
            predictor.encode_seconds if predictor is not None else None,
            self.cache.ram_bytes,
            self.cache.ram_entries,
            self.cache.ram_budget_bytes,
            self.is_busy,
            self._error,
        )

    def _renew(self, name: str, device: str) -> None:
        self._chosen, self._device = ServedModel(name, device, self._load, self.cache, self._notify), device
        self._generation += 1
        self._error = self._latency = None
        for job in self._running:
            job.stop()

    def _do(self, wanted: ServedModel | None, task: Task[T], on_progress: OnProgress, should_stop: ShouldStop) -> T:
        """On the worker."""
        if wanted is None:
            raise ModelError("No model is chosen.", "Choose a model first.")
        if self._current is not wanted and self._current is not None:
            self._current.close()
        self._current = wanted
        return wanted.run(lambda predictor: task(predictor, on_progress, should_stop), on_progress, should_stop)

    def _note_end(self, job: Job, wanted: ServedModel | None, clicked: float | None) -> None:
        """On the worker: remember why the chosen model cannot be used, and how long a click took with it."""
        try:
            job.result()
        except Cancelled:
            return
        except Exception as error:  # noqa: BLE001 - whoever asked for the result tells the user
            if isinstance(error, ModelError | DependencyError) and wanted is self._chosen:
                self._error = error
            return
        if wanted is self._chosen:
            self._error = None
            self._latency = self._clock() - clicked if clicked is not None else self._latency

    def _notify(self, notice: Notice) -> None:
        """On the worker."""
        self._notices.append(notice)
        if len(self._notices) > _MANY_NOTICES:
            self._notices_dropped += 1
            del self._notices[0]
