"""The surface of the segments, made in another process when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import numpy as np

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.extents import extent_shape, is_empty
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.workspace.case import SegmentRow, WorkspaceCase
from SAMSegmenterLib.workspace.css_colours import css
from SAMSegmenterLib.workspace.own_process import own_process
from SAMSegmenterLib.workspace.surface_mesh import SurfaceRequest, surfaces

NOTHING: dict[str, Any] = {"centre": [0.0, 0.0, 0.0], "radius": 1.0, "parts": []}

NONE, MAKING, READY, STALE = "none", "making", "ready", "stale"


class Surfaces:
    """Makes surfaces of the segments of a case, one request at a time.

    Args:
        case: whose segments.
        new_executor: where the work is done; a process of its own by default.

    Attributes:
        meshes: what `surface_mesh.surfaces` gave last.

    Thread: main, all of it.
    """

    def __init__(self, case: WorkspaceCase, new_executor: Callable[[], Executor] | None = None) -> None:
        self._case, self._new_executor = case, new_executor or own_process
        self._work: tuple[Executor, Future[dict[str, Any]]] | None = None
        self._made_of: NodeState | None = None
        self._state = NONE
        self.meshes = NOTHING

    @property
    def state(self) -> str:
        """ "none" was asked for, one is in the "making", "ready", or "stale": segments have changed since."""
        return self._state

    def make(self) -> None:
        """Begin to make the surface of the segments that are shown.

        Raises:
            InputError: there is nothing to show.
        """
        if self._work is not None:
            return
        requests = [one for one in map(self._request, self._case.segments()) if one is not None]
        if not requests:
            raise InputError("There is no surface to show.", "Accept a mask into a segment that is shown.")
        executor = self._new_executor()
        self._made_of = self._case.state()
        self._work, self._state = (executor, executor.submit(surfaces, requests)), MAKING

    def tick(self) -> bool:
        """Take over what is finished; whether anything has changed.

        Raises:
            SAMError: it could not be made.
        """
        before = self._state
        if self._work is not None and self._work[1].done():
            executor, future = self._work
            self._work, self._state = None, NONE
            executor.shutdown(wait=False)
            self.meshes = _result(future)
            self._state = READY
        if self._state == READY and self._made_of is not None and not self._made_of.is_current:
            self._state = STALE
        return self._state != before

    def close(self) -> None:
        """Wait for nothing more."""
        if self._work is not None:
            self._work[0].shutdown(wait=False, cancel_futures=True)
            self._work = None

    def _request(self, row: SegmentRow) -> SurfaceRequest | None:
        writer = self._case.writers.writer()
        extent = writer.extent_of(row.id)
        if not row.visible or is_empty(extent):
            return None
        voxels = writer.segment_on(row.id, extent)
        to_ras = np.array(writer.lattice().ijk_to_ras)
        to_ras[:3, 3] += to_ras[:3, :3] @ np.array(extent[::2])
        return SurfaceRequest(row.name, css(row.colour), np.packbits(voxels), extent_shape(extent), to_ras)


def _result(future: Future[dict[str, Any]]) -> dict[str, Any]:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise SAMError("The surface could not be made: its process ended.", "Try again.") from error
