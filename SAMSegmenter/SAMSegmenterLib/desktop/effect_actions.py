"""What the buttons and keys of the effect do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.timed_task import WITH
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.propagation_actions import PropagationActions
from SAMSegmenterLib.desktop.propagation_texts import no_region_text
from SAMSegmenterLib.desktop.view_events import CLICK_WAIT_SECONDS, PROPOSAL
from SAMSegmenterLib.scene.regions import REGION_CLASS, extreme_points, region_corners
from SAMSegmenterLib.scene.uncertainty_volume import keep_uncertainty
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.notices import INFO, Notice

REGION_REFERENCE = "Region"
"""Node reference of the effect: the region of interest or the point list."""

_SESSION_METHODS = {
    "accept": "accept",
    "reject": "reject",
    "clear": "clear_marks",
    "undo": "undo_mark",
    "redo": "redo_mark",
    "use_segment": "use_segment",
    "next": "next_candidate",
    "previous": "previous_candidate",
    "uncertainty": "find_uncertainty",
    "outline_marked": "predict_stack",
    "accept_stack": "accept_stack",
    "reject_stack": "reject_stack",
    "cancel": "cancel",
    "recover": "recover",
    "dismiss": "dismiss_recovery",
}
"""Actions that are one call of the session."""


class EffectActions:
    """Carries out actions on the session at hand; what goes wrong becomes a notice.

    Args:
        scripted_effect: the C++ half of the effect.
        owner: whose session is meant.
        tell: shows an error where there is no session.
    """

    def __init__(self, scripted_effect: Any, owner: EffectSession, tell: Callable[[BaseException], None]) -> None:
        self._effect, self._owner, self._tell = scripted_effect, owner, tell

    def by_name(self) -> dict[str, Callable[..., None]]:
        """All actions; "candidate" takes the index of a mask, "stopwatch" a condition; see `PropagationActions`."""
        actions: dict[str, Callable[..., None]] = {
            name: self._acting(lambda session, method=method: getattr(session, method)())
            for name, method in _SESSION_METHODS.items()
        }
        actions["candidate"] = lambda index: self._acting(lambda session: session.choose_candidate(index))()
        watch = self._owner.stopwatch
        actions["stopwatch"] = lambda given=WITH: self._acting(lambda session: watch.toggle(session, given))()
        actions["proposals"] = self._acting(self._propose)
        actions["outline_region"] = self._acting(self._outline_region)
        actions["keep_uncertainty"] = self._acting(self._keep_uncertainty)
        carrying = PropagationActions(self._owner, self._acting, lambda: self._effect.nodeReference(REGION_REFERENCE))
        return {**actions, **carrying.by_name()}

    def _acting(self, work: Callable[[EditingSession], Any]) -> Callable[[], None]:
        def act() -> None:
            session = self._session()
            if session is None:
                return
            try:
                work(session)
            except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
                session.tell(Notice.of(error))
            self._owner.follow(CLICK_WAIT_SECONDS)

        return act

    def _session(self) -> EditingSession | None:
        """The session, at the slice of a view even if the mouse was in none so far."""
        if self._owner.slice_node is None:
            node = _first_view()
            if node is not None:
                self._owner.use_view(node)
        session = self._owner.follow()
        if session is None:
            self._tell(no_segmentation())
        return session

    def _propose(self, session: EditingSession) -> None:
        self._effect.setParameter("Tool", PROPOSAL)
        session.find_proposals()

    def _outline_region(self, session: EditingSession) -> None:
        node = self._effect.nodeReference(REGION_REFERENCE)
        if node is None:
            raise InputError(*no_region_text())
        if node.IsA(REGION_CLASS):
            count = session.boxes_from_roi(region_corners(node))
        else:
            count = session.boxes_from_extreme_points(extreme_points(node))
        if count:
            session.predict_stack()

    def _keep_uncertainty(self, session: EditingSession) -> None:
        found, source, node = session.uncertainty, session.source, self._effect.parameterSetNode()
        if found is None or source is None or session.segment_id is None:
            raise InputError(_("No uncertainty is shown."), _("Press Show first."))
        volume, count = keep_uncertainty(
            found.values,
            found.image,
            source.volume.ijk_to_ras,
            node.GetSourceVolumeNode(),
            node.GetSegmentationNode(),
            session.segment_id,
        )
        text = _("The uncertainty of {count} voxels is in the volume '{name}' now.")
        hint = ""
        if found.image.plane.axis is None:
            hint = _("The view is tilted: every voxel that its slice touches got the value nearest to it.")
        session.tell(Notice(INFO, text.format(count=count, name=volume.GetName()), hint))


def no_segmentation() -> InputError:
    """What there is to say without a segmentation."""
    return InputError(_("There is no segmentation to edit."), _("Choose one in the Segment Editor, or create one."))


def _first_view() -> Any:
    """Slice node of the first view of the layout, None without one."""
    layout_manager = slicer.app.layoutManager()
    names = layout_manager.sliceViewNames() if layout_manager is not None else ()
    return layout_manager.sliceWidget(names[0]).sliceLogic().GetSliceNode() if names else None
