"""Carrying masks from slice to slice, as the page asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.session.propagation_state import shown_segment
from SAMSegmenterLib.workspace.controller import WorkspaceController


class Carrying:
    """Starts and steers propagation, shows its slices, and accepts or rejects its results.

    Args:
        controller: of the workspace.
    """

    def __init__(self, controller: WorkspaceController) -> None:
        self._controller, self._session = controller, controller.session

    def propagate(self, request: Mapping[str, Any]) -> None:
        """Carry the accepted slices to their neighbours.

        Args:
            request: `first` and `last` limit the slices when both are numbers; `all` carries all segments that have
                accepted slices instead of the selected one.
        """
        first, last = (None if request.get(name) is None else int(request[name]) for name in ("first", "last"))
        segment_id = self._session.segment_id
        segments = None if request.get("all") or segment_id is None else [segment_id]
        self._session.propagate(first, last, segments)

    def one_slice(self, step: int) -> None:
        """Carry the mask of the slice shown one slice up (1) or down (-1), and go there."""
        index = self._session.propagation.index_of(self._session.plane)
        if self._session.propagate_one(step) and index is not None:
            self.go_to(index + step)

    def stop_mark(self) -> None:
        """Say that the structure does not reach the slice shown, or take that back."""
        self._session.toggle_stop_mark()

    def go_to(self, index: int) -> None:
        """Show a slice of the strip."""
        stack = self._session.propagation.stack
        if stack is None:
            raise InputError("There is no volume to go to.", "Open one first.")
        index = min(max(int(index), stack.first), stack.last)
        self._controller.show_plane(self._session.propagation.plane_of(index))

    def go_to_worst(self) -> None:
        """Show the slice of least confidence that waits for acceptance."""
        index = self._session.propagation.worst(shown_segment(self._session))
        if index is None:
            raise InputError("There is no slice to look at.", "Propagate first.")
        self.go_to(index)

    def has_results(self, first: int | None = None, last: int | None = None) -> bool:
        """Whether results wait for acceptance, in a range of slices or anywhere."""
        return bool(self._session.propagation.results.waiting(first, last))

    def accept(self, first: int | None = None, last: int | None = None) -> None:
        """Write the results, or those of a range of slices, as one step."""
        self._controller.write(self._session.accepting_propagation(first, last), shown_segment(self._session))

    def reject(self) -> None:
        """Drop the results."""
        self._session.reject_propagation()

    def edit_carried(self) -> None:
        """Make the prompts that were carried to this slice the user's own."""
        self._controller.mark(self._session.edit_carried_prompts)
