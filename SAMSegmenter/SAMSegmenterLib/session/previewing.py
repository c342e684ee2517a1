"""Previews: asked for when marks change, shown when they are still wanted, stepped through, and under the mouse."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from SAMSegmenterLib.core.cleanup import CleanUp
from SAMSegmenterLib.core.errors import Cancelled, InputError
from SAMSegmenterLib.core.progress import ShouldStop
from SAMSegmenterLib.core.prompt_marks import PointMark
from SAMSegmenterLib.core.slicing import SlicePlane
from SAMSegmenterLib.core.windowing import parse_window
from SAMSegmenterLib.core.windows_choice import AUTO, DISPLAYED
from SAMSegmenterLib.session.marks_editing import MarksEditing
from SAMSegmenterLib.session.model_service import CLICK, HOVER
from SAMSegmenterLib.session.notices import WARNING
from SAMSegmenterLib.session.preview import Preview
from SAMSegmenterLib.session.prompt_book import SlicePrompts
from SAMSegmenterLib.session.served_model import ServedPredictor
from SAMSegmenterLib.session.slice_prediction import (
    SliceAnswer,
    SliceRequest,
    WindowChoice,
    is_encoded,
    predict_slice,
)

HOVER_SECONDS = 0.05
"""Shortest time between two previews under the mouse."""

_HOVER_ID = "hover"


class Previewing(MarksEditing):
    """Asks the model, and shows its answer as long as slice, segment, volume, model, marks and window are the same."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._hover_preview: Preview | None = None
        self._hover_wanted: tuple[tuple[float, float], int] | None = None
        self._hover_asked: tuple | None = None
        self._hover_started = -1e9
        self.hover_enabled = False

    @property
    def preview(self) -> Preview | None:
        """What `accept` would write; None while there is nothing to show. It may lag behind: `preview_is_current`."""
        return self._preview

    @property
    def preview_is_current(self) -> bool:
        """False while a newer preview is on its way."""
        return self._preview is not None and not self._board.is_running("preview")

    @property
    def hover_preview(self) -> Preview | None:
        """What a click under the mouse would show; None when there is nothing to show."""
        return self._hover_preview

    @property
    def cleanup(self) -> CleanUp:
        """What is done to every mask."""
        return self._cleanup

    @cleanup.setter
    def cleanup(self, cleanup: CleanUp) -> None:
        with self._action():
            if cleanup != self._cleanup:
                self._cleanup = cleanup
                self._changed.add("settings")
                self._renew_preview()

    @property
    def window(self) -> str:
        """What the model is shown: "displayed", "auto", or what `core.windowing.parse_window` reads."""
        return self._window

    @window.setter
    def window(self, text: str) -> None:
        with self._action():
            if text not in (AUTO, DISPLAYED):
                parse_window(text)
            if text != self._window:
                self._window = text
                self.log.add("window", text=text)
                self._changed.add("settings")
                self._window_chosen()

    @property
    def frozen_window(self) -> str | None:
        """Text of the window that is frozen on this slice; "displayed" or "auto" until the first answer is there."""
        prompts = self.prompts
        return prompts.window.text if prompts is not None and len(prompts.marks) and prompts.window else None

    def use_window_now(self) -> None:
        """Freeze the window anew on this slice: the chosen one, as the viewer shows it now."""
        with self._action():
            _source, _prepared, prompts = self._required()
            prompts.window = self._window_now()
            self._renew_preview()

    def segment_slice(self) -> None:
        """Ask a model that takes no prompts for its one mask of this slice."""
        with self._action():
            _source, _prepared, prompts = self._required()
            if len(prompts.marks):
                raise InputError("There are prompts on this slice.", "Clear them first: this model takes none.")
            prompts.window = self._window_now()
            self._ask(prompts)

    def next_candidate(self) -> None:
        """Choose the next of the masks shown."""
        self._step_candidate(1)

    def previous_candidate(self) -> None:
        """Choose the previous of the masks shown."""
        self._step_candidate(-1)

    def choose_candidate(self, index: int) -> None:
        """Choose one of the masks shown; nothing is done when there is none of that number."""
        preview = self._preview
        if preview is not None and 0 <= index < len(preview.masks) and index != preview.chosen:
            self._step_candidate(index - preview.chosen)

    def hover(self, xy: Sequence[float] | None, label: int = 1) -> None:
        """Tell where the mouse is; None when it is not on the slice. Quick: what it shows comes with a later tick."""
        wanted = ((float(xy[0]), float(xy[1])), label) if xy is not None and self.hover_enabled else None
        if wanted == self._hover_wanted:
            return
        with self._action(keep_notices=True):
            self._hover_wanted = wanted
            if wanted is None:
                self._clear_hover()
            else:
                self._hover_if_due()

    def _request_preview(self) -> None:
        """Ask for the masks of the marks as they are; without marks there is nothing to show."""
        self._clear_hover()
        prompts = self.prompts
        if prompts is None or not prompts.is_pending:
            self._drop_preview()
            return
        if self._preview is not None and not self._belongs(self._preview, prompts):
            self._drop_preview()
        self._ask(prompts)

    def _renew_preview(self) -> None:
        """Ask again for what is shown."""
        if self._preview is not None or self._board.is_running("preview"):
            prompts = self.prompts
            self._clear_hover()
            if prompts is not None:
                self._ask(prompts)

    def _ask(self, prompts: SlicePrompts) -> None:
        window = prompts.window if prompts.window is not None else self._window_now()
        request = SliceRequest(self._slice_at(prompts.plane), prompts.marks, window, self._cleanup)
        context, asked = self._context(prompts), self._clock()
        self._board.start(
            "preview",
            lambda predictor, on_progress, should_stop: predict_slice(request, predictor, should_stop),
            CLICK,
            lambda answer: self._show_preview(context, asked, answer),
            self._preview_failed,
        )
        self._changed |= {"preview", "progress"}

    def _show_preview(self, context: tuple, asked: float, answer: SliceAnswer) -> None:
        prompts = self.prompts
        if prompts is None or context != self._context(prompts):
            return
        prompts.window = WindowChoice(answer.window)
        self._preview = Preview.of(answer, prompts.segment_id, prompts.marks, prompts.candidate)
        self._changed |= {"preview", "status", "progress"}
        for notice in answer.notices:
            self._tell(notice, kind=WARNING)
        if not self._preview.mask.any():
            self._tell("The model found nothing here.", "Add a prompt, or move one.")
        scores = [round(float(score), 4) for score in answer.candidates.scores]
        self.log.add("previewed", seconds_waited=round(self._clock() - asked, 4), scores=scores, window=answer.window)

    def _preview_failed(self, error: BaseException) -> None:
        self._drop_preview()
        if not isinstance(error, Cancelled):
            self._tell_error(error)
        self._changed |= {"status", "progress"}

    def _drop_preview(self) -> None:
        self._board.stop("preview")
        if self._preview is not None:
            self._preview = None
            self._changed.add("preview")

    def _belongs(self, preview: Preview, prompts: SlicePrompts) -> bool:
        return preview.segment_id == prompts.segment_id and preview.plane == prompts.plane

    def _context(self, prompts: SlicePrompts) -> tuple:
        """Everything that a preview must still agree with when it arrives; marks are compared as objects."""
        token = self._source.token if self._source is not None else None
        return (
            prompts.segment_id,
            prompts.plane,
            token,
            prompts.marks.marks,
            self._cleanup,
            self.service.generation,
        )

    def _step_candidate(self, step: int) -> None:
        with self._action():
            prompts = self.prompts
            if self._preview is None or prompts is None:
                raise InputError("There is no preview to choose from.", "Mark the structure first.")
            self._preview = self._preview.choosing(self._preview.chosen + step)
            prompts.candidate = self._preview.chosen
            self.log.add("candidate", index=prompts.candidate)
            self._changed.add("preview")
            self._marks_changed()

    def _hover_if_due(self) -> None:
        """Ask for a preview under the mouse, when the worker is free for it and the slice is encoded already."""
        prompts = self.prompts
        if self._hover_wanted is None or prompts is None or self._board.is_running("hover", "preview"):
            return
        asking = (self._hover_wanted, self._context(prompts), self._window_of(prompts.plane))
        if asking == self._hover_asked or self._clock() - self._hover_started < HOVER_SECONDS:
            return
        if not self._slice_is_encoded(prompts):
            return
        self._hover_asked, self._hover_started = asking, self._clock()
        xy, label = self._hover_wanted
        marks = prompts.marks.with_(PointMark(_HOVER_ID, np.array(xy), label))
        request = SliceRequest(self._slice_at(prompts.plane), marks, self._window_of(prompts.plane), self._cleanup)
        self._board.start(
            "hover",
            lambda predictor, _, should_stop: _if_quick(request, predictor, should_stop),
            HOVER,
            lambda answer: self._show_hover(prompts, answer),
            lambda error: None,
        )

    def _show_hover(self, prompts: SlicePrompts, answer: SliceAnswer) -> None:
        if self._hover_wanted is None:
            return
        self._hover_preview = Preview.of(answer, prompts.segment_id, prompts.marks, prompts.candidate)
        self._changed.add("hover")

    def _clear_hover(self) -> None:
        self._board.stop("hover")
        self._hover_asked = None
        if self._hover_preview is not None:
            self._hover_preview = None
            self._changed.add("hover")

    def _slice_is_encoded(self, prompts: SlicePrompts) -> bool:
        raise NotImplementedError

    def _window_of(self, plane: SlicePlane) -> WindowChoice:
        """What the model is shown of a slice: the window frozen there, else the chosen one."""
        prompts = self.book.find(self._segment_id, plane) if self._segment_id is not None else None
        if prompts is not None and len(prompts.marks) and prompts.window is not None:
            return prompts.window
        return self._window_now()

    def _window_chosen(self) -> None:
        raise NotImplementedError


def _if_quick(request: SliceRequest, predictor: ServedPredictor, should_stop: ShouldStop) -> SliceAnswer:
    """A prediction that must not begin to encode."""
    if not is_encoded(request, predictor):
        raise Cancelled
    return predict_slice(request, predictor, should_stop)
