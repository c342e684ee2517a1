"""Everything that the page shows, by the names of its variables."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from SAMSegmenterLib.workspace.carried_voxels import CarriedVoxels
from SAMSegmenterLib.workspace.carrying_state import carrying_state
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.session_state import session_state
from SAMSegmenterLib.workspace.view_state import ViewDrawer
from SAMSegmenterLib.workspace.views import VIEW_NAMES

_PARTS = ("view", "image", "overlay")

DRAW_SECONDS = 0.03
"""How long views are drawn before others have their turn; the view that is worked in is always drawn."""


class PageState:
    """What the page shows of a workspace, and what of it has changed since it was asked last.

    Args:
        controller: of the workspace.
        clock: seconds that never run backwards.
    """

    def __init__(self, controller: WorkspaceController, clock: Callable[[], float] = time.perf_counter) -> None:
        self._controller, self._clock = controller, clock
        carried = CarriedVoxels(controller.session)
        self._drawers = {name: ViewDrawer(controller, view, carried) for name, view in controller.views.items()}
        self._told: dict[str, Any] = {}
        self._behind: list[str] = []

    @property
    def is_behind(self) -> bool:
        """Whether a view was left for the next time."""
        return bool(self._behind)

    def news(self) -> dict[str, Any]:
        """Variables that are others than last time, and all of them the first time; they can be sent to a browser.

        Views that take too long are left for the next time, the one that is worked in comes first.
        """
        now = {**session_state(self._controller), **carrying_state(self._controller.session)}
        now["surface"] = self._controller.surfaces.meshes
        now |= self._views()
        changed = {name: value for name, value in now.items() if name not in self._told or self._told[name] != value}
        self._told.update(changed)
        return changed

    def _views(self) -> dict[str, Any]:
        there = self._drawers if self._controller.session.source is not None else {}
        found = {f"{part}_{name}": None for part in _PARTS for name in VIEW_NAMES if name not in there}
        order = sorted(there, key=lambda name: (name != self._controller.active, name not in self._behind))
        least = 2 if self._behind else 1  # one of those left behind has its turn, too
        self._behind, end = [], self._clock() + DRAW_SECONDS
        for number, name in enumerate(order):
            if number >= least and self._clock() > end and f"view_{name}" in self._told:
                self._behind = order[number:]
                break
            found |= {f"{part}_{name}": value for part, value in there[name].state().items()}
        return found
