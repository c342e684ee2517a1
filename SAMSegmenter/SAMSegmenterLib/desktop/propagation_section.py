"""The part of the effect's panel that carries masks from slice to slice: how far, how it went, what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import qt
from slicer.i18n import tr as _

from SAMSegmenterLib.core.progress import ProgressEvent
from SAMSegmenterLib.desktop.confidence_strip import ConfidenceStrip
from SAMSegmenterLib.desktop.panel_parts import button, collapsible, combo, row
from SAMSegmenterLib.desktop.propagation_texts import (
    REGION,
    SELECTED_SEGMENT,
    SLICES,
    ends_text,
    progress_words,
    range_text,
    range_texts,
    segments_texts,
    slice_text,
)
from SAMSegmenterLib.desktop.region_chooser import RegionChooser
from SAMSegmenterLib.session.propagation_state import PropagationState

_LARGEST = 99999
"""Slice number; volumes have fewer."""


@dataclass(frozen=True)
class PropagationRequest:
    """What the user asks for with the button.

    Args:
        kind: one of the ranges of `propagation_texts`.
        first, last: slices, for `SLICES`.
        only_selected: carry the selected segment, not all that have accepted slices.
    """

    kind: str
    first: int
    last: int
    only_selected: bool


class PropagationSection:
    """Asks for masks of the neighbouring slices, shows how far each can be trusted, and accepts or rejects them.

    Args:
        on_change: called when the user changed an option.
        on_region: called with the markups node when the user chose another region, None for none.
        does: gives the function of an action by its name and its arguments.

    Attributes:
        widget: a heading with everything below it.
        chooser: of the region.
        strip: a bar per slice.
    """

    def __init__(
        self,
        on_change: Callable[..., None],
        on_region: Callable[[Any], None],
        does: Callable[..., Callable[[], None]],
    ) -> None:
        self._on_change, self._does = on_change, does
        self._state = PropagationState()
        self._bounds: tuple[int, int] | None = None
        self.widget, layout = collapsible(_("From slice to slice"), collapsed=False)
        self._add_range(layout, on_region)
        self._add_start(layout)
        self._add_results(layout)
        self._show_range()
        self._show_all()

    def values(self) -> dict[str, Any]:
        """Options of `EffectOptions` that are shown here."""
        return {"propagation_range": self.range.value, "propagation_segments": self.segments.value}

    def show(self, options: Any) -> None:
        """Show `EffectOptions`."""
        self.range.show(options.propagation_range)
        self.segments.show(options.propagation_segments)
        self._show_range()

    @property
    def request(self) -> PropagationRequest:
        """What the button asks for."""
        ends = sorted((int(self.first.value), int(self.last.value)))
        return PropagationRequest(self.range.value, ends[0], ends[1], self.segments.value == SELECTED_SEGMENT)

    def show_state(self, state: PropagationState) -> None:
        """Show how far it is and what was found; costs nothing while nothing changes."""
        if state != self._state:
            self._state = state
            self._show_all()

    def let_go(self) -> None:
        """Tell nobody any more."""
        self.strip.let_go()
        self.chooser.let_go()

    def _add_range(self, layout: Any, on_region: Callable[[Any], None]) -> None:
        self.range = combo(range_texts(), self._range_changed)
        self.range.widget.setToolTip(
            _("How far the masks are carried. Every direction also ends where the structure does.")
        )
        layout.addRow(_("Range:"), row(self.range.widget))
        self.first, self.last = _slice_box(_("First slice.")), _slice_box(_("Last slice."))
        here = _("Take the slice that the view shows.")
        self.first_here = button(_("Here"), here, lambda: self._take_shown(self.first))
        self.last_here = button(_("Here"), here, lambda: self._take_shown(self.last))
        self.slices = row(self.first, self.first_here, qt.QLabel(_("to")), self.last, self.last_here)
        layout.addRow(self.slices)
        self.chooser = RegionChooser(on_region)
        layout.addRow(self.chooser.widget)
        self.segments = combo(segments_texts(), self._on_change)
        self.segments.widget.setToolTip(
            _("Which segments are carried. Several travel together and do not overlap each other.")
        )
        layout.addRow(_("Segments:"), row(self.segments.widget))

    def _add_start(self, layout: Any) -> None:
        self.propagate = button(
            _("Propagate"),
            _("Carry the accepted slices to their neighbours, in both directions. Accept a slice first."),
            lambda: self._does("propagate", self.request)(),
        )
        self.up = button(
            _("\u25b2 One slice"),
            _("Carry the mask of this slice to the next one of this view, and go there (Ctrl+Up)."),
            self._does("propagate_up"),
        )
        self.down = button(
            _("\u25bc One slice"),
            _("Carry the mask of this slice to the previous one of this view, and go there (Ctrl+Down)."),
            self._does("propagate_down"),
        )
        layout.addRow(row(self.propagate, self.up, self.down))
        self.stop_mark = button(
            _("Stop mark"),
            _("Say that the structure does not reach this slice, or take that back: masks are carried no further."),
            self._mark,
        )
        self.stop_mark.setCheckable(True)
        self.cancel = button(
            _("Cancel"), _("Stop now; the masks that are there stay to be accepted."), self._does("cancel_propagation")
        )
        layout.addRow(row(self.stop_mark, self.cancel))
        self.progress, self.progress_words = qt.QProgressBar(), qt.QLabel()
        self.progress.setTextVisible(False)
        self.progress_row = row(self.progress, self.progress_words, wide=self.progress)
        layout.addRow(self.progress_row)

    def _add_results(self, layout: Any) -> None:
        self.strip = ConfidenceStrip(lambda index: self._does("go_to_slice", index)(), self._chosen, slice_text)
        layout.addRow(self.strip)
        self.about, self.ends = qt.QLabel(), qt.QLabel()
        for label in (self.about, self.ends):
            label.setWordWrap(True)
            layout.addRow(label)
        self.worst = button(
            _("Go to worst slice"),
            _("Show the slice with the least confidence. Correct and accept it, and its surroundings are made anew."),
            self._does("worst"),
        )
        self.edit = button(
            _("Edit carried prompts"),
            _("Make the prompts that were carried to this slice your own, to be moved and deleted."),
            self._does("edit_carried"),
        )
        layout.addRow(row(self.worst, self.edit))
        self.accept = button(
            _("Accept all"), _("Write all these masks, as one undo step."), self._does("accept_propagation")
        )
        self.accept_range = button(
            range_text(None),
            _("Write the masks of the slices chosen on the strip, as one undo step. Drag over the strip to choose."),
            self._accept_range,
        )
        self.reject = button(
            _("Reject"), _("Drop these masks; the segment stays as it is."), self._does("reject_propagation")
        )
        layout.addRow(row(self.accept, self.accept_range, self.reject))
        self._results = (self.worst, self.edit, self.accept, self.accept_range, self.reject)

    def _range_changed(self, *_: Any) -> None:
        self._show_range()
        self._on_change()

    def _show_range(self) -> None:
        self.slices.setVisible(self.range.value == SLICES)
        self.chooser.widget.setVisible(self.range.value == REGION)

    def _show_all(self) -> None:
        state = self._state
        self._show_bounds(state.slice_range)
        for one in (self.propagate, self.up, self.down):
            one.setEnabled(state.can_start and not state.is_running)
        self.stop_mark.setEnabled(state.can_start)
        self.stop_mark.setChecked(state.is_stopped)
        self.cancel.setEnabled(state.is_running)
        self._show_progress(state.progress if state.is_running else None)
        self.strip.show_content(state.strip)
        shown = state.strip.shown
        self.about.setText(slice_text(state.strip, shown) if shown is not None else "")
        self.ends.setText(ends_text(state.ends))
        self.ends.setVisible(bool(state.ends))
        self.strip.setVisible(state.strip.ends is not None)
        self.about.setVisible(state.strip.ends is not None and shown is not None)
        for one in self._results:
            one.setVisible(bool(state.strip.slices) or state.has_results)
        self.worst.setEnabled(state.strip.worst is not None)
        self.edit.setEnabled(state.can_edit)
        self._show_acceptance()

    def _show_acceptance(self) -> None:
        ready = self._state.can_accept
        self.accept.setEnabled(ready)
        self.reject.setEnabled(self._state.has_results or self._state.is_running)
        self.accept_range.setEnabled(ready and self.strip.chosen is not None)
        self.accept_range.setText(range_text(self.strip.chosen))

    def _show_progress(self, progress: ProgressEvent | None) -> None:
        self.progress_row.setVisible(progress is not None)
        if progress is not None:
            self.progress.setRange(0, progress.total or 0)
            self.progress.setValue(progress.done)
            self.progress_words.setText(progress_words(progress))

    def _show_bounds(self, bounds: tuple[int, int] | None) -> None:
        """Another volume, or another direction: begin with all of its slices."""
        if bounds is not None and bounds != self._bounds:
            self._bounds = bounds
            for box, value in ((self.first, bounds[0]), (self.last, bounds[1])):
                box.setRange(*bounds)
                box.setValue(value)

    def _mark(self) -> None:
        self._does("stop_mark")()
        self._show_all()  # the button is down when there is a mark, not when it was clicked

    def _take_shown(self, box: Any) -> None:
        if self._state.here is not None:
            box.setValue(self._state.here)

    def _chosen(self, _chosen: tuple[int, int] | None) -> None:
        self._show_acceptance()

    def _accept_range(self) -> None:
        chosen = self.strip.chosen
        if chosen is not None:
            self.strip.choose(None)
            self._does("accept_range", *chosen)()


def _slice_box(tip: str) -> Any:
    made = qt.QSpinBox()
    made.setRange(0, _LARGEST)
    made.setKeyboardTracking(False)
    made.setToolTip(tip)
    return made
