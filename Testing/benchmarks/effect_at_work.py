"""The SAM effect in the desktop stand-in with a model and a worker thread of its own, as a user has it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from SAMSegmenterLib.core.geometry import Volume

BACKGROUND, NOISE = 60, 8
_BALLS = ((0.5, 0.5, 0.5, 0.18, 180), (0.5, 0.28, 0.3, 0.1, 120), (0.5, 0.7, 0.72, 0.12, 150))
"""Centre along k, j, i, radius (parts of a slice's width) and grey value."""


def a_volume(shape_kji: tuple[int, int, int]) -> Volume:
    """Noisy rods along k; the same at every call. Made row by row, so that it takes no memory beside its own."""
    height, width = shape_kji[1:]
    layer, rng, i = np.empty((height, width), np.int16), np.random.default_rng(7), np.arange(width)
    for j in range(height):
        row = rng.normal(BACKGROUND, NOISE, width)
        for _k, centre_j, centre_i, radius, grey in _BALLS:
            inside = np.hypot(j - centre_j * height, i - centre_i * width) <= radius * min(height, width)
            row[inside] += grey - BACKGROUND
        layer[j] = np.rint(np.clip(row, 0, 255))
    slices = np.repeat(layer[None], shape_kji[0], axis=0)
    slices += (np.arange(shape_kji[0], dtype=np.int16) % 5)[:, None, None]  # no two neighbours are the same picture
    return Volume(slices, np.eye(4))


class AtWork:
    """The effect, active on a volume.

    Args:
        editing: editor, nodes and views.
        service: the model.
    """

    def __init__(self, editing: Any, service: Any) -> None:
        self.editing, self.service = editing, service
        self.hand = editing.views["Red"]

    @property
    def effect(self) -> Any:
        """The C++ half."""
        return self.editing.editor.effectByName("SAM")

    @property
    def session(self) -> Any:
        """`EditingSession`."""
        return self.effect.self().controller.owner.session

    def place(self, row: float, column: float) -> tuple[float, float, float]:
        """RAS of a place on the slice that is shown, given in parts of its height and width."""
        depth, height, width = self.session.source.volume.shape_kji
        return self.editing.ras(depth // 2, round(row * (height - 1)), round(column * (width - 1)))

    def show_middle(self) -> None:
        """Look at the middle slice."""
        self.hand.show(self.place(0.5, 0.5))
        self.hand.move(self.place(0.5, 0.5))

    def work_until(self, condition: Callable[[], bool], seconds: float = 300.0) -> None:
        """Let the application work, as Slicer's event loop does, until a condition holds."""
        from support.desktop import gil

        gil.run_event_loop(condition, seconds, 0.02)

    def is_at_rest(self) -> bool:
        """The slice shown and its neighbours are encoded and nothing is under way."""
        session = self.session
        return session is not None and session.status.is_loaded and not session.status.is_busy and self._is_encoded()

    def settle(self) -> None:
        """Wait until everything that is prepared ahead is prepared."""
        self.work_until(self.is_at_rest)
        end = time.perf_counter() + 0.5  # the neighbours are begun one after the other
        self.work_until(lambda: time.perf_counter() > end and self.is_at_rest())

    def _is_encoded(self) -> bool:
        return self.service.cache.ram_entries > 0


@contextmanager
def effect_at_work(volume: Volume, service: Any = None, segments: tuple[str, ...] = ("one", "two")) -> Iterator[AtWork]:
    """Open views and an editor on a volume, and activate the effect.

    Args:
        service: a `ModelService`; one with the bundled model on the CPU when None.
    """
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from SAMSegmenterLib.scene.runtime import ensure_scene

    ensure_scene().scene.Clear(0)
    from support.desktop import close_windows, install

    install()
    from SAMSegmenterLib.desktop.shared_service import replace_service
    from SAMSegmenterLib.session.model_service import ModelService
    from support.desktop.closing import close_editing
    from support.desktop.editing import start_editing
    from support.desktop.probe_effect import register
    from support.effect_desk import EFFECT, display_all

    service = service if service is not None else ModelService()
    before = os.environ.get("SAM_CACHE_DIR")
    with tempfile.TemporaryDirectory(prefix="sam-benchmark-") as folder:
        os.environ["SAM_CACHE_DIR"] = folder
        replace_service(service)
        register(EFFECT.as_posix())
        try:
            editing = start_editing(volume, segments)
            display_all(editing.volume_node)
            editing.activate("SAM")
            yield AtWork(editing, service)
        finally:
            close_editing()
            close_windows()
            replace_service(None)
            ensure_scene().scene.Clear(0)
            os.environ.pop("SAM_CACHE_DIR", None) if before is None else os.environ.update(SAM_CACHE_DIR=before)
