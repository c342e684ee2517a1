"""What is shown, and what changes on its own: slice, segment, volume, displayed window, model."""

from __future__ import annotations

from typing import Any

from SAMSegmenterLib.core.errors import InputError, SAMError
from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.session.model_service import ModelStatus
from SAMSegmenterLib.session.prefetching import Prefetching
from SAMSegmenterLib.session.source_provider import Source


class Following(Prefetching):
    """Keeps up with the viewer, and drops whatever does not belong to what is shown any more."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._generation_seen = self.service.generation
        self._progress: ProgressEvent | None = None
        self._was_busy = False

    @property
    def status(self) -> ModelStatus:
        """Model, device, latency and cache for a status line."""
        return self.service.status()

    @property
    def progress(self) -> ProgressEvent | None:
        """Where the work under way is, None when there is none."""
        return self._progress

    def show(self, plane: SlicePlane | None) -> None:
        """Tell which slice the view shows; None for none. Its marks appear, and a preview if they are not accepted."""
        if plane == self._plane:
            return
        with self._action(keep_notices=plane is None):  # why the slice is gone is still to be read
            self._leave_slice()
            self._refresh_source()
            self._plane, self._shown_at = plane, self._clock()
            self._changed |= {"plane", "marks"}
            if plane is None:
                return
            self.log.add("shown", plane=plane.to_json())
            if self._source is not None:
                try:
                    self._slice_at(plane)
                except InputError:
                    self._plane = None
                    raise
                self._request_preview()

    def select_segment(self, segment_id: str | None) -> None:
        """Tell which segment is edited; None for none. Its marks on this slice appear."""
        if segment_id is not None and self._writers.segment_name(segment_id) is None:
            segment_id = None
        if segment_id == self._segment_id:
            return
        with self._action():
            self._drop_all()
            self._segment_id = segment_id
            self.log.add("segment", id=segment_id)
            self._changed |= {"segment", "marks"}
            if self._plane is not None and self._source is not None:
                self._request_preview()

    def choose_model(self, name: str, device: str = "auto") -> None:
        """Use another model, or another device, for this and every other session; marks stay."""
        with self._action():
            self.service.choose(name, device)
            self.log.add("model", name=name, device=device)
            self._model_changed()

    def cancel(self) -> None:
        """Stop everything under way; marks and what is finished stay."""
        with self._action():
            if self._board.is_running():
                self._board.stop()
                self._tell("Stopped.", "Your prompts are kept; mark something, or ask again, to go on.")
                self._changed |= {"progress", "status"}

    def tick(self, wait_seconds: float = 0.0) -> bool:
        """Publish what is finished and begin what is due; to be called every 20 ms or so, and again after a click.

        Args:
            wait_seconds: how long to wait for work under way. Qt's idle loop keeps other Python threads from running,
                this wait lets them: 0.015 in a timer of 20 ms, 0.03 once right after a click.

        Returns:
            Whether anything changed; listeners were called then.
        """
        self._depth += 1
        try:
            if wait_seconds and self._board.is_running():
                self._board.wait(wait_seconds)
            self.service.tick()
            self._refresh_source()
            self._follow()
            self._board.publish()
            self._take_notices()
            self._begin_what_is_due()
            self._note_progress()
        except Exception as error:  # noqa: BLE001 - the user gets a message instead of a traceback
            self._tell_error(error)
        finally:
            self._depth -= 1
        return self._announce() if not self._depth else False

    def _refresh_source(self) -> None:
        """Compare the volume with what it was, and drop what does not belong to it any more."""
        try:
            source, error = self._sources.source(), ""
        except SAMError as refused:
            source, error = None, str(refused)
        if error and error != self._source_error:
            self._tell(error, kind="error")
        self._source_error = error
        before, self._source = self._source, source
        if before is source:
            return
        if before is None or source is None or before.volume_id != source.volume_id:
            if source is not None:
                self._volume_read()
            self._volume_replaced(before, source)
        elif before.token != source.token:
            self._volume_read()
            self._voxels_changed()
        if source is not None and (before is None or before.displayed != source.displayed):
            self._window_moved_at = self._clock()
            self._changed.add("source")
        if (before.remarks if before is not None else ()) != (source.remarks if source is not None else ()):
            self._changed.add("notices")

    def _volume_replaced(self, before: Source | None, source: Source | None) -> None:
        self._drop_all()
        self._forget_encoded()
        self._changed |= {"source", "marks"}
        if before is not None and source is None:
            self._tell("The volume is not there any more.", "Choose another one; nothing was written.")
        if source is not None and self._plane is not None:
            try:
                self._slice_at(self._plane)
            except InputError:
                self._plane = None
                self._changed.add("plane")
            else:
                self._request_preview()

    def _voxels_changed(self) -> None:
        had_preview = self._preview is not None
        self._drop_all()
        self._forget_encoded()
        self._changed.add("source")
        if self._plane is None:
            return
        try:
            self._slice_at(self._plane)
        except InputError:
            self._plane = None
            self._changed.add("plane")
            return
        if had_preview:
            self._tell("The volume was changed: the preview is made anew.")
        self._request_preview()

    def _follow(self) -> None:
        """Notice a segment that was removed and a model that another session chose."""
        known = self._segment_id is None or self._writers.segment_name(self._segment_id) is not None
        if not known:
            self._forget_segment()
        if self._generation_seen != self.service.generation:
            self._model_changed()

    def _forget_segment(self) -> None:
        self._drop_all()
        self._segment_id = None
        self._changed |= {"segment", "marks"}

    def _model_changed(self) -> None:
        self._generation_seen = self.service.generation
        self._forget_encoded()
        self._drop_all()
        self._changed |= {"status", "settings"}
        self._request_preview()

    def _leave_slice(self) -> None:
        """Stop and drop everything that belongs to the slice shown so far."""
        self._drop_preview()
        self._clear_hover()
        self._hover_wanted = None
        self._leave_analyses()
        self._board.stop("prefetch")

    def _drop_all(self) -> None:
        """Stop and drop everything: segment, volume or model are others now."""
        self._leave_slice()

    def _window_chosen(self) -> None:
        self._shown_at = -1e9
        prompts = self.prompts
        if prompts is not None and prompts.marks is not prompts.accepted:
            prompts.window = self._window_now()
        self._renew_preview()

    def _take_notices(self) -> None:
        self._notices_seen, notices = self.service.notices_since(self._notices_seen)
        for notice in notices:
            self._tell(notice.message, notice.hint, notice.kind)
            self._changed.add("status")

    def _note_progress(self) -> None:
        progress = self._progress_now()
        busy = self._board.is_running()
        if progress != self._progress or busy != self._was_busy:
            self._changed |= {"progress", "status"}
        self._progress, self._was_busy = progress, busy

    def _progress_now(self) -> ProgressEvent | None:
        return self._board.progress()

    def _begin_what_is_due(self) -> None:
        self._hover_if_due()
        self._prefetch_next()

    def _leave_analyses(self) -> None:
        raise NotImplementedError

    def _volume_read(self) -> None:
        """The volume is another one, or its voxels or its place are."""
