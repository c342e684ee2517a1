"""What the panel shows of a session."""

from __future__ import annotations

from slicer.i18n import tr as _

from SAMSegmenterLib.desktop.effect_actions import no_segmentation
from SAMSegmenterLib.desktop.effect_panel import EffectPanel
from SAMSegmenterLib.desktop.effect_session import EffectSession
from SAMSegmenterLib.desktop.panel_texts import notices_text, recovery_text, status_text
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.notices import ERROR
from SAMSegmenterLib.session.propagation_state import propagation_state


def show_session(panel: EffectPanel, owner: EffectSession) -> None:
    """Show masks, marks, notices and status of the session at hand, or that there is none."""
    session = owner.session
    panel.stopwatch.show_running(owner.stopwatch.running)
    panel.propagation.show_state(propagation_state(session, _))
    if session is None:
        panel.mask.show_candidates((), 0)
        panel.mask.show_uncertainty(False)
        panel.show_marks(0, False, False, False)
        panel.stack.show_stack(None)
        panel.show_notices(str(no_segmentation()), False)
        panel.show_status("", False)
        panel.show_recovery("")
        return
    _show_masks(panel, session)
    notices = session.notices
    panel.show_notices(notices_text(notices), any(notice.kind == ERROR for notice in notices))
    status, progress = session.status, session.progress
    stage = progress.stage if progress is not None else ""
    panel.show_status(status_text(status, owner.view_name, session.frozen_window, stage), status.is_busy)
    panel.show_recovery(recovery_text(session.recovery))


def _show_masks(panel: EffectPanel, session: EditingSession) -> None:
    preview, prompts, stack = session.preview, session.prompts, session.stack
    scores = [] if preview is None else [float(score) for score in preview.scores]
    panel.mask.show_candidates(scores, preview.chosen if preview is not None else 0)
    panel.mask.show_uncertainty(session.uncertainty is not None)
    if prompts is None:
        panel.show_marks(0, False, False, False)
    else:
        rejectable = prompts.is_pending or session.proposals is not None
        panel.show_marks(len(prompts.marks), rejectable, prompts.can_undo, prompts.can_redo)
    if stack is None:
        panel.stack.show_stack(None)
    else:
        panel.stack.show_stack((stack.done, stack.total), len(stack.slices))
