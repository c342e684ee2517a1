"""An editing session on a phantom, with a worker that works when it is told to and a clock that is set by hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume
from SAMSegmenterLib.core.predictor import Predictor
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import LevelWidth
from SAMSegmenterLib.models.embedding_cache import EmbeddingCache
from SAMSegmenterLib.session.array_writer import ArraySegmentWriter
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.event_log import EventLog
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.session.volume_source import VolumeSource
from SAMSegmenterLib.session.worker import Job
from support.fake_predictor import ThresholdPredictor
from support.phantoms import two_boxes_volume

SHOWN = LevelWidth(127.5, 255)
"""A displayed window that leaves the phantoms' grey values as they are."""


class StepWorker:
    """A worker without a thread: its jobs wait until the test runs them, the most urgent first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()

    @property
    def is_idle(self) -> bool:
        """True when no job waits."""
        return not self.waiting

    def submit(self, work: Any, on_done: Any = None, priority: float = 0) -> Job:
        """Queue some work."""
        job = Job(work, on_done)
        self.waiting.append((priority, next(self._numbers), job))
        return job

    def run_next(self) -> bool:
        """Run the most urgent job; False when there is none."""
        if not self.waiting:
            return False
        self.waiting.sort(key=lambda entry: entry[:2])
        self.waiting.pop(0)[2].run()
        return True


@dataclass
class Clock:
    """Seconds that pass when the test says so."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


class Scene:
    """Holds the volume that a session works on, and lets a test change it: a `SourceProvider`."""

    def __init__(self, volume: Volume | None, **facts: Any) -> None:
        self._source = VolumeSource(volume, **{"displayed": SHOWN, **facts}) if volume is not None else None
        self.error: Exception | None = None

    def source(self) -> VolumeSource | None:
        """The volume now."""
        if self.error is not None:
            raise self.error
        return self._source

    def change(self, **facts: Any) -> None:
        """Replace facts of the volume."""
        self._source = replace(self._source, **facts)

    def paint(self, where: Any, value: float) -> None:
        """Change voxels in place, as a filter in the application would, and say so."""
        self._source.volume.array[where] = value
        self.change(token=self._source.token + 1)

    def remove(self) -> None:
        """Close the scene."""
        self._source = None

    def show(self, volume: Volume, volume_id: str) -> None:
        """Choose another volume."""
        self._source = VolumeSource(volume, volume_id, token=0, displayed=SHOWN)


@dataclass
class Desk:
    """A session and everything around it."""

    session: EditingSession
    worker: Any
    writer: ArraySegmentWriter
    scene: Scene
    service: ModelService
    clock: Clock
    predictors: dict[str, Predictor]
    heard: list[frozenset[str]] = field(default_factory=list)

    def settle(self, rounds: int = 200) -> None:
        """Run all jobs and tick until nothing happens any more; no time passes."""
        for _ in range(rounds):
            ran = self.worker.run_next()
            changed = self.session.tick()
            if not ran and not changed:
                return
        raise AssertionError("the session does not come to rest")

    def rest(self, seconds: float = 10.0) -> None:
        """Let time pass, then settle."""
        self.clock.now += seconds
        self.settle()

    def mask(self, segment: str = "one") -> np.ndarray:
        """(K, J, I) of a segment."""
        return self.writer.mask(segment)

    @property
    def messages(self) -> str:
        """All notices, one per line."""
        return "\n".join(str(notice) for notice in self.session.notices)


def a_desk(
    volume: Volume | None = None,
    predictor: Predictor | None = None,
    segments: tuple[str, ...] = ("one", "two"),
    writer: ArraySegmentWriter | None = None,
    worker: Any = None,
    load: Callable[[str, str, str], Predictor] | None = None,
    autosave: Autosave | None = None,
    log: EventLog | None = None,
    service: ModelService | None = None,
    plane: SlicePlane | None = None,
    **facts: Any,
) -> Desk:
    """A session on a phantom: slice 8 along k is shown, or `plane`, the first segment and a model are chosen."""
    volume = volume if volume is not None else two_boxes_volume()[0]
    predictors = {"threshold": predictor if predictor is not None else ThresholdPredictor()}
    worker = worker if worker is not None else StepWorker()
    writer = writer if writer is not None else ArraySegmentWriter.for_volume(volume, segments)
    scene, clock = Scene(volume, **facts), Clock()
    if service is None:
        loads = load if load is not None else lambda name, device, precision: predictors[name]
        service = ModelService(loads, EmbeddingCache(), worker)
        service.choose("threshold", "cpu")
    session = EditingSession(service, writer, scene, log, clock, autosave)
    desk = Desk(session, worker, writer, scene, service, clock, predictors)
    session.on_change(desk.heard.append)
    session.select_segment(segments[0])
    session.show(plane if plane is not None else SlicePlane.lattice(0, 8))
    return desk
