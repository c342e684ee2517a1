"""The case that one workspace works on: exchanged for another, kept against a crash, ended."""

from __future__ import annotations

from pathlib import Path

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.reference import Segmentation
from SAMSegmenterLib.scene.node_state import NodeState
from SAMSegmenterLib.session.autosave import Autosave
from SAMSegmenterLib.session.model_service import ModelService
from SAMSegmenterLib.workspace.case import WorkspaceCase
from SAMSegmenterLib.workspace.controller import WorkspaceController
from SAMSegmenterLib.workspace.kept_work import KeptWork, Offer, forget
from SAMSegmenterLib.workspace.opening import Opened


class CaseKeeper:
    """Holds the controller of the case at hand.

    Args:
        service: the model, shared by all cases of the workspace.
        folder: where marks and segments are kept against a crash.
        opened: the first case.

    Attributes:
        controller: of the case at hand; another one after `exchange`.

    Thread: main, all of it.
    """

    def __init__(self, service: ModelService, folder: Path, opened: Opened) -> None:
        self._service, self._folder = service, folder
        self._kept = KeptWork(folder / "accepted")
        self._begin(opened)

    @property
    def offer(self) -> Offer | None:
        """Segments that an earlier workspace left for this volume; None for none."""
        return self._offers[0] if self._offers else None

    def tick(self) -> bool:
        """The controller's tick, and keep what was accepted since. True when the page has to be drawn anew."""
        changed = self.controller.tick()
        if self.controller.writing.is_running:
            return changed
        self._note_changes()
        self._kept.save_if_due(self.controller.case.kept)
        return changed

    def exchange(self, opened: Opened) -> None:
        """Work on another case; what was accepted on this one stays kept unless the user saved it."""
        self._finish_writing()
        self._kept.save_now(self.controller.case.kept)
        before, is_saved = self.controller, self._is_saved
        self._begin(opened)  # fails before anything is let go
        before.close()
        self._kept.leave(is_saved)
        self._offers = self._kept.offers(opened.volume)

    def add_labels(self, labels: Segmentation) -> int:
        """Add structures to the segments; returns how many."""
        self.controller.writing.finish()
        added = self.controller.case.add_structures(labels)
        self._segments_exchanged()
        return len(added)

    def take_over(self) -> None:
        """Have the segments that `offer` offers.

        Raises:
            InputError: there is no offer.
        """
        if self.offer is None:
            raise InputError("There are no segments of an earlier session.")
        self.controller.case.restore(self.offer.kept)
        self._segments_exchanged()
        self._kept.note_change()
        self._kept.save_now(self.controller.case.kept)
        forget(self._offers.pop(0))

    def dismiss(self) -> None:
        """Remove what `offer` offers."""
        if self._offers:
            forget(self._offers.pop(0))

    def was_saved(self, state: NodeState) -> None:
        """The user has a file with the segments as they were then: they need not be kept when the workspace ends."""
        self._saved = state

    def end(self) -> None:
        """The workspace ends, whoever ended it: accepted segments stay kept unless they were saved, marks as well."""
        self._finish_writing()
        self._kept.save_now(self.controller.case.kept)
        self._kept.close(self._is_saved)
        self._service.leave()

    def _finish_writing(self) -> None:
        """Have everything in the segments that the user accepted."""
        self.controller.writing.finish()
        self._note_changes()

    def _note_changes(self) -> None:
        if not self._seen.is_current:
            self._seen, self._saved = self.controller.case.state(), None
            self._kept.note_change()

    @property
    def _is_saved(self) -> bool:
        return self._saved is not None and self._saved.is_current

    def _begin(self, opened: Opened) -> None:
        case = WorkspaceCase(opened.volume, opened.labels)
        self.controller = WorkspaceController(case, self._service, Autosave(self._folder / "unaccepted"))
        for note in opened.notes:
            self.controller.tell(note)
        self._seen: NodeState = case.state()
        self._saved: NodeState | None = self._seen  # what was just opened is in a file
        self._offers = self._kept.offers(opened.volume)

    def _segments_exchanged(self) -> None:
        controller = self.controller
        controller.steps.clear()
        controller.session.tick()
        controller.session.segmentation_changed()
        controller.session.select_segment(controller.case.segments()[0].id)
