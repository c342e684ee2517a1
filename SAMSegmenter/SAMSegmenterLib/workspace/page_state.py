"""Everything that the page shows, by the names of its variables."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.workspace.carried_voxels import CarriedVoxels
from SAMSegmenterLib.workspace.carrying_state import carrying_state
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.session_state import session_state
from SAMSegmenterLib.workspace.view_state import ViewDrawer
from SAMSegmenterLib.workspace.views import VIEW_NAMES


class PageState:
    """What the page shows of a workspace, and what of it has changed since it was asked last.

    Args:
        controller: of the workspace.
    """

    def __init__(self, controller: WorkspaceController) -> None:
        self._controller = controller
        carried = CarriedVoxels(controller.session)
        self._drawers = {name: ViewDrawer(controller, view, carried) for name, view in controller.views.items()}
        self._told: dict[str, Any] = {}

    def news(self) -> dict[str, Any]:
        """Variables that are others than last time, and all of them the first time; they can be sent to a browser."""
        now = {**session_state(self._controller), **carrying_state(self._controller.session)}
        now["surface"] = self._controller.surfaces.meshes
        now.update({f"{part}_{name}": None for part in ("view", "image", "overlay") for name in VIEW_NAMES})
        if self._controller.session.source is not None:
            for name, drawer in self._drawers.items():
                now.update({f"{part}_{name}": value for part, value in drawer.state().items()})
        changed = {name: value for name, value in now.items() if name not in self._told or self._told[name] != value}
        self._told.update(changed)
        return changed
