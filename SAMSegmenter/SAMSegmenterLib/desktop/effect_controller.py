"""Joins panel, views, shortcuts and session of one copy of the effect; its file only passes Slicer's calls on."""

from __future__ import annotations

import logging
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import SAMError
from SAMSegmenterLib.desktop.effect_actions import REGION_REFERENCE, EffectActions, no_segmentation
from SAMSegmenterLib.desktop.effect_options import EffectOptions, read_options, write_options
from SAMSegmenterLib.desktop.effect_panel import EffectPanel
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.markup_events import belongs_to_markups
from SAMSegmenterLib.desktop.panel_state import show_session
from SAMSegmenterLib.desktop.panel_texts import click_again_text, hidden_segment_text, show_segment_text
from SAMSegmenterLib.desktop.prompt_parameter import prompts_from, take_prompt_text
from SAMSegmenterLib.desktop.shortcuts import Shortcuts
from SAMSegmenterLib.desktop.tick import INTERVAL_MS, WAIT_SECONDS
from SAMSegmenterLib.desktop.view_events import ViewEvents
from SAMSegmenterLib.desktop.view_overlays import ViewOverlays
from SAMSegmenterLib.desktop.view_scale import view_scale
from SAMSegmenterLib.models.registry import registry
from SAMSegmenterLib.scene.segment_list import unused_name
from SAMSegmenterLib.session.notices import INFO, Notice

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
        actions = EffectActions(scripted_effect, self.owner, self._tell).by_name()
        self.panel = EffectPanel(self._options_chosen, self._region_chosen, actions)
        self.events.new_segment_name = self._new_segment_name
        self._shortcuts = Shortcuts(actions)
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
        self.panel.stop_placing()
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
        self.owner.stopwatch.give_up()
        self.owner.close()

    def handle(self, interactor: Any, event: int, view_widget: Any) -> bool:
        """An event of a view; True when it is used up."""
        if not self._active or view_widget.className() != "qMRMLSliceWidget":
            return False
        slice_node = view_widget.sliceLogic().GetSliceNode()
        try:
            if belongs_to_markups(event, slice_node, slicer.mrmlScene):
                return False
            used = self.events.handle(interactor, event, slice_node, view_scale(view_widget))
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
        self.panel.show_region(self._effect.nodeReference(REGION_REFERENCE))
        self.events.tool, self.events.label = options.tool, 1 if options.label else 0
        session = self.owner.session
        if session is not None:
            options.apply(session)

    def apply(self) -> int:
        """Run the prompts that a script gave as a parameter, else accept the preview.

        Returns:
            How many voxels changed.
        """
        text = take_prompt_text(self._effect)
        session = self.owner.follow()
        if session is None:
            self._tell(no_segmentation())
            return 0
        if not text:
            return session.accept().changed
        try:
            changed = session.run_prompts(prompts_from(text)).changed
        except SAMError as error:
            session.tell(Notice.of(error))
            return 0
        self.owner.follow()
        return changed

    def show(self) -> None:
        """Show in the panel what the session holds now."""
        show_session(self.panel, self.owner)

    def _options_chosen(self, options: EffectOptions) -> None:
        write_options(self._effect, options)

    def _region_chosen(self, node: Any) -> None:
        if self._active:  # copies in other editors also notice that a region was deleted
            self._effect.setNodeReference(REGION_REFERENCE, node)

    def _new_segment_name(self) -> str | None:
        """Name of the segment for the outline that is picked next, numbered when it is taken; None for no new one."""
        name, node = self.panel.structures.new_name, self._effect.parameterSetNode()
        segmentation = node.GetSegmentationNode() if node is not None else None
        if name is None or segmentation is None:
            return None
        return unused_name(segmentation, name)

    def _tick(self) -> None:
        if not self._active:
            return
        try:
            self.owner.follow(WAIT_SECONDS)
            self.overlays.follow()
        except Exception as error:  # noqa: BLE001 - a slot that raises would print a traceback 50 times a second
            self._timer.stop()
            self._tell(error, _("SAM has stopped: choose another effect, then SAM again, to go on."))

    def _session_changed(self, changed: frozenset[str]) -> None:
        if not self._active:
            return
        if changed & _STOPS_DRAGS:
            self.events.cancel_drag()
        if "session" in changed and self.owner.session is not None:
            read_options(self._effect).apply(self.owner.session)
        if changed & _DRAWN:
            self.overlays.update()
        if "propagation" in changed:
            self.overlays.update_propagation()
        self.show()

    def _redraw(self) -> None:
        self.overlays.reposition()

    def _show_all(self) -> None:
        self.overlays.update()
        self.show()

    def _list_models(self) -> None:
        try:
            names = [spec.name for spec in registry().values() if spec.path is not None]
        except Exception as error:  # noqa: BLE001 - a damaged models folder must not keep the effect from opening
            self._tell(error)
            names = []
        self.panel.settings.set_models(names)

    def _confirm_visible(self) -> bool:
        """False when the user was asked something: the release of the mouse went to the question."""
        answer = self._effect.confirmCurrentSegmentVisible()
        session = self.owner.session
        if answer != self._effect.ConfirmedWithoutDialog and session is not None:
            shown = answer == self._effect.ConfirmedWithDialog
            session.tell(Notice(INFO, hidden_segment_text(), click_again_text() if shown else show_segment_text()))
        return answer == self._effect.ConfirmedWithoutDialog

    def _scene_is_saved(self, *_: Any) -> None:
        self.owner.keep_prompts()

    def _tell(self, error: BaseException, remedy: str = "") -> None:
        self.panel.show_notices(f"{Notice.of(error)} {remedy}".strip(), True)
