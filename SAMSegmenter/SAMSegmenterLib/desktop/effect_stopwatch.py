"""Times objects in the Segment Editor, whichever effect is used meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import slicer
from slicer.i18n import tr as _

from SAMSegmenterLib.core.errors import InputError
from SAMSegmenterLib.core.prompt_file import voxel_probe
from SAMSegmenterLib.core.timed_task import TimedTask
from SAMSegmenterLib.scene.stopwatch_node import append_record
from SAMSegmenterLib.session.editing_session import EditingSession
from SAMSegmenterLib.session.notices import INFO, Notice
from SAMSegmenterLib.session.stopwatch import Stopwatch

if TYPE_CHECKING:
    from SAMSegmenterLib.desktop.effect_session import EffectSession


class EffectStopwatch:
    """Starts and stops the stopwatch, and lets it see what changes the segmentation.

    Args:
        owner: whose session and segmentation are meant.
    """

    def __init__(self, owner: EffectSession) -> None:
        self._owner, self._watch = owner, Stopwatch()
        self._session: EditingSession | None = None
        self._segmentation: Any = None
        self._tag: int | None = None

    @property
    def running(self) -> str:
        """Name of the object that is timed; empty for none."""
        return self._watch.task.name if self._watch.task is not None else ""

    def toggle(self, session: EditingSession, condition: str) -> None:
        """Start with the selected segment, or stop and keep the record.

        Raises:
            InputError: no volume or segment is chosen, or another segmentation was chosen since the start.
        """
        if self.running:
            self._stop(session)
        else:
            self._start(session, condition)

    def give_up(self) -> None:
        """Record nothing of what was begun."""
        if self._session is not None:
            self._session.log.copy_to(None)
        if self._tag is not None:
            self._segmentation.GetSegmentation().RemoveObserver(self._tag)
        self._session = self._segmentation = self._tag = None
        self._watch.give_up()

    def _start(self, session: EditingSession, condition: str) -> None:
        segment_id, source = session.segment_id, session.source
        name = self._owner.segment_name(segment_id) if segment_id else ""
        if source is None or not name:
            raise InputError(_("There is nothing to time."), _("Choose a source volume and select a segment."))
        self._watch.start(TimedTask(condition, voxel_probe(source.volume)[:12], name))
        if self._watch.log is not None and session.plane is not None:
            self._watch.log.add("shown", plane=session.plane.to_json())
        session.log.copy_to(self._watch.log)
        self._session, self._segmentation = session, self._owner.segmentation_node
        changed = slicer.vtkSegmentation.SourceRepresentationModified
        self._tag = self._segmentation.GetSegmentation().AddObserver(changed, lambda *given: self._watch.edited())
        session.tell(Notice(INFO, _("'{name}' is timed, whichever effect you use, until you stop.").format(name=name)))

    def _stop(self, session: EditingSession) -> None:
        segmentation, name = self._segmentation, self.running
        if session is not self._session:
            self.give_up()
            raise InputError(
                _("The time of '{name}' was not kept: another segmentation was chosen meanwhile.").format(name=name),
                _("Start again."),
            )
        lines = self._watch.stop()
        self.give_up()
        node = append_record(segmentation, lines)
        text = _("The time of '{name}' is in the text '{node}', to be saved with the segmentation.")
        session.tell(Notice(INFO, text.format(name=name, node=node.GetName())))
