"""Joins panel, views, shortcuts and session of one copy of the effect; its file only passes Slicer's calls on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import qt
import slicer

from SAMSegmenterLib.desktop.effect_options import EffectOptions, read_options, write_options
from SAMSegmenterLib.desktop.effect_panel import EffectPanel
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.panel_texts import notices_text, recovery_text, status_text
from SAMSegmenterLib.desktop.shortcuts import Shortcuts
from SAMSegmenterLib.desktop.tick import INTERVAL_MS, WAIT_SECONDS
from SAMSegmenterLib.desktop.view_events import CLICK_WAIT_SECONDS, PROPOSAL, ViewEvents
from SAMSegmenterLib.desktop.view_overlays import ViewOverlays
from SAMSegmenterLib.models.registry import registry
from SAMSegmenterLib.session.notices import ERROR, Notice

logger = logging.getLogger(__name__)

_DRAWN = {"preview", "hover", "proposals", "uncertainty", "marks", "plane", "source", "segment", "session"}
_STOPS_DRAGS = {"plane", "source", "segment", "session"}


class EffectController:
    """What the effect does while it is active.

    Args:
        scripted_effect: the C++ half of the effect.

    Attributes:
        owner: the session and what it follows.
        panel, events, overlays: as their classes say.
    """

    def __init__(self, scripted_effect: Any) -> None:
        self._effect = scripted_effect
        self._active = False
        self._save_tag: int | None = None
        self.owner = EffectSession(scripted_effect, self._session_changed)
        self.events = ViewEvents(self.owner, self._confirm_visible, self._redraw)
        self.overlays = ViewOverlays(scripted_effect, self.owner, self.events)
        self._actions = self._all_actions()
        self.panel = EffectPanel(self._options_chosen, self._actions)
        self._shortcuts = Shortcuts(self._actions)
        self._timer = qt.QTimer(self.panel.widget)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.connect("timeout()", self._tick)

    def activate(self) -> None:
        """Begin: from now on mouse and keys are prompts."""
        self._active = True
        self._list_models()
        self.owner.follow()
        self.update_from_node()
        self._shortcuts.install()
        self._save_tag = slicer.mrmlScene.AddObserver(slicer.mrmlScene.StartSaveEvent, self._scene_is_saved)
        self._timer.start()
        self.overlays.start()
        self._show_all()

    def deactivate(self) -> None:
        """End: nothing stays in the views, prompts stay with the scene."""
        self._active = False
        self._timer.stop()
        self._shortcuts.remove()
        if self._save_tag is not None:
            slicer.mrmlScene.RemoveObserver(self._save_tag)
            self._save_tag = None
        self.events.cancel_drag()
        self.overlays.stop()
        session = self.owner.session
        if session is not None:
            session.show(None)
            session.cancel()
            self.owner.keep_prompts()
            session.service.leave()

    def clean_up(self) -> None:
        """Let go of everything, as the editor is destroyed."""
        if self._active:
            self.deactivate()
        self._timer.disconnect("timeout()", self._tick)
        self.panel.disconnect_all()
        self.owner.close()

    def handle(self, interactor: Any, event: int, view_widget: Any) -> bool:
        """An event of a view; True when it is used up."""
        if not self._active or view_widget.className() != "qMRMLSliceWidget":
            return False
        try:
            used = self.events.handle(interactor, event, view_widget.sliceLogic().GetSliceNode())
        except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
            self.events.cancel_drag()
            self._tell(error)
            return False
        self.overlays.follow()
        return used

    def view_changed(self, view_widget: Any) -> None:
        """A view was scrolled, moved or resized."""
        if not self._active or view_widget.className() != "qMRMLSliceWidget":
            return
        if view_widget.sliceLogic().GetSliceNode() is self.owner.slice_node:
            self.owner.follow()
        self.overlays.follow()

    def layout_changed(self) -> None:
        """Views came, went, or were hidden."""
        if not self._active:
            return
        self.overlays.sync()
        node = self.owner.slice_node
        if node is not None and not node.IsMappedInLayout():
            self.owner.use_view(self.overlays.view_beside(node))

    def update_from_node(self) -> None:
        """The parameters changed: show them, and let the session have them."""
        options = read_options(self._effect)
        self.panel.show_options(options)
        self.events.tool, self.events.label = options.tool, 1 if options.label else 0
        session = self.owner.session
        if session is not None:
            options.apply(session)

    def apply(self) -> int:
        """Accept the preview; returns how many voxels changed."""
        session = self.owner.follow()
        if session is None:
            return 0
        return session.accept().changed

    def _all_actions(self) -> dict[str, Callable[..., Any]]:
        names = {
            "accept": "accept",
            "reject": "reject",
            "clear": "clear_marks",
            "undo": "undo_mark",
            "redo": "redo_mark",
            "use_segment": "use_segment",
            "next": "next_candidate",
            "previous": "previous_candidate",
            "uncertainty": "find_uncertainty",
            "cancel": "cancel",
            "recover": "recover",
            "dismiss": "dismiss_recovery",
        }
        actions: dict[str, Callable[..., Any]] = {name: self._calls(method) for name, method in names.items()}
        actions["candidate"] = self._choose_candidate
        actions["proposals"] = self._propose
        return actions

    def _calls(self, method: str) -> Callable[[], None]:
        def act() -> None:
            session = self.owner.follow()
            if session is not None:
                getattr(session, method)()
                self.owner.follow(CLICK_WAIT_SECONDS)

        return act

    def _choose_candidate(self, index: int) -> None:
        session = self.owner.follow()
        if session is None or session.preview is None:
            return
        while session.preview is not None and session.preview.chosen != index < len(session.preview.masks):
            session.next_candidate()
        self._show_preview()

    def _propose(self) -> None:
        session = self.owner.follow()
        if session is not None:
            self._effect.setParameter("Tool", PROPOSAL)
            session.find_proposals()

    def _options_chosen(self, options: EffectOptions) -> None:
        write_options(self._effect, options)

    def _tick(self) -> None:
        if not self._active:
            return
        try:
            self.owner.follow(WAIT_SECONDS)
            self.overlays.follow()
        except Exception as error:  # noqa: BLE001 - a slot that raises would print a traceback 50 times a second
            self._timer.stop()
            self._tell(error)

    def _session_changed(self, changed: frozenset[str]) -> None:
        if not self._active:
            return
        if changed & _STOPS_DRAGS:
            self.events.cancel_drag()
        if "session" in changed and self.owner.session is not None:
            read_options(self._effect).apply(self.owner.session)
        if changed & _DRAWN:
            self.overlays.update()
        self._show_preview()
        self._show_status()

    def _redraw(self) -> None:
        self.overlays.reposition()

    def _show_all(self) -> None:
        self.overlays.update()
        self._show_preview()
        self._show_status()

    def _show_preview(self) -> None:
        session = self.owner.session
        preview = session.preview if session is not None else None
        scores = [] if preview is None else [float(score) for score in preview.scores]
        self.panel.show_candidates(scores, preview.chosen if preview is not None else 0)
        prompts = session.prompts if session is not None else None
        if prompts is None:
            self.panel.show_marks(0, False, False, False)
        else:
            self.panel.show_marks(len(prompts.marks), prompts.is_pending, prompts.can_undo, prompts.can_redo)

    def _show_status(self) -> None:
        session = self.owner.session
        if session is None:
            self.panel.show_notices("", False)
            self.panel.show_status("", False)
            return
        notices = session.notices
        self.panel.show_notices(notices_text(notices), any(notice.kind == ERROR for notice in notices))
        status, progress = session.status, session.progress
        stage = progress.stage if progress is not None else ""
        text = status_text(status, self.owner.view_name, session.frozen_window, stage)
        self.panel.show_status(text, status.is_busy)
        self.panel.show_recovery(recovery_text(session.recovery))

    def _list_models(self) -> None:
        try:
            names = [spec.name for spec in registry().values() if spec.path is not None]
        except Exception as error:  # noqa: BLE001 - a damaged models folder must not keep the effect from opening
            self._tell(error)
            names = []
        self.panel.set_models(names)

    def _confirm_visible(self) -> bool:
        """False when the user was asked something: the release of the mouse went to the question."""
        return self._effect.confirmCurrentSegmentVisible() == self._effect.ConfirmedWithoutDialog

    def _scene_is_saved(self, *_: Any) -> None:
        self.owner.keep_prompts()

    def _tell(self, error: BaseException) -> None:
        notice = Notice.of(error)
        self.panel.show_notices(str(notice), True)
